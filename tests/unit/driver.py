"""A desk over a store in memory: requests go in as they come from HTTP, and nothing needs an event loop."""

from collections.abc import Coroutine, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from frontdesk.adapters.memory.clock import FixedClock, SeededChance
from frontdesk.adapters.memory.store import MemoryStore
from frontdesk.entrypoints.api import Request, Response, problem, respond, understand
from frontdesk.kernel.bus import Bus
from frontdesk.kernel.callers import Caller
from frontdesk.kernel.errors import FrontdeskError
from frontdesk.kernel.http import Route
from frontdesk.kernel.messages import Event, Message, unwrap, wrap
from frontdesk.kernel.services import Service

T = TypeVar("T")
E = TypeVar("E", bound=Event)
START = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run what never has to wait, because everything is in memory."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise AssertionError("waited for something outside")


class Desk:
    """One service, open for requests and messages."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.clock = FixedClock(START)
        self.store = MemoryStore(self.clock)
        self.bus = Bus(self.clock, SeededChance(1))

    def send(  # a request has this many parts
        self,
        caller: Caller,
        line: str,
        body: object = None,
        *,
        query: Mapping[str, str] | None = None,
        **headers: str,
    ) -> Response:
        """Send `line` ("GET /orders/1"). A body is given as plain data, a header with _ for -."""
        route, path = self._route(line)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            sent["content-type"] = "application/json"
        content = b"" if body is None else msgspec.json.encode(body)
        request = Request(path, query or {}, sent, content, "test")
        try:
            call = understand(route, request, caller)
            return respond(route, run(self.bus.ask(self.service, route, call, self.store)))
        except FrontdeskError as error:
            return problem(error, "test")

    def deliver(self, message: Message) -> None:
        """Hand a message to everybody in the service who reacts to it."""
        for reaction in self.service.reactions:
            if message.name == reaction.on.NAME:
                run(self.bus.react(self.service, reaction, message, self.store))

    def tell(self, event: Event, source: str, version: int = 1) -> Message:
        """Let another service's event come in, and return its message."""
        id = f"told:{source}:{version}:0"
        message = wrap(
            event, id=id, source=source, version=version, at=self.clock.now(), correlation_id="test"
        )
        self.deliver(message)
        return message

    def heard(self, event: type[E]) -> list[E]:
        """Return what was published so far of one event, oldest first."""
        found = [unwrap(message, event) for message in self.store.log if message.name == event.NAME]
        return [fact for fact in found if isinstance(fact, event)]

    def _route(self, line: str) -> tuple[Route, Mapping[str, str]]:
        method, _, path = line.partition(" ")
        steps = path.split("/")
        for route in self.service.routes:
            wanted = route.path.split("/")
            if route.method == method and len(wanted) == len(steps):
                pairs = list(zip(wanted, steps, strict=True))
                if all(want == step for want, step in pairs if not want.startswith("{")):
                    return route, {want[1:-1]: step for want, step in pairs if want.startswith("{")}
        raise AssertionError(f"no route for {line}")


def content(response: Response) -> Any:
    """Return an answer's body as plain data."""
    return msgspec.json.decode(response.body)


def faults(response: Response) -> dict[str, str]:
    """Return the code of each fault by its pointer; also that the answer is one about faulty fields."""
    assert response.status == 422, response.body
    return {fault["pointer"]: fault["code"] for fault in content(response)["errors"]}
