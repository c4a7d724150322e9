"""A bus that tells what it does. Without tracing the plain bus runs, and nothing of this is even imported."""

from collections.abc import Mapping, Sequence
from time import time_ns
from typing import Protocol

import msgspec

from frontdesk.adapters.telemetry.context import Trace, carrier_of, span_of, trace_of
from frontdesk.kernel.bus import Bus
from frontdesk.kernel.errors import FrontdeskError
from frontdesk.kernel.http import Answer, Call, Route
from frontdesk.kernel.messages import Message
from frontdesk.kernel.ports import Store
from frontdesk.kernel.records import Claim, Commit, Record
from frontdesk.kernel.records import Span as Stretch
from frontdesk.kernel.services import Reaction, Service

_OUR_BUG = 500
STATUS = "http.response.status_code"


class Span(msgspec.Struct, frozen=True):
    """One piece of work that is over. Times are nanoseconds since the epoch; `parent` is 0 for the first of a trace."""

    name: str
    trace: Trace
    id: int
    parent: int
    began: int
    ended: int
    attributes: Mapping[str, str | int]
    error: str = ""
    is_request: bool = False


class Spans(Protocol):
    """Where spans go."""

    def tell(self, span: Span) -> None:
        """Take a span, or drop it when too many wait. Never blocks, never raises."""


class _Work:
    """A piece of work under way, and the store that it works on: it notes which record carried the events."""

    def __init__(
        self, store: Store, name: str, trace: Trace, parent: int, attributes: dict[str, str | int]
    ) -> None:
        self.name, self.trace, self.parent, self.attributes = name, trace, parent, attributes
        self.began = time_ns()
        self.carrier = ""
        self._store = store

    async def get(self, kind: str, id: str) -> Record | None:
        return await self._store.get(kind, id)

    async def get_many(self, kind: str, ids: Sequence[str]) -> Mapping[str, Record]:
        return await self._store.get_many(kind, ids)

    async def query(self, kind: str, index: str, partition: str, span: Stretch) -> list[Record]:
        return await self._store.query(kind, index, partition, span)

    async def counts(self, keys: Sequence[str]) -> Mapping[str, int]:
        return await self._store.counts(keys)

    async def claim(self, key: str) -> Claim | None:
        return await self._store.claim(key)

    async def commit(self, commit: Commit) -> None:
        await self._store.commit(commit)
        if commit.changes:
            primary = commit.changes[0]
            self.carrier = f"{primary.kind}:{primary.id}:{primary.version}"


class TracedBus(Bus, frozen=True, eq=False, kw_only=True):
    """A bus whose requests and reactions are spans. A batch that lost a race runs, and is told, again."""

    spans: Spans

    async def ask(self, service: Service, route: Route, call: Call, store: Store) -> Answer:
        """See `Bus`."""
        trace = trace_of(call.correlation_id)
        if not trace.is_sampled:
            return await Bus.ask(self, service, route, call, store)
        attributes = _of_request(service, route, call)
        work = _Work(store, f"{route.method} {route.path}", trace, trace.caller, attributes)
        error: Exception | None = None
        try:
            return await Bus.ask(self, service, route, call, work)
        except Exception as raised:
            error = raised
            attributes[STATUS] = raised.status if isinstance(raised, FrontdeskError) else _OUR_BUG
            raise
        finally:
            self._tell(work, error, is_request=True)

    async def react(
        self, service: Service, reaction: Reaction, message: Message, store: Store, *others: Message
    ) -> None:
        """See `Bus`. Each message is a call and a span of its own."""
        await self._react(service, reaction, message, store)
        for other in others:
            await self._react(service, reaction, other, store)

    async def _react(self, service: Service, reaction: Reaction, message: Message, store: Store) -> None:
        trace = trace_of(message.correlation_id)
        if not trace.is_sampled:
            return await Bus.react(self, service, reaction, message, store)
        parent = span_of(trace, carrier_of(message.id))
        attributes = _of_reaction(service, reaction, message)
        work = _Work(store, f"process {message.name}", trace, parent, attributes)
        error: Exception | None = None
        try:
            return await Bus.react(self, service, reaction, message, work)
        except Exception as raised:
            error = raised
            raise
        finally:
            self._tell(work, error, is_request=False)

    def _tell(self, work: _Work, error: Exception | None, *, is_request: bool) -> None:
        chosen = work.carrier or self.chance.bytes(16).hex()  # no events, so nobody asks for this span
        id = span_of(work.trace, chosen)
        code = ""
        if error is not None:
            code = error.code if isinstance(error, FrontdeskError) else type(error).__name__
            work.attributes["error.type"] = code
        told = Span(
            work.name,
            work.trace,
            id,
            work.parent,
            work.began,
            time_ns(),
            work.attributes,
            error=code,
            is_request=is_request,
        )
        self.spans.tell(told)


# The names are those of OpenTelemetry's semantic conventions, as far as they have any.


def _of_request(service: Service, route: Route, call: Call) -> dict[str, str | int]:
    return {
        "http.request.method": route.method,
        "http.route": route.path,
        STATUS: route.status,
        "frontdesk.service": service.name,
        "frontdesk.correlation_id": call.correlation_id,
    }


def _of_reaction(service: Service, reaction: Reaction, message: Message) -> dict[str, str | int]:
    return {
        "messaging.system": "frontdesk",
        "messaging.operation.type": "process",
        "messaging.operation.name": "react",
        "messaging.destination.name": message.name,
        "messaging.consumer.group.name": reaction.subscriber,
        "messaging.message.id": message.id,
        "frontdesk.service": service.name,
        "frontdesk.correlation_id": message.correlation_id,
    }
