"""A store in dicts, with the two bad habits of real ones on demand: indexes that lag, and calls that fail.

Commits are atomic because nothing here awaits while it writes. Not for data that must survive the process.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from frontdesk.kernel.checks import check
from frontdesk.kernel.messages import Message
from frontdesk.kernel.ports import Clock
from frontdesk.kernel.records import CancelTimer, Claim, Commit, Record, SetTimer, Span, Take

Fault = Callable[[str, str], Awaitable[None]]
"""Called as (method, "before" | "after") around every call: it may wait, or raise what a real store would."""


async def no_fault(method: str, moment: str) -> None:
    """Let every call through."""


class MemoryStore:
    """`log` holds every event in commit order, `timers` what is set; `lag` is how many commits an index is behind."""

    def __init__(self, clock: Clock, *, lag: int = 0, fault: Fault = no_fault) -> None:
        self.records: dict[tuple[str, str], Record] = {}
        self.counters: dict[str, int] = {}
        self.claims: dict[str, Claim] = {}
        self.log: list[Message] = []
        self.timers: dict[tuple[str, str], SetTimer] = {}
        self._clock = clock
        self._lag = lag
        self._fault = fault
        self._unindexed: list[tuple[Record, ...]] = []
        self._indexed: dict[tuple[str, str], Record] = {}

    async def get(self, kind: str, id: str) -> Record | None:
        """See `ports.Store`."""
        await self._fault("get", "before")
        return self.records.get((kind, id))

    async def get_many(self, kind: str, ids: Sequence[str]) -> Mapping[str, Record]:
        """See `ports.Store`."""
        await self._fault("get_many", "before")
        return {id: self.records[kind, id] for id in ids if (kind, id) in self.records}

    async def query(self, kind: str, index: str, partition: str, span: Span) -> list[Record]:
        """See `ports.Store`."""
        await self._fault("query", "before")
        found = [
            (record.keys[index][1], record)
            for record in self._indexed.values()
            if record.kind == kind and index in record.keys and record.keys[index][0] == partition
        ]
        within = [(sort, r) for sort, r in found if span.low <= sort and (not span.high or sort < span.high)]
        within.sort(key=lambda pair: pair[0], reverse=span.newest_first)
        return [record for _, record in within[: span.limit]]

    async def counts(self, keys: Sequence[str]) -> Mapping[str, int]:
        """See `ports.Store`."""
        await self._fault("counts", "before")
        return {key: self.counters.get(key, 0) for key in keys}

    async def claim(self, key: str) -> Claim | None:
        """See `ports.Store`."""
        await self._fault("claim", "before")
        return self.claims.get(key)

    async def commit(self, commit: Commit) -> None:
        """See `ports.Store`. After a fault raised "after", the commit stands and the caller does not know it."""
        await self._fault("commit", "before")
        check(commit, self, self._clock.now())
        self._apply(commit)
        await self._fault("commit", "after")

    def version(self, kind: str, id: str) -> int:
        """See `checks.View`."""
        record = self.records.get((kind, id))
        return record.version if record else 0

    def holder(self, key: str) -> Claim | None:
        """See `checks.View`."""
        return self.claims.get(key)

    def standing(self, key: str) -> int:
        """See `checks.View`."""
        return self.counters.get(key, 0)

    def catch_up(self) -> None:
        """Let every index show every commit."""
        self._index(0)

    def _apply(self, commit: Commit) -> None:
        self.records.update(((record.kind, record.id), record) for record in commit.changes)
        for add in commit.counters:
            self.counters[add.key] = self.counters.get(add.key, 0) + add.amount
        for claim in commit.claims:
            if isinstance(claim, Take):
                self.claims[claim.key] = Claim(claim.owner, claim.until)
            else:
                self.claims.pop(claim.key, None)
        self.log.extend(commit.events)
        for timer in commit.timers:
            if isinstance(timer, CancelTimer):
                self.timers.pop((timer.record_id, timer.name), None)
            else:
                self.timers[timer.record_id, timer.name] = timer
        self._unindexed.append(commit.changes)
        self._index(self._lag)

    def _index(self, lag: int) -> None:
        while len(self._unindexed) > lag:
            self._indexed.update(((record.kind, record.id), record) for record in self._unindexed.pop(0))
