"""What came of a verification."""

from __future__ import annotations

import msgspec


class Chapter(msgspec.Struct, frozen=True):
    """What became of one promise: passed, failed, or left out, and why."""

    name: str
    outcome: str
    detail: str
    seconds: float


class Verification(msgspec.Struct, frozen=True):
    """What came of a verification: each promise, and the id of the shop and the clinic that keep its traces."""

    url: str
    passed: bool
    seconds: float
    place: str
    chapters: tuple[Chapter, ...]


PASSED, FAILED, LEFT_OUT = "passed", "failed", "left out"


class LeftOut(Exception):
    """A chapter that cannot be told here."""
