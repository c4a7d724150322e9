"""The embedded server: the ASGI application of a running desk."""

import gc
from collections.abc import Sequence
from dataclasses import replace

from starlette.types import ASGIApp, Receive, Scope, Send

from frontdesk import bootstrap
from frontdesk.config import Settings
from frontdesk.entrypoints.http import Desk, front
from frontdesk.entrypoints.operations import OPERATIONS
from frontdesk.entrypoints.pages import pages
from frontdesk.entrypoints.throttle import Failures
from frontdesk.kernel.letters import DeadLetters
from frontdesk.kernel.services import Service


class Server:
    """An ASGI application. The runtime starts with it and stops with it."""

    def __init__(self, settings: Settings, services: Sequence[Service]) -> None:
        self.runtime = bootstrap.runtime(settings, services)
        self.services = tuple(services)
        self._tokens = bootstrap.tokens(settings)
        self._front: ASGIApp | None = None

    async def start(self) -> None:
        """Begin to work. Raises InUseError, FormatError before a socket is opened."""
        await self.runtime.start()
        bus = replace(
            self.runtime.bus,
            providers={**self.runtime.bus.providers, DeadLetters: self.runtime.letters},
        )
        desk = Desk(bus, self._tokens, Failures())
        offered = (*self.services, OPERATIONS)
        self._front = front(desk, offered, self.runtime.store, pages(self.runtime, offered))
        gc.collect()
        gc.freeze()  # what lives as long as the process need not be looked at again
        gc.set_threshold(10_000, 20, 20)

    async def stop(self) -> None:
        """Finish what is accepted."""
        await self.runtime.stop()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI. Not to be called before `start`."""
        assert self._front is not None  # noqa: S101 - uvicorn runs after start
        await self._front(scope, receive, send)
