"""The embedded server's way in: ASGI. Starlette routes; each path is a bare ASGI endpoint, with nothing in between."""

import asyncio
import logging
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter

from starlette.routing import Route as PathRoute
from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

from frontdesk.adapters.telemetry.context import adopt
from frontdesk.adapters.tokens.tokens import Tokens
from frontdesk.entrypoints.admission import Admission
from frontdesk.entrypoints.api import Request, Response, bug, problem, respond, understand
from frontdesk.entrypoints.asgi import read_body, reply
from frontdesk.entrypoints.reading import given_correlation_id, read_query
from frontdesk.entrypoints.requests import NO_ROUTE, OTHER_METHOD, Requests
from frontdesk.entrypoints.throttle import Failures
from frontdesk.kernel.bus import Bus
from frontdesk.kernel.callers import ANYONE, Caller
from frontdesk.kernel.errors import (
    FrontdeskError,
    MethodNotAllowed,
    NotFound,
    Unauthenticated,
)
from frontdesk.kernel.http import Route
from frontdesk.kernel.ports import Store
from frontdesk.kernel.services import Service

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Desk:
    """What every endpoint needs."""

    bus: Bus
    tokens: Tokens
    failures: Failures
    requests: Requests = field(default_factory=Requests)
    is_traced: bool = False  # whether a caller's trace is continued
    admission: Admission | None = None  # what holds requests back that change something; None: nothing does

    def caller(self, headers: Mapping[str, str], address: str) -> Caller:
        """Return who is asking. Raises Unauthenticated, or TooMany after too many failures from one address."""
        header = headers.get("authorization", "")
        if header[:7].lower() != "bearer ":
            raise Unauthenticated
        try:
            return self.tokens.verify(header[7:])
        except Unauthenticated:  # checked only now: behind one address there are honest callers too
            self.failures.check(address, asyncio.get_running_loop().time())
            self.failures.add(address)
            raise


class Endpoint:
    """All operations of one path."""

    def __init__(
        self, path: str, desk: Desk, operations: Mapping[str, tuple[Service, Route]], store: Store
    ) -> None:
        self._desk = desk
        self._operations = operations
        self._store = store
        self._noted = {method: desk.requests.operation(method, path) for method in operations}
        self._noted_other = desk.requests.operation(OTHER_METHOD, path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever happens."""
        begun = perf_counter()
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        correlation_id = self._correlation_id(headers)
        try:
            response = await self._answer(scope, receive, headers, correlation_id)
        except FrontdeskError as error:
            response = problem(error, correlation_id)
            self._desk.requests.refused(error.code)
            _log.info(
                "refused", extra={"correlation_id": correlation_id, "code": error.code, "path": scope["path"]}
            )
        except Exception:  # noqa: BLE001 - our bug: answered without detail, logged with its frames
            response = bug(correlation_id)
            self._desk.requests.refused("internal")
            _log.exception("unforeseen error", extra={"correlation_id": correlation_id})
        await reply(send, response, correlation_id)
        self._noted.get(scope["method"], self._noted_other).note(response.status, perf_counter() - begun)

    async def _answer(
        self, scope: Scope, receive: Receive, headers: Mapping[str, str], correlation_id: str
    ) -> Response:
        operation = self._operations.get(scope["method"])
        if operation is None:
            raise MethodNotAllowed(allowed=sorted(self._operations))
        if self._desk.admission is not None and scope["method"] != "GET":
            await self._desk.admission.admit()  # before the work that being refused would waste
        service, route = operation
        client = scope.get("client")
        caller = ANYONE if route.public else self._desk.caller(headers, client[0] if client else "")
        body = await read_body(receive, headers)
        request = Request(
            scope["path_params"], read_query(scope["query_string"]), headers, body, correlation_id
        )
        call = understand(route, request, caller)
        return respond(route, await self._desk.bus.ask(service, route, call, self._store))

    def _correlation_id(self, headers: Mapping[str, str]) -> str:
        if given := given_correlation_id(headers.get("x-correlation-id", "")):
            return given
        if self._desk.is_traced and (adopted := adopt(headers.get("traceparent", ""))):
            return adopted
        return f"req_{self._desk.bus.chance.bytes(12).hex()}"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What another process answers: `services`, by name, and every path that is of no service. `app` asks it."""

    app: ASGIApp
    services: frozenset[str]


class Nowhere:
    """Answers for every path that does not exist."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests
        self._noted = requests.operation(OTHER_METHOD, NO_ROUTE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] == "http":
            begun = perf_counter()
            self._requests.refused(NotFound.code)
            await reply(send, problem(NotFound(), ""), "")
            self._noted.note(NotFound.status, perf_counter() - begun)


class Front:
    """The ASGI application: a path without parameters, or with one at its end, is looked up.

    Any other is for Starlette's router to match. `ending` maps what stands before the parameter to its name and to
    what answers.
    """

    def __init__(
        self, exact: Mapping[str, ASGIApp], ending: Mapping[str, tuple[str, ASGIApp]], router: Router
    ) -> None:
        self._exact = exact
        self._ending = ending
        self._router = router

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """See ASGI."""
        path = scope["path"]
        endpoint = self._exact.get(path)
        if endpoint is not None:
            scope["path_params"] = {}
            return endpoint(scope, receive, send)
        before, _, value = path.rpartition("/")
        found = self._ending.get(before) if value else None
        if found is None:
            return self._router(scope, receive, send)
        name, endpoint = found
        scope["path_params"] = {name: value}
        return endpoint(scope, receive, send)


def front(
    desk: Desk,
    services: Sequence[Service],
    store: Store,
    pages: Sequence[PathRoute],
    elsewhere: Elsewhere | None = None,
) -> Front:
    """Return the ASGI application of these services and pages."""
    paths: dict[str, dict[str, tuple[Service, Route]]] = {}
    for service in services:
        for route in service.routes:
            paths.setdefault(route.path, {})[route.method] = (service, route)
    endpoints: dict[str, ASGIApp] = {
        path: elsewhere.app
        if elsewhere and any(service.name in elsewhere.services for service, _ in operations.values())
        else Endpoint(path, desk, operations, store)
        for path, operations in paths.items()
    }
    routes = [PathRoute(path, endpoint) for path, endpoint in endpoints.items()]
    exact = {path: endpoint for path, endpoint in endpoints.items() if "{" not in path}
    default = elsewhere.app if elsewhere else Nowhere(desk.requests)
    router = Router([*routes, *pages], default=default, redirect_slashes=False)
    return Front(exact, _ending(endpoints), router)


def _ending(endpoints: Mapping[str, ASGIApp]) -> dict[str, tuple[str, ASGIApp]]:
    """Return what answers a path whose only parameter is its end, by what stands before it."""
    found = {}
    for path, endpoint in endpoints.items():
        before, _, end = path.rpartition("/")
        if (end[:1], end[-1:]) == ("{", "}") and "{" not in before:
            found[before] = (end[1:-1], endpoint)
    return found
