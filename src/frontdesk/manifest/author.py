"""Writes the manifest of a set of services from what they declare."""

from collections.abc import Iterable

from frontdesk.kernel.services import Service, subscribers
from frontdesk.manifest.deployment import deployment
from frontdesk.manifest.shape import (
    FORMAT,
    Manifest,
    RouteEntry,
    ServiceEntry,
    SubscriberEntry,
    TableEntry,
)


def manifest(services: Iterable[Service], operations: Service) -> Manifest:
    """Return the manifest of these services, together with what the operator can do."""
    chosen = tuple(services)
    return Manifest(FORMAT, tuple(map(_service, chosen)), deployment(chosen, operations))


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
        service.name, dict(service.scopes), tuple(routes), tuple(tables), published, tuple(queues)
    )
