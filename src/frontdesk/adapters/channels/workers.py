"""Exchanges that block, a few at once, each in a thread and for a bounded time.

The protocols here are those of the standard library (http.client, smtplib), which wait on sockets: nothing has to be
installed for them on either runtime. One provider's exchanges have threads of their own, so a provider that hangs
holds up nobody else.
"""

import asyncio
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Protocol, TypeVar

from frontdesk.kernel.errors import Conflict

T = TypeVar("T")
AT_ONCE = 8  # exchanges with one provider; what comes on top has to come again
TOTAL_SECONDS = 18.0  # for one exchange, from looking the name up to the last byte
STEP_SECONDS = 10.0  # for one wait in it


class _HasSocket(Protocol):
    sock: socket.socket | None


class Line:
    """What can be cut from outside while a thread waits on it."""

    def __init__(self) -> None:
        self._over: _HasSocket | None = None
        self.is_cut = False
        self.has_sent = False  # whether the provider may have got all of it

    def goes_over(self, connection: _HasSocket) -> None:
        """Say which connection is in use. Raises TimeoutError where nobody waits for it any more."""
        self._over = connection
        if self.is_cut:
            raise TimeoutError

    def cut(self) -> None:
        """End the waiting, if there is still any."""
        self.is_cut = True
        sock = self._over.sock if self._over else None
        if sock is not None:
            with suppress(OSError):  # it is closed already
                sock.shutdown(socket.SHUT_RDWR)


class Workers:
    """The threads of one provider."""

    def __init__(self, name: str, *, at_once: int = AT_ONCE, seconds: float = TOTAL_SECONDS) -> None:
        self._threads = ThreadPoolExecutor(at_once, f"frontdesk-{name}")
        self._free = at_once
        self._seconds = seconds

    async def run(self, exchange: Callable[[Line], T], line: Line) -> T:
        """Return what an exchange returns. Raises Conflict while all threads are busy, TimeoutError, what it raises."""
        if not self._free:
            raise Conflict("Enough is on its way there already.")
        work = asyncio.get_running_loop().run_in_executor(self._threads, exchange, line)
        self._free -= 1
        work.add_done_callback(self._done)
        try:
            async with asyncio.timeout(self._seconds):
                return await asyncio.shield(work)
        finally:
            line.cut()

    def _done(self, work: "asyncio.Future[T]") -> None:
        self._free += 1
        if not work.cancelled():
            work.exception()  # whoever gave up on it does not ask, and asyncio would complain
