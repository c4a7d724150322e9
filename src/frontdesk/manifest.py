"""The manifest: what a set of services needs from a runtime, as data. Terraform and CDK read the same."""

from collections.abc import Iterable

import msgspec

from frontdesk.kernel.services import Service, subscribers

FORMAT = 1  # counts up when a reader of the older form would go wrong


class RouteEntry(msgspec.Struct, frozen=True):
    """One operation of the API and the scopes that it needs."""

    method: str
    path: str
    operation: str
    scopes: tuple[str, ...]


class TableEntry(msgspec.Struct, frozen=True):
    """One record kind: its schema number and the indexes to keep."""

    kind: str
    schema: int
    indexes: tuple[str, ...]


class SubscriberEntry(msgspec.Struct, frozen=True):
    """One queue: the events it takes, and those that are timers of its own service."""

    name: str
    events: tuple[str, ...]
    timers: tuple[str, ...]


class ServiceEntry(msgspec.Struct, frozen=True):
    """One service."""

    name: str
    routes: tuple[RouteEntry, ...]
    tables: tuple[TableEntry, ...]
    publishes: dict[str, int]  # event name to schema number
    subscribers: tuple[SubscriberEntry, ...]
    scopes: dict[str, str]


class Manifest(msgspec.Struct, frozen=True):
    """The whole house, or the part of it that is deployed."""

    format: int
    services: tuple[ServiceEntry, ...]


def manifest(services: Iterable[Service]) -> Manifest:
    """Return the manifest of these services."""
    return Manifest(FORMAT, tuple(_service(service) for service in services))


def _service(service: Service) -> ServiceEntry:
    routes = (RouteEntry(r.method, r.path, r.handle.__name__, r.scopes) for r in service.routes)
    tables = (TableEntry(k.name, k.schema, tuple(i.name for i in k.indexes)) for k in service.kinds)
    own = {timer.NAME for timer in service.timers}
    queues = []
    for name, (_, reactions) in subscribers([service]).items():
        heard = [reaction.on.NAME for reaction in reactions]
        events = tuple(n for n in heard if n not in own)
        queues.append(SubscriberEntry(name, events, tuple(n for n in heard if n in own)))
    published = {event.NAME: event.SCHEMA for event in service.events}
    return ServiceEntry(
        service.name, tuple(routes), tuple(tables), published, tuple(queues), dict(service.scopes)
    )
