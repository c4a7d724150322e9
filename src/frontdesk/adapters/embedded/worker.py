"""The worker: a second process that decides large batches of reactions, so that the desk is free for requests.

    desk:    pending ──► frame ─┐            ┌─► settle: checked against what is stored, written, the cursor moved
    worker:                     └─► decide ──┘

It only decides. What is read, it reads from the database; what comes of it the desk checks and writes, as it does with
what was decided here. So a worker may end at any moment and nothing is lost: the desk decides by itself until there is
one again. It ends by itself when the desk does.
"""

import asyncio
import logging
import socket
import subprocess
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress

from frontdesk.adapters.embedded.decider import Observer
from frontdesk.adapters.embedded.news import News
from frontdesk.adapters.embedded.settlement import Entry, Settlement
from frontdesk.adapters.embedded.worker_frames import (
    BUFFER_BYTES,
    DECIDED,
    Decided,
    Setup,
    Wanted,
    framed,
    next_frame,
)
from frontdesk.kernel.bus import Fate
from frontdesk.kernel.errors import Conflict

LEAST = 32  # messages; fewer are decided sooner here than sent away
PATIENCE_SECONDS = 3.0  # with a batch, which takes tenths of one; then it is ended, and the desk decides
START_SECONDS = 30.0  # that a worker may take to be ready
RESTART_SECONDS = 5.0  # from the end of one worker to the next
STOP_SECONDS = 5.0  # that a worker may take to end
_log = logging.getLogger(__name__)


class WorkerProcess:
    """See `subscriber.Worker`. Nothing is started before the first batch of `least` messages comes.

    `command` starts a process that gets the number of its socket as its last argument; `setup` is told to it first.
    `environment` is all that it finds of one, by default the desk's own.
    """

    def __init__(
        self,
        command: Sequence[str],
        setup: Setup,
        *,
        environment: Mapping[str, str] | None = None,
        least: int = LEAST,
    ) -> None:
        self._command = command
        self._environment = environment
        self._setup = setup
        self._least = least
        self.news = News()
        self.ends = 0  # of workers that nobody had asked to end
        self._asked: deque[asyncio.Future[Decided | None]] = deque()
        self._process: subprocess.Popen[bytes] | None = None
        self._writer: asyncio.StreamWriter | None = None  # to a worker that is ready
        self._life: asyncio.Task[None] | None = None

    @property
    def is_ready(self) -> bool:
        """Whether there is a worker, so that large batches are decided there."""
        return self._writer is not None

    async def decide(
        self, subscriber: str, entries: Sequence[Entry], cursor: int, observe: Observer
    ) -> Settlement | None:
        """Return what the worker decided; None when the desk has to. Raises Conflict when the batch lost a race."""
        if len(entries) < self._least:
            return None
        if self._writer is None:
            self._begin()
            return None
        self._writer.write(framed(Wanted(subscriber, tuple(entries), cursor, self.news.take())))
        decided = await self._answer()
        if decided is None:
            return None
        if decided.lost:
            self.news.forget()
            raise Conflict
        if decided.settlement is not None:
            refused = {one.n: one.cause for one in decided.refused}
            for n, entry in enumerate(entries):
                fate = Fate.REFUSED if n in refused else Fate.DONE
                observe(subscriber, entry.message, fate, refused.get(n, ""))
        return decided.settlement

    async def stop(self) -> None:
        """End the worker, if there is one."""
        if self._life is not None:
            self._life.cancel()
            await asyncio.gather(self._life, return_exceptions=True)

    async def _answer(self) -> Decided | None:
        answered: asyncio.Future[Decided | None] = asyncio.get_running_loop().create_future()
        self._asked.append(answered)
        await asyncio.wait([answered], timeout=PATIENCE_SECONDS)
        if not answered.done() and self._process is not None:
            _log.error("the worker does not answer; it is ended")
            self._process.kill()
        return await answered  # of one that has ended: None

    def _begin(self) -> None:
        if self._life is None or self._life.done():
            self._life = asyncio.get_running_loop().create_task(self._live(), name="frontdesk worker")

    async def _live(self) -> None:
        try:
            status = await self._work()
            _log.error("the worker ended with status %d; the desk decides by itself until the next", status)
        except Exception:  # noqa: BLE001 - whatever it was, the desk can do without a worker
            _log.exception("there is no worker; the desk decides by itself until the next")
        self.ends += 1
        await asyncio.sleep(RESTART_SECONDS)

    async def _work(self) -> int:
        """Start a worker and take in what it answers, until it ends. Returns its status."""
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                self._process = process = self._started(theirs.fileno())
            try:
                await self._listen(*await asyncio.open_unix_connection(sock=ours, limit=BUFFER_BYTES))
            finally:
                self._writer = None
                while self._asked:
                    _tell(self._asked.popleft(), None)
                ours.close()  # a worker ends when it sees this
                status = await asyncio.to_thread(_status, process)
        return status

    def _started(self, number: int) -> "subprocess.Popen[bytes]":
        """Start a process. It takes some milliseconds, once, and on the loop: nothing may be cancelled half way."""
        return subprocess.Popen(  # noqa: S603 - our own command
            [*self._command, str(number)],
            stdin=subprocess.DEVNULL,
            pass_fds=[number],
            env=self._environment,
            process_group=0,  # Ctrl-C is for the desk
        )

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(framed(self._setup))
            async with asyncio.timeout(START_SECONDS):
                if await next_frame(reader, DECIDED) is None:
                    return
            self.news.forget()
            self._writer = writer
            while (decided := await next_frame(reader, DECIDED)) is not None:
                _tell(self._asked.popleft(), decided)
        finally:
            writer.close()


def _tell(answered: asyncio.Future[Decided | None], decided: Decided | None) -> None:
    if not answered.done():  # its subscriber may have stopped
        answered.set_result(decided)


def _status(process: "subprocess.Popen[bytes]") -> int:
    with suppress(subprocess.TimeoutExpired):
        return process.wait(STOP_SECONDS)
    process.kill()
    return process.wait()
