"""The desk opened by a command, when no server has the data: the same application, reached without a socket."""

import asyncio
import time
from collections.abc import Coroutine
from threading import Thread
from typing import Any, TypeVar

import httpx
from msgspec.structs import replace

from frontdesk import bootstrap
from frontdesk.config import Settings
from frontdesk.entrypoints.server import Server

SETTLE_SECONDS = 30.0  # that reactions have before the data is given back; what is left waits in the log
SETTLE_STEP_SECONDS = 0.005

T = TypeVar("T")


class OpenedDesk(httpx.BaseTransport):
    """Open from its making until `close`. The desk works on a thread of its own, also between requests."""

    def __init__(self, settings: Settings) -> None:
        """Raise InUseError or FormatError when it cannot be opened."""
        # The next server's copy takes in what a command has changed. A command is no crowd.
        alone = replace(settings, copy_to=None, worker="never")
        self._desk = Server(alone, bootstrap.choose())
        self._asgi = httpx.ASGITransport(self._desk)
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="frontdesk-desk", daemon=True)
        self._thread.start()
        self._closed = False
        try:
            self._run(self._desk.start())
        except BaseException:
            self._end()
            raise

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx.BaseTransport."""
        return self._run(self._answer(request))

    def settle(self) -> None:
        """Return when every reaction is done, or after SETTLE_SECONDS."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while any(self._desk.runtime.log.backlog().values()) and time.monotonic() < deadline:
            time.sleep(SETTLE_STEP_SECONDS)

    def close(self) -> None:
        """Finish what is being written and give the data back."""
        if not self._closed:
            self._closed = True
            self._run(self._desk.stop())
            self._end()

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = await self._asgi.handle_async_request(request)
        return httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread())

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
