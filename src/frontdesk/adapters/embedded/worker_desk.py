"""The desk's end of the pipe to its worker: it takes commits in, answers what is left to it, and tells the news.

What the worker is told of a transaction leaves in one frame, put together one lap of the loop after it is known. It is
written before anybody hears that the transaction stands, so a request that comes after that finds the worker told.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from itertools import chain

from frontdesk.adapters.embedded.load import Load
from frontdesk.adapters.embedded.news import News
from frontdesk.adapters.embedded.store import SqliteStore
from frontdesk.adapters.embedded.worker_frames import (
    Answered,
    Asked,
    Offered,
    Pipe,
    Tally,
    ToDesk,
    ToWorker,
    commit_of,
    refused,
)
from frontdesk.kernel.errors import FrontdeskError

SILENT_SECONDS = 1.0  # without a word from a worker; then no more connections go there
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Hands:
    """What a desk does for its worker: store, answer requests, count, and say whose tokens are withdrawn by now."""

    store: SqliteStore
    answer: Callable[[Asked], Awaitable[Answered]]
    count: Callable[[Tally], None]
    withdrawn: Callable[[], Iterable[tuple[str, int]]]


class DeskEnd:
    """The end of one worker. `ready` is called when it says its first word, `gone` when the pipe is closed."""

    def __init__(self, hands: Hands, news: News, ready: Callable[[], None], gone: Callable[[], None]) -> None:
        self.pipe = Pipe(ToDesk, self._hear, gone)
        self._hands = hands
        self._news = news
        self._ready = ready
        self._loop = asyncio.get_running_loop()
        self._heard_at = self._loop.time()
        self._was_heard = False
        self._room = 0  # for connections, as it last said
        self._load = Load()
        self._frame = ToWorker()
        self._is_due = False  # whether a frame leaves with the next lap
        self._is_ready = self._is_closed = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._counted: list[asyncio.Future[None]] = []  # who waits for a tally that is not yet asked for
        self._asked_for: deque[list[asyncio.Future[None]]] = deque()  # who waits for each of those that are

    @property
    def is_open(self) -> bool:
        """Whether one more connection may go there: it has room, and answers."""
        return self._room > 0 and self._loop.time() - self._heard_at < SILENT_SECONDS

    def went(self) -> None:
        """Take in that one connection more has gone there."""
        self._room -= 1

    def was_heard(self) -> bool:
        """Return whether anything was heard since the last time that this was asked."""
        heard, self._was_heard = self._was_heard, False
        return heard

    def withdraw(self, name: str, generation: int) -> None:
        """Tell that tokens of a name are good no more."""
        self._frame.withdrawn.append((name, generation))
        self._send_soon()

    def forget(self) -> None:
        """Tell that no token is good because it was."""
        self._frame.forget = True
        self._send_soon()

    def pulse(self) -> asyncio.Future[None]:
        """Ask for a tally of what the worker has answered; what is returned is done when that is counted."""
        self._frame.pulse = self._load.look()
        self._send_soon()
        counted: asyncio.Future[None] = self._loop.create_future()
        self._counted.append(counted)
        return counted

    def stop(self) -> None:
        """Ask the worker to finish what it has begun, and to end."""
        self._frame.stop = True
        self._send_soon()

    def close(self) -> None:
        """Let nobody wait for this worker any more."""
        self._is_closed = True
        self._news.heard = _nothing
        _done([*self._counted, *chain.from_iterable(self._asked_for)])

    def _hear(self, said: ToDesk) -> None:
        self._heard_at, self._was_heard = self._loop.time(), True
        if not self._is_ready:
            self._begin()
        for offered in said.offered:
            self._take(offered)
        for asked in said.asked:
            task = self._loop.create_task(self._answer(asked))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        for tally in said.tallies:
            self._hands.count(tally)
            self._room = tally.room
            _done(self._asked_for.popleft())

    def _begin(self) -> None:
        """From here on it is told of every change: it has read nothing yet."""
        self._is_ready = True
        self._news.forget()
        self._news.heard = self._send_soon
        self._frame.withdrawn.extend(self._hands.withdrawn())
        self._send()  # before the first connection
        self._ready()

    def _take(self, offered: Offered) -> None:
        try:
            self._hands.store.begin(commit_of(offered), lambda error: self._stored(offered.n, error))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this commit's answer
            self._stored(offered.n, error)

    def _stored(self, n: int, error: Exception | None) -> None:
        if error is None:
            self._frame.done.append(n)
        else:
            if not isinstance(error, FrontdeskError):
                _log.error("a commit of the worker could not be stored", exc_info=error)
            self._frame.refused.append(refused(n, error))
        self._send_soon()

    async def _answer(self, asked: Asked) -> None:
        answered = await self._hands.answer(asked)
        self._frame.answered.append(answered)
        self._send_soon()

    def _send_soon(self) -> None:
        if not self._is_due:
            self._is_due = True
            self._loop.call_soon(self._send)

    def _send(self) -> None:
        self._is_due = False
        if self._is_closed:  # the news are the next one's
            return
        frame, self._frame = self._frame, ToWorker()
        if frame.pulse is not None:
            self._asked_for.append(self._counted)
            self._counted = []
        frame.told = self._news.take() if self._is_ready else None
        frame.busy = self._hands.store.is_busy()
        self.pipe.send(frame)


def _done(waiting: Iterable[asyncio.Future[None]]) -> None:
    for one in waiting:
        if not one.done():
            one.set_result(None)


def _nothing() -> None:
    """Tell nobody."""
