"""A desk and its worker on one loop: both ends of the link, joined by a socket pair, and what each was told."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from frontdesk.adapters.embedded.news import News
from frontdesk.adapters.embedded.reads import Reads
from frontdesk.adapters.embedded.store import SqliteStore
from frontdesk.adapters.embedded.worker_desk import DeskEnd, Hands
from frontdesk.adapters.embedded.worker_frames import Answered, Asked, Passed, Tally
from frontdesk.adapters.embedded.worker_side import WorkerEnd, reading
from tests.unit.embedded.engine import JARS, Engine, opened

PATIENCE = 10  # seconds; nothing here takes long, but machines may be busy
REQUEST = Passed("GET", "/elsewhere", b"a=b", [(b"host", b"x")], "192.0.2.1", b"body")


async def repeat(asked: Asked) -> Answered:
    """Answer with what was asked for."""
    request = asked.request
    return Answered(
        asked.n, 201, request.headers, b" ".join([request.method.encode(), request.query, request.body])
    )


@dataclass
class Told:
    """What either end was told, in order, and what the worker says of itself."""

    withdrawn: list[tuple[str, int]] = field(default_factory=list)  # at the worker
    forgets: int = 0
    stops: int = 0
    loads: list[float] = field(default_factory=list)  # of the desk, as it said with each pulse
    gone: list[str] = field(default_factory=list)  # whose other end has gone
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    counted: list[Tally] = field(default_factory=list)  # at the desk
    tallies: list[Tally] = field(default_factory=list)  # that the worker will tell, the next one last
    before: list[tuple[str, int]] = field(default_factory=list)  # what was withdrawn before it started

    def forget(self) -> None:
        """Note that the verifier is to forget."""
        self.forgets += 1

    def stop(self) -> None:
        """Note that the worker is to end."""
        self.stops += 1

    def pulse(self, load: float) -> Tally:
        """Note how busy the desk is, and return what was answered since the last time."""
        self.loads.append(load)
        return self.tallies.pop() if self.tallies else Tally()


@dataclass
class Linked:
    """Both ends, over a store of the desk."""

    desk: DeskEnd
    worker: WorkerEnd
    told: Told
    caller: tuple[asyncio.StreamReader, asyncio.StreamWriter, socket.socket]

    async def request(self) -> None:
        """Return as a request that somebody sends now is begun in the worker: it comes over a socket of its own."""
        reader, _, outside = self.caller
        outside.send(b".")
        await reader.readexactly(1)

    async def calm(self) -> None:
        """Return when each end has heard what the other had said until now."""
        async with asyncio.timeout(PATIENCE):
            await self.desk.pulse()


async def link(
    store: SqliteStore,
    news: News,
    reads: Reads,
    told: Told | None = None,
    answer: Callable[[Asked], Awaitable[Answered]] = repeat,
) -> Linked:
    """Join two ends. Returns when the desk has heard that the worker is ready."""
    told = told or Told()
    hands = Hands(store, answer, told.counted.append, lambda: told.before)
    desk = DeskEnd(hands, news, told.ready.set, lambda: told.gone.append("worker"))
    worker = WorkerEnd(
        reads,
        withdraw=lambda name, generation: told.withdrawn.append((name, generation)),
        forget=told.forget,
        pulse=told.pulse,
        stop=told.stop,
        gone=lambda: told.gone.append("desk"),
    )
    ours, theirs = socket.socketpair()
    loop = asyncio.get_running_loop()
    await loop.create_unix_connection(lambda: desk.pipe, sock=ours)
    await loop.create_unix_connection(lambda: worker.pipe, sock=theirs)
    outside, inside = socket.socketpair()
    caller = (*await asyncio.open_unix_connection(sock=inside), outside)
    worker.say_ready()
    async with asyncio.timeout(PATIENCE):
        await told.ready.wait()
    return Linked(desk, worker, told, caller)


async def part(linked: Linked) -> None:
    """Close both ends and wait until each knows."""
    linked.desk.close()
    linked.desk.pipe.close()
    linked.worker.pipe.close()
    _, caller, outside = linked.caller
    caller.close()
    outside.close()
    async with asyncio.timeout(PATIENCE):
        while len(linked.told.gone) < 2:  # noqa: ASYNC110 - the transports have no event for it
            await asyncio.sleep(0.001)


@asynccontextmanager
async def joined(
    folder: Path, told: Told | None = None, answer: Callable[[Asked], Awaitable[Answered]] = repeat
) -> AsyncIterator[tuple[Engine, Linked]]:
    """Open an engine with jars in a folder, and a worker beside it."""
    async with opened(folder) as engine:
        engine.database.news = news = News()
        with reading(folder, [JARS]) as reads:
            linked = await link(engine.store, news, reads, told, answer)
            try:
                yield engine, linked
            finally:
                await part(linked)
