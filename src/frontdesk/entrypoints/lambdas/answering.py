"""One service's routes: from an event of the API, or from a payload handed over directly, to an answer."""

import logging
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

import msgspec

from frontdesk.entrypoints.api import JSON, PROBLEM, Request, Response, bug, problem, respond, understand
from frontdesk.entrypoints.lambdas.claims import caller_of, claims_of
from frontdesk.entrypoints.lambdas.driving import drive
from frontdesk.entrypoints.lambdas.emf import Gauge
from frontdesk.entrypoints.lambdas.payload import Event, answer_of, correlation_id_of, request_of
from frontdesk.entrypoints.reading import given_correlation_id
from frontdesk.kernel.bus import Bus
from frontdesk.kernel.callers import ANYONE, Caller
from frontdesk.kernel.errors import FrontdeskError, Malformed, NotFound
from frontdesk.kernel.http import Route
from frontdesk.kernel.ports import Store
from frontdesk.kernel.services import Service
from frontdesk.measures import ACCEPTED, REFUSED

_log = logging.getLogger(__name__)
NO_ROUTE = "none"  # callers make up any
Page = Callable[[], Response]
Check = Callable[[Mapping[str, Any]], None]
Asked = tuple[Route, Request, Caller]


class Direct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody whom AWS lets invoke the function hands over: which operation, for whom, and with what."""

    operation: str
    subject: str
    scopes: tuple[str, ...] = ()
    grants: dict[str, str] = {}
    path: dict[str, str] = {}
    query: dict[str, str] = {}
    body: Any = None
    key: str = ""
    if_match: str = ""
    correlation_id: str = ""


class ServiceFunction:
    """Answers for one service. `pages` are what else it shows, to everybody, by route key.

    `check` looks at the claims of a verified token once more, and raises Unauthenticated for one that was withdrawn.
    """

    def __init__(
        self,
        service: Service,
        bus: Bus,
        store: Store,
        gauge: Gauge,
        *,
        check: Check = lambda _: None,
        pages: Mapping[str, Page] | None = None,
    ) -> None:
        self._service = service
        self._bus = bus
        self._store = store
        self._gauge = gauge
        self._check = check
        self._pages = pages or {}
        self._routes = {f"{route.method} {route.path}": route for route in service.routes}
        self._operations = {route.handle.__name__: route for route in service.routes}

    def answer(self, event: Event) -> dict[str, Any]:
        """Answer one request, whatever happens; a payload without a route with `status`, `headers` and `body`."""
        if "routeKey" not in event:
            return self._answer_directly(event)
        page = self._pages.get(event["routeKey"])
        if page is not None:
            return answer_of(page(), "")
        correlation_id = correlation_id_of(event, self._bus.chance)
        response = self._respond(lambda: self._asked(event, correlation_id), correlation_id)
        return answer_of(response, correlation_id)

    def _answer_directly(self, event: Event) -> dict[str, Any]:
        given = event.get("correlation_id")
        correlation_id = given_correlation_id(given) if isinstance(given, str) else ""
        correlation_id = correlation_id or f"req_{self._bus.chance.bytes(12).hex()}"
        response = self._respond(lambda: self._handed_over(event, correlation_id), correlation_id)
        headers = {"x-correlation-id": correlation_id, **response.headers}
        is_json = response.content_type in {JSON, PROBLEM}
        told = msgspec.json.decode(response.body) if is_json else response.body.decode()
        return {"status": response.status, "headers": headers, "body": told}

    def _asked(self, event: Event, correlation_id: str) -> Asked:
        route = self._routes.get(event["routeKey"])
        if route is None:
            raise NotFound
        if route.public:
            return route, request_of(event, correlation_id), ANYONE
        caller = caller_of(event)
        self._check(claims_of(event))
        return route, request_of(event, correlation_id), caller

    def _handed_over(self, event: Event, correlation_id: str) -> Asked:
        try:
            direct = msgspec.convert(event, Direct)
        except msgspec.ValidationError:
            raise Malformed("The payload is not one that this function takes.") from None
        route = self._operations.get(direct.operation)
        if route is None:
            raise NotFound
        headers = {"content-type": JSON}
        if direct.key:
            headers["idempotency-key"] = direct.key
        if direct.if_match:
            headers["if-match"] = direct.if_match
        body = msgspec.json.encode(direct.body) if direct.body is not None else b""
        caller = Caller(direct.subject, frozenset(direct.scopes), direct.grants)
        return route, Request(direct.path, direct.query, headers, body, correlation_id), caller

    def _respond(self, ask: Callable[[], Asked], correlation_id: str) -> Response:
        begun, name, code = perf_counter(), NO_ROUTE, ""
        try:
            route, request, caller = ask()
            name = f"{route.method} {route.path}"
            call = understand(route, request, caller)
            response = respond(route, drive(self._bus.ask(self._service, route, call, self._store)))
        except FrontdeskError as error:
            response, code = problem(error, correlation_id), error.code
        except Exception:  # noqa: BLE001 - our bug: answered without detail, logged with its frames
            response, code = bug(correlation_id), "internal"
            _log.exception("unforeseen error", extra={"correlation_id": correlation_id})
        self._gauge.tell(
            {REFUSED: 1} if code else {ACCEPTED: 1},
            service=self._service.name,
            route=name,
            code=code,
            status=response.status,
            correlation_id=correlation_id,
            milliseconds=round((perf_counter() - begun) * 1000, 1),
        )
        return response
