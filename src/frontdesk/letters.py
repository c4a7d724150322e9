"""Dead letters: messages that a subscriber could not take in. An operator mends the cause, then redrives or discards.

The port is what a runtime must offer for that. Every act is remembered: what, who, when, why. Nothing takes that back.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import msgspec

SETTLED_AT_ONCE = 1_000  # letters


class DeadLetter(msgspec.Struct, frozen=True):
    """A message and the subscriber that gave it up, after so many tries, for the cause of the last one."""

    id: str
    subscriber: str
    event: str
    message_id: str
    source: str
    at: datetime
    tries: int
    cause: str
    correlation_id: str


class Choice(msgspec.Struct, frozen=True):
    """Which letters: those that match all that is given. Of a cause, its beginning is given."""

    subscriber: str = ""
    event: str = ""
    cause: str = ""

    def takes(self, letter: DeadLetter) -> bool:
        """Return whether a letter is one of these."""
        return (
            self.subscriber in {"", letter.subscriber}
            and self.event in {"", letter.event}
            and letter.cause.startswith(self.cause)
        )


class Fact(msgspec.Struct, frozen=True):
    """Something else that the source of a letter published."""

    event: str
    message_id: str
    at: datetime


class OpenedLetter(msgspec.Struct, frozen=True):
    """A letter with its body (JSON) and what its source published around it, as far as that is still at hand."""

    letter: DeadLetter
    schema: int
    body: str
    story: tuple[Fact, ...]


class Action(StrEnum):
    """What becomes of a letter: tried again from the beginning, or given up for ever."""

    REDRIVE = "redrive"
    DISCARD = "discard"


class Deed(msgspec.Struct, frozen=True):
    """What somebody did, when, and why."""

    action: Action
    by: str
    at: datetime
    reason: str


class Audited(msgspec.Struct, frozen=True):
    """A deed, and the letter that it was done to."""

    deed: Deed
    letter_id: str
    event: str
    message_id: str
    cause: str


class DeadLetters(Protocol):
    """The letters of every subscriber. Every method may raise Unavailable."""

    async def page(self, choice: Choice, cursor: str, limit: int) -> tuple[Sequence[DeadLetter], str]:
        """Return at most so many letters, perhaps none, and the cursor of what follows (empty at the end)."""

    async def open(self, id: str) -> OpenedLetter | None:
        """Return one letter, or None."""

    async def settle(self, ids: Sequence[str], deed: Deed) -> Sequence[DeadLetter]:
        """Do it to those of at most SETTLED_AT_ONCE letters that are still there, and return them."""

    async def audit(self, cursor: str, limit: int) -> tuple[Sequence[Audited], str]:
        """Return what was done, newest first, and the cursor of what follows."""
