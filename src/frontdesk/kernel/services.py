"""What a service declares. From these the server, the functions, OpenAPI, permissions and the manifest come."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import msgspec

from frontdesk.kernel.http import Route
from frontdesk.kernel.kinds import AnyKind
from frontdesk.kernel.messages import Event, Message
from frontdesk.kernel.unit import Unit


class Reaction(msgspec.Struct, frozen=True):
    """What a subscriber does about an event. Deliveries repeat and come in any order; the effect happens once.

    A subscriber has a queue, retries and dead letters of its own. `latest`: the event is a copy of somebody's state,
    and what is older than seen is dropped. `shared`: many sources change one record, so the record's few marks would
    forget a message too soon; it is remembered as a claim of 30 days instead (a dearer commit on AWS). `slow`: the
    handler waits for somebody outside; several run at once, each is acknowledged by itself, none delays a request.
    `reads` names the records that the handler will ask for: a batch fetches those of all its messages at once.
    `together`: so many events at most are given to the handler, as a list, and become one commit. Nothing is marked, so
    each must create a record whose id is its own, and tell nothing. After a call that fails each is tried alone.
    """

    on: type[Event]
    handle: Callable[[Unit, Any], Awaitable[Any]]
    subscriber: str
    latest: bool = False
    shared: bool = False
    slow: bool = False
    together: int = 1
    reads: Callable[[Message], Iterable[tuple[AnyKind, str]]] | None = None


class Service(msgspec.Struct, frozen=True):
    """One business capability. `events` are published to everybody, `timers` come back to this service alone.

    `needs` are the ports of outside parties (Protocols) that its handlers ask the unit for.
    """

    name: str
    kinds: tuple[AnyKind, ...] = ()
    routes: tuple[Route, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    events: tuple[type[Event], ...] = ()
    timers: tuple[type[Event], ...] = ()
    scopes: Mapping[str, str] = {}
    needs: tuple[type, ...] = ()


def subscribers(services: Iterable[Service]) -> Mapping[str, tuple[Service, tuple[Reaction, ...]]]:
    """Return each subscriber's service and reactions, by name."""
    found: dict[str, tuple[Service, tuple[Reaction, ...]]] = {}
    for service in services:
        for reaction in service.reactions:
            _, earlier = found.get(reaction.subscriber, (service, ()))
            found[reaction.subscriber] = (service, (*earlier, reaction))
    return found
