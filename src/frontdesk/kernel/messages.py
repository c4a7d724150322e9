"""Messages: what happened, as other services hear of it; and how old ones are read by new code."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, ClassVar, TypeVar

import msgspec

from frontdesk.kernel import limits

Upcast = Callable[[dict[str, Any]], dict[str, Any]]
T = TypeVar("T")


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that a service publishes. Fields are JSON values; none is personal (the bootstrap refuses it).

    `NAME` is the wire name and never changes its meaning. `SCHEMA` counts up when the fields change; `UPCASTS[n]` turns
    a body of schema n into one of n + 1.
    """

    NAME: ClassVar[str]
    SCHEMA: ClassVar[int] = 1
    UPCASTS: ClassVar[Mapping[int, Upcast]] = {}


class Message(msgspec.Struct, frozen=True):
    """An event on its way. `id` is the same on every delivery: kind:source:version:place.

    `source` is the record whose commit carried it, `version` that record's version then.
    """

    id: str
    name: str
    schema: int
    source: str
    version: int
    at: datetime
    correlation_id: str
    body: str


def wrap(event: Event, *, id: str, source: str, version: int, at: datetime, correlation_id: str) -> Message:
    """Put an event into its envelope."""
    body = msgspec.json.encode(event).decode()
    return Message(id, event.NAME, event.SCHEMA, source, version, at, correlation_id, body)


def unwrap(message: Message, event: type[Event]) -> Event:
    """Read a message as the newest form of `event`. Raises msgspec.ValidationError when it is not one.

    Several subscribers read the same message at about the same time, so what was read stays at hand for a while.
    """
    return _decoded(message.body, message.schema, event)


@lru_cache(maxsize=limits.EVENTS_AT_HAND)
def _decoded(body: str, schema: int, event: type[Event]) -> Event:
    return read(body, event, schema=schema, newest=event.SCHEMA, upcasts=event.UPCASTS)


def read(body: str, type: type[T], *, schema: int, newest: int, upcasts: Mapping[int, Upcast]) -> T:
    """Decode a stored body of any schema number that was ever written.

    Raises LookupError when a step is missing, or the body was written by newer code than this.
    """
    if schema == newest:
        return decoder(type).decode(body)
    if schema > newest:
        raise LookupError(
            f"{type.__name__} of schema {schema} was written by newer code; this code knows {newest}"
        )
    plain = msgspec.json.decode(body)
    for step in range(schema, newest):
        plain = upcasts[step](plain)
    return msgspec.convert(plain, type)


def decoder(type: type[T]) -> msgspec.json.Decoder[T]:
    """Return the decoder of a type, made once: making one costs more than using it."""
    found = _DECODERS.get(type)
    if found is None:
        found = _DECODERS[type] = msgspec.json.Decoder(type)
    return found


_DECODERS: dict[type[Any], msgspec.json.Decoder[Any]] = {}
