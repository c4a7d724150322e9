"""The embedded server: the ASGI application of a running desk."""

import asyncio
from collections.abc import Awaitable, Sequence

from msgspec.structs import replace
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from frontdesk import bootstrap
from frontdesk.adapters.embedded import interpreter
from frontdesk.adapters.embedded.news import News
from frontdesk.adapters.embedded.worker import WorkerProcess
from frontdesk.adapters.embedded.worker_desk import Hands
from frontdesk.config import Settings
from frontdesk.entrypoints.admission import Admission
from frontdesk.entrypoints.http import Desk, front
from frontdesk.entrypoints.metrics_page import MetricsPage
from frontdesk.entrypoints.oauth.routes import catch_up, key_endpoints, oauth_endpoints
from frontdesk.entrypoints.oauth.visits import Door
from frontdesk.entrypoints.operations import OPERATIONS
from frontdesk.entrypoints.pages import pages
from frontdesk.entrypoints.passing import answer_passed
from frontdesk.entrypoints.requests import Noted
from frontdesk.entrypoints.throttle import Failures
from frontdesk.kernel.services import Service
from frontdesk.letters import DeadLetters


class Server:
    """An ASGI application. The runtime starts with it and stops with it."""

    def __init__(self, settings: Settings, services: Sequence[Service]) -> None:
        self._tokens = bootstrap.tokens(settings)
        self._spans = bootstrap.spans(settings)
        self._news = News()
        self.runtime = bootstrap.runtime(settings, services, self._tokens, self._spans, self._news)
        self.services = tuple(services)
        self.worker: WorkerProcess | None = None
        self._settings = settings
        self._front: ASGIApp | None = None

    async def start(self) -> None:
        """Begin to work. Raises InUseError, FormatError before a socket is opened."""
        await self.runtime.start()
        bus = replace(
            self.runtime.bus,
            providers={**self.runtime.bus.providers, DeadLetters: self.runtime.letters},
        )
        admission = Admission(self.runtime.store.is_busy, bus.chance)
        desk = Desk(bus, self._tokens, Failures(), is_traced=self._spans is not None, admission=admission)
        offered = (*self.services, OPERATIONS)
        shown = [*pages(self.runtime, offered), *await self._oauth(desk)]
        hands = Hands(
            self.runtime.store,
            answer=lambda asked: answer_passed(self, asked),
            count=desk.requests.add,
            withdrawn=self._tokens.withdrawn,
        )
        self.worker = self._tokens.follower = bootstrap.worker(
            self._settings, self.services, hands, self._news
        )
        shown.append(Route("/metrics", MetricsPage(desk, self.runtime, self.worker)))
        self._front = front(desk, offered, self.runtime.store, shown)
        if self.worker is not None and self._settings.worker == "always":
            await self.worker.start()
        interpreter.settle()

    async def _oauth(self, desk: Desk) -> list[Route]:
        door = Door(desk.bus, self.runtime.store, desk.tokens, desk.failures, self._settings.site)
        scopes = [scope for service in self.services for scope in service.scopes]
        if any(service.name == "identity" for service in self.services):
            await catch_up(door)
            found = oauth_endpoints(door, scopes)
        else:
            found = key_endpoints(door, scopes)
        return [Route(path, Noted(path, endpoint, desk.requests)) for path, endpoint in found.items()]

    async def stop(self) -> None:
        """Finish what is accepted."""
        if self.worker is not None:
            await self.worker.stop()
        await self.runtime.stop()
        if self._spans is not None:
            await asyncio.to_thread(self._spans.close)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """See ASGI. Not to be called before `start`."""
        assert self._front is not None  # noqa: S101 - uvicorn runs after start
        return self._front(scope, receive, send)
