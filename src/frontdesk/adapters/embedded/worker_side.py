"""The worker's end: a store for its requests that reads the database by itself and has the desk write.

    request ──► handler ──► reads: at hand, or the database ──► commit ──► frame ──► desk
    answer  ◄── handler ◄── stands, or is refused ◄─────────────────────── frame ◄────┘

A frame's news are taken in before its answers, so whoever hears that a commit stands also reads it.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

from frontdesk.adapters.embedded.at_hand import AtHand
from frontdesk.adapters.embedded.directory import DataDirectory
from frontdesk.adapters.embedded.news import Told
from frontdesk.adapters.embedded.reads import Reads
from frontdesk.adapters.embedded.rows import KindTable
from frontdesk.adapters.embedded.store import ReadingStore
from frontdesk.adapters.embedded.worker_frames import (
    Answered,
    Asked,
    Passed,
    Pipe,
    Tally,
    ToDesk,
    ToWorker,
    offered,
    refusal,
)
from frontdesk.kernel.errors import Unavailable
from frontdesk.kernel.kinds import AnyKind
from frontdesk.kernel.records import Commit

CACHE_KIB = 24_576  # of pages, which any commit of the desk makes void
GONE = "The desk has gone. Send it again with the same Idempotency-Key."
T = TypeVar("T")


@contextmanager
def reading(data: Path, kinds: Iterable[AnyKind]) -> Iterator[Reads]:
    """Lend a connection that only reads."""
    address = f"{DataDirectory(data).database.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, isolation_level=None, cached_statements=512)) as database:
        database.execute(f"pragma cache_size = -{CACHE_KIB}")
        database.execute("pragma busy_timeout = 5000")
        yield Reads(database, {kind.name: KindTable(kind) for kind in kinds})


class WorkerStore(ReadingStore):
    """`ports.Store` in a worker. What was read stays at hand until the desk says that it has changed."""

    def __init__(self, reads: Reads, commit: Callable[[Commit], asyncio.Future[None]]) -> None:
        super().__init__(AtHand(reads))
        self._commit = commit

    def hear(self, told: Told) -> None:
        """Take in what has changed."""
        if told.all_else:
            self._at_hand.forget_all()
        self._at_hand.forget(told.records)
        self._at_hand.keep_counts(told.counts)

    def keep(self, commit: Commit, told: Told | None) -> None:
        """Keep at hand what a commit of this worker has made true, where nobody else has changed it since."""
        if told is not None:
            stands = told.records.get
            self._at_hand.keep([one for one in commit.changes if stands((one.kind, one.id)) == one.version])

    async def commit(self, commit: Commit) -> None:
        """See `ports.Store`. Raises Unavailable at once while the desk has too much to do."""
        await self._commit(commit)


class WorkerEnd:
    """The pipe to the desk, once the setup has come. `stop` is called when the desk asks, `gone` when it has gone.

    `withdraw` and `forget` are the verifier's. `pulse` is told how much of the time the desk computes, and returns what
    was answered since it was last called.
    """

    def __init__(
        self,
        reads: Reads,
        *,
        withdraw: Callable[[str, int], None],
        forget: Callable[[], None],
        pulse: Callable[[float], Tally],
        stop: Callable[[], None],
        gone: Callable[[], None],
    ) -> None:
        self.pipe = Pipe(ToWorker, self._hear, self._lost)
        self.store = WorkerStore(reads, self._offer)
        self.is_busy = False  # whether the desk would refuse a commit, as it last said
        self._withdraw, self._forget, self._pulse = withdraw, forget, pulse
        self._stop, self._gone = stop, gone
        self._loop = asyncio.get_running_loop()
        self._frame = ToDesk()
        self._is_due = self._is_lost = False
        self._last = 0
        self._stored: dict[int, tuple[asyncio.Future[None], Commit]] = {}
        self._answered: dict[int, asyncio.Future[Answered]] = {}

    def say_ready(self) -> None:
        """Have the desk know that requests may come."""
        self._send_soon()

    async def ask(self, request: Passed) -> Answered:
        """Have the desk answer a request. Raises Unavailable when it goes away meanwhile."""
        self._check_desk()
        self._last += 1
        answered: asyncio.Future[Answered] = self._loop.create_future()
        self._answered[self._last] = answered
        self._frame.asked.append(Asked(self._last, request))
        self._send_soon()
        return await answered

    def _offer(self, commit: Commit) -> asyncio.Future[None]:
        self._check_desk()
        self._last += 1
        told = offered(self._last, commit)
        stored: asyncio.Future[None] = self._loop.create_future()
        self._stored[self._last] = stored, commit
        self._frame.offered.append(told)
        self._send_soon()
        return stored

    def _hear(self, said: ToWorker) -> None:
        if said.told is not None:  # before anything that may rest on it
            self.store.hear(said.told)
        self.is_busy = said.busy
        for name, generation in said.withdrawn:
            self._withdraw(name, generation)
        if said.forget:
            self._forget()
        self._settle(said)
        if said.pulse is not None:
            self._frame.tallies.append(self._pulse(said.pulse))
            self._send_soon()
        if said.stop:
            self._stop()

    def _settle(self, said: ToWorker) -> None:
        for n in said.done:
            stored, commit = self._stored.pop(n)
            self.store.keep(commit, said.told)
            if not stored.done():  # its caller may have gone
                stored.set_result(None)
        for refused in said.refused:
            _fail(self._stored.pop(refused.n)[0], refusal(refused))
        for answered in said.answered:
            asked = self._answered.pop(answered.n)
            if not asked.done():
                asked.set_result(answered)

    def _lost(self) -> None:
        gone, self._is_lost = Unavailable(GONE), True
        for stored, _ in self._stored.values():
            _fail(stored, gone)
        for answered in self._answered.values():
            _fail(answered, gone)
        self._gone()

    def _check_desk(self) -> None:
        if self._is_lost:
            raise Unavailable(GONE)

    def _send_soon(self) -> None:
        if not self._is_due:
            self._is_due = True
            self._loop.call_soon(self._send)

    def _send(self) -> None:
        self._is_due = False
        frame, self._frame = self._frame, ToDesk()
        self.pipe.send(frame)


def _fail(waiting: asyncio.Future[T], error: Exception) -> None:
    if not waiting.done():
        waiting.set_exception(error)
