"""What the kernel needs from a runtime. Each sentence here is a test in tests/contract."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from frontdesk.kernel.records import Claim, Commit, Record, Span


class Store(Protocol):
    """Where records, counters and claims are kept. Every method may raise Unavailable."""

    async def get(self, kind: str, id: str) -> Record | None:
        """Return the newest committed record, or None. Reads see every commit that was answered before."""

    async def get_many(self, kind: str, ids: Sequence[str]) -> Mapping[str, Record]:
        """Return those of at most 100 records that exist, by id; each is as new as `get` would give."""

    async def query(self, kind: str, index: str, partition: str, span: Span) -> list[Record]:
        """Return records of one partition in the order of their sort keys. An index may lag: decide nothing by it."""

    async def counts(self, keys: Sequence[str]) -> Mapping[str, int]:
        """Return where at most 100 counters stand, by key; 0 where nothing was ever added."""

    async def claim(self, key: str) -> Claim | None:
        """Return who holds a key, lapsed or not, or None."""

    async def commit(self, commit: Commit) -> None:
        """Make all of it true, or none.

        Raises Conflict when a version differs from the expected one; else ClaimTaken for the first claim refused; else
        CounterRefused with every counter refused. Raises Unavailable when the outcome may be unknown.
        """


class Clock(Protocol):
    """What time it is, and waiting."""

    def now(self) -> datetime:
        """Return the present moment, aware and in UTC."""

    async def sleep(self, seconds: float) -> None:
        """Return after at least so many seconds."""


class Chance(Protocol):
    """Where randomness comes from, so that a simulation can repeat itself."""

    def bytes(self, size: int) -> bytes:
        """Return so many unpredictable bytes."""

    def fraction(self) -> float:
        """Return a number in [0, 1)."""
