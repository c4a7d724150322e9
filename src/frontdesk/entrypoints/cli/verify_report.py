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
    """What came of a verification: each promise, and the shop under whose name its traces stay."""

    url: str
    passed: bool
    seconds: float
    shop: str
    chapters: tuple[Chapter, ...]


PASSED, FAILED, LEFT_OUT = "passed", "failed", "left out"


class LeftOut(Exception):
    """A chapter that cannot be told here."""
