"""What both runtimes stand on: the clock, chance, what is durable, and the store as the code sees it."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any, TypeVar

from frontdesk.adapters.memory.store import MemoryStore
from frontdesk.kernel.ports import Clock
from frontdesk.kernel.records import Claim, Commit, Record, SetTimer, Span
from frontdesk.kernel.time import from_micros, to_micros
from tests.simulation.faults import Faults
from tests.simulation.scheduler import Pause, Scheduler

T = TypeVar("T")
MORNING_MICROS = to_micros(datetime(2026, 3, 14, 9, 30, tzinfo=UTC))
Witness = Callable[[Commit], None]


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run what never has to wait, because everything is in memory."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise AssertionError("waited for something outside")


class VirtualClock:
    """The scheduler's time."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler

    def now(self) -> datetime:
        """See `ports.Clock`."""
        return from_micros(MORNING_MICROS + self._scheduler.micros)

    async def sleep(self, seconds: float) -> None:
        """See `ports.Clock`."""
        await Pause(int(seconds * 1_000_000) + 1)

    def micros_until(self, moment: datetime) -> int:
        """Return how long it is until then, 0 when it is past."""
        return max(0, to_micros(moment) - MORNING_MICROS - self._scheduler.micros)


class DrawnChance:
    """The same seed, the same luck: everything that is drawn in a history comes from one generator."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def bytes(self, size: int) -> bytes:
        """See `ports.Chance`."""
        return self._random.randbytes(size)

    def fraction(self) -> float:
        """See `ports.Chance`."""
        return self._random.random()


class Database(MemoryStore):
    """What is durable, whoever crashes. Laws see every commit that lands, streams every one that tells something."""

    def __init__(self, clock: Clock, lag: int) -> None:
        super().__init__(clock, lag=lag)
        self.laws: list[Witness] = []
        self.streams: list[Witness] = []

    def land(self, *commits: Commit) -> None:
        """Make all of it true at this instant, or nothing. Raises what `Store.commit` raises."""
        if len(commits) > 1:
            self.rehearse(commits)
        for commit in commits:
            admitted = self.admit(commit)
            run(self.commit(admitted))
            for judge in self.laws:
                judge(admitted)
            self.tell(admitted)

    def rehearse(self, commits: Sequence[Commit]) -> None:
        """Raise what one of these commits would raise after those before it."""
        trial = MemoryStore(self._clock)
        trial.records, trial.counters, trial.claims = (
            dict(self.records),
            dict(self.counters),
            dict(self.claims),
        )
        for commit in commits:
            run(trial.commit(self.admit(commit)))

    def tell(self, commit: Commit) -> None:
        """Let the events and timers of a commit be heard of."""
        if commit.events or commit.timers:
            for hear in self.streams:
                hear(commit)

    def publish(self, commit: Commit) -> None:
        """Tell the events of a commit that has landed without them: what no sound design does."""
        self.log.extend(commit.events)
        self.timers.update(((t.record_id, t.name), t) for t in commit.timers if isinstance(t, SetTimer))
        self.tell(commit)

    def now(self) -> datetime:
        """Return the moment by which claims are judged."""
        return self._clock.now()

    def admit(self, commit: Commit) -> Commit:
        """Return what is to land. A mutant leaves something out."""
        return commit


class StorePort:
    """`ports.Store`, where every call can go wrong."""

    def __init__(self, database: Database, faults: Faults) -> None:
        self.database = database
        self.faults = faults

    async def get(self, kind: str, id: str) -> Record | None:
        """See `ports.Store`."""
        return await self.faults.call("store.get", lambda: self.database.records.get((kind, id)))

    async def get_many(self, kind: str, ids: Sequence[str]) -> Mapping[str, Record]:
        """See `ports.Store`."""
        return await self.faults.call("store.get_many", lambda: run(self.database.get_many(kind, ids)))

    async def query(self, kind: str, index: str, partition: str, span: Span) -> list[Record]:
        """See `ports.Store`."""
        return await self.faults.call(
            "store.query", lambda: run(self.database.query(kind, index, partition, span))
        )

    async def counts(self, keys: Sequence[str]) -> Mapping[str, int]:
        """See `ports.Store`."""
        return await self.faults.call("store.counts", lambda: run(self.database.counts(keys)))

    async def claim(self, key: str) -> Claim | None:
        """See `ports.Store`."""
        return await self.faults.call("store.claim", lambda: self.database.holder(key))

    async def commit(self, commit: Commit) -> None:
        """See `ports.Store`."""
        await self.faults.call("store.commit", lambda: self.database.land(commit))
