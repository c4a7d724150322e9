"""The worker: a second process that answers requests, so that the desk is free to write and to react.

    connections ──► desk ──► worker: reads, decides, answers
                               │  ▲
                       commits ▼  │ what stands, what is refused, what has changed
                              desk: writes, reacts

The desk opens every connection. Once there is a worker it hands them over, each where one request has been answered and
the next has not begun. A worker only reads: what it decides the desk checks and writes, as it does with what it decided
by itself. So a worker may end at any moment and nothing is lost: its callers lose their connections, open new ones,
and repeat what was not answered; the desk answers by itself until there is a worker again. A worker ends by itself when
the desk does.
"""

import asyncio
import logging
import socket
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress

from frontdesk.adapters.embedded.news import News
from frontdesk.adapters.embedded.worker_desk import DeskEnd, Hands
from frontdesk.adapters.embedded.worker_frames import NEW, USED, Setup

CROWD = 16  # requests at work at once; nothing is started before
START_SECONDS = 30.0  # that a worker may take to be ready
RESTART_SECONDS = 5.0  # from the end of one worker to the next
PULSE_SECONDS = 0.5  # from one question how it does to the next
PATIENCE_SECONDS = 10.0  # without a word from it; then it is ended
TALLY_SECONDS = 1.0  # that whoever wants to know what it has answered waits for that
STOP_SECONDS = 15.0  # that a worker may take to end: its callers have 10 to take their answers
# Of each socket, as far as the system allows: what is told must not wait for the reader.
BUFFER_BYTES = 4 * 1024 * 1024
_log = logging.getLogger(__name__)


class WorkerProcess:
    """Starts a worker when there is a crowd, and after its end when there is one again.

    `command` starts a process that gets two numbers as its last arguments: the socket on which it talks with the desk,
    and the one on which connections come. `setup` is told to it first. `environment` is all that it finds of one, by
    default the desk's own. A `crowd` of 0 is always there.
    """

    def __init__(
        self,
        command: Sequence[str],
        setup: Setup,
        hands: Hands,
        news: News,
        *,
        environment: Mapping[str, str] | None = None,
        crowd: int = CROWD,
    ) -> None:
        self.ends = 0  # of workers that nobody had asked to end
        self._command = command
        self._environment = environment
        self._setup = setup
        self._hands = hands
        self._news = news
        self._crowd = crowd
        self._process: subprocess.Popen[bytes] | None = None
        self._end: DeskEnd | None = None
        self._door: socket.socket | None = None  # to a worker that is ready
        self._ready = asyncio.Event()
        self._stopping = False
        self._life: asyncio.Task[None] | None = None

    @property
    def is_ready(self) -> bool:
        """Whether there is a worker that answers requests."""
        return self._door is not None

    async def start(self) -> None:
        """Start a worker before anybody comes, and wait until it is ready, or has failed."""
        self._begin()
        assert self._life is not None  # noqa: S101 - it has just begun
        ready = asyncio.get_running_loop().create_task(self._ready.wait())
        await asyncio.wait([ready, self._life], timeout=START_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()

    def meet(self, crowd: int) -> None:
        """Take in how many requests are at work at once, and start a worker if those are a crowd."""
        if crowd >= self._crowd and self._life is None:
            self._begin()

    def take(self, connection: int, *, is_new: bool) -> bool:
        """Hand over a connection, by its file, if there is a worker. Then the caller must close it here."""
        if self._door is None or self._end is None or self._stopping or not self._end.is_open:
            return False
        try:
            socket.send_fds(self._door, [NEW if is_new else USED], [connection])
        except OSError:  # it is full, or just ending: the desk keeps this one
            return False
        self._end.went()
        return True

    def withdraw(self, name: str, generation: int) -> None:
        """Have tokens refused from now on. See `Tokens.withdraw`."""
        if self._end is not None:
            self._end.withdraw(name, generation)

    def forget(self) -> None:
        """Have every token looked at anew. See `Tokens.rotate`."""
        if self._end is not None:
            self._end.forget()

    async def counted(self) -> None:
        """Wait until what the worker has answered so far is counted, for a moment at most."""
        if self._door is not None and self._end is not None:
            await asyncio.wait([self._end.pulse()], timeout=TALLY_SECONDS)

    async def stop(self) -> None:
        """Have the worker answer what it has begun, and end it."""
        if self._life is None:
            return
        self._stopping = True
        if self._end is not None and self._door is not None:
            self._end.stop()
            await asyncio.wait([self._life], timeout=STOP_SECONDS)
        self._life.cancel()
        await asyncio.gather(self._life, return_exceptions=True)

    def _begin(self) -> None:
        if self._life is None:
            self._life = asyncio.get_running_loop().create_task(self._live(), name="frontdesk worker")

    async def _live(self) -> None:
        try:
            status = await self._work()
            if self._stopping:
                return
            _log.error("the worker ended with status %d; the desk answers by itself until the next", status)
        except Exception:  # noqa: BLE001 - whatever it was, the desk can do without a worker
            _log.exception("there is no worker; the desk answers by itself until the next")
        self.ends += 1
        asyncio.get_running_loop().call_later(RESTART_SECONDS, self._may_begin_again)

    def _may_begin_again(self) -> None:
        if self._stopping:
            return
        self._life = None
        if not self._crowd:
            self._begin()

    async def _work(self) -> int:
        """Start a worker and be there for it until it ends. Returns its status."""
        ours, theirs = socket.socketpair()
        door, inside = socket.socketpair()
        for one in (ours, theirs):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER_BYTES)
        door.setblocking(False)
        gone = asyncio.Event()
        end = DeskEnd(self._hands, self._news, lambda: self._open(end, door), gone.set)
        with ours, door:
            with theirs, inside:
                self._process = process = self._started(theirs.fileno(), inside.fileno())
            try:
                await asyncio.get_running_loop().create_unix_connection(lambda: end.pipe, sock=ours)
                end.pipe.send(self._setup)
                self._end = end
                await self._watch(end, gone, process)
            finally:
                self._door = self._end = None
                self._ready.clear()
                end.close()
                end.pipe.close()  # a worker ends when it sees this
                status = await asyncio.to_thread(_status, process)
        return status

    def _open(self, end: DeskEnd, door: socket.socket) -> None:
        self._door = door
        end.pulse()  # what room it has
        self._ready.set()

    async def _watch(self, end: DeskEnd, gone: asyncio.Event, process: "subprocess.Popen[bytes]") -> None:
        """Return when the worker has gone, or has not been heard of for too many looks: the desk may have slept."""
        unheard = 0
        while not gone.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(PULSE_SECONDS):
                    await gone.wait()
            unheard = 0 if end.was_heard() else unheard + 1
            if self._door is not None:
                end.pulse()
            patience = START_SECONDS if self._door is None else PATIENCE_SECONDS
            if unheard * PULSE_SECONDS > patience:
                _log.error("the worker does not answer; it is ended")
                process.kill()
                return

    def _started(self, *numbers: int) -> "subprocess.Popen[bytes]":
        """Start a process. It takes some milliseconds, once, and on the loop: nothing may be cancelled half way."""
        return subprocess.Popen(  # noqa: S603 - our own command
            [*self._command, *map(str, numbers)],
            stdin=subprocess.DEVNULL,
            pass_fds=numbers,
            env=None if self._environment is None else dict(self._environment),
            process_group=0,  # Ctrl-C is for the desk
        )


def _status(process: "subprocess.Popen[bytes]") -> int:
    with suppress(subprocess.TimeoutExpired):
        return process.wait(STOP_SECONDS)
    process.kill()
    return process.wait()
