"""What the comparison needs of a store: every record at one moment, and what had not been taken in by then.

The embedded runtime has it in one SQLite read transaction. A store without such a moment can give an export of one.
"""

from collections.abc import Iterator
from typing import Protocol

from frontdesk.kernel.records import Record


class Undelivered(Protocol):
    """An event that a subscriber has not taken in; dead: and never will, for this error, unless somebody redrives it.

    `key` is the field that was asked for; an event without it has "" and shows its `body`.
    """

    @property
    def key(self) -> str: ...
    @property
    def subscriber(self) -> str: ...
    @property
    def event(self) -> str: ...
    @property
    def body(self) -> str: ...
    @property
    def error(self) -> str: ...
    @property
    def is_dead(self) -> bool: ...


class Snapshot(Protocol):
    """One moment of everything that is stored. Each method may be called while another one's answer is being read."""

    def scan(self, kind: str) -> Iterator[Record]:
        """Yield every record of a kind, by id in the order of Unicode code points."""

    def counters(self, prefix: str) -> Iterator[tuple[str, int]]:
        """Yield every counter whose key begins so."""

    def undelivered(self, field: str) -> Iterator[Undelivered]:
        """Yield what has not been taken in, by that field of the events in the order of Unicode code points."""
