"""What goes into a batch and what comes of it: entries of the log, and their settlement."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from frontdesk.adapters.embedded.effect import Effect
from frontdesk.kernel.messages import Message
from frontdesk.kernel.records import Commit


class Entry(msgspec.Struct, frozen=True):
    """A message at its place in the log, and how often it has failed."""

    seq: int
    message: Message
    tries: int = 0

    @property
    def is_retry(self) -> bool:
        """Whether the cursor is past this already and a row of `retries` stands for it."""
        return self.tries > 0


@dataclass(frozen=True, slots=True)
class Parked:
    """A message to try again at `due`, or dead (`due` None) until somebody redrives it."""

    seq: int
    tries: int
    due: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class Settlement:
    """What one batch came to. All of it is stored in one transaction, or nothing is."""

    subscriber: str
    cursor: int
    commits: tuple[Commit, ...] = ()
    effect: Effect | None = None  # of these commits, where they were decided together
    parked: tuple[Parked, ...] = ()
    settled: tuple[int, ...] = ()  # retries that are over

    @property
    def has_effect(self) -> bool:
        """Whether there is more in it than a cursor."""
        return bool(self.commits or self.parked or self.settled)
