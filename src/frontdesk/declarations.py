"""Whether declared services can work together. Looked at once, before anything starts."""

from collections.abc import Container, Iterable

from frontdesk.kernel.http import Raw
from frontdesk.kernel.sensitive import sensitive_fields
from frontdesk.kernel.services import Service, subscribers


class DeclarationError(Exception):
    """A service is declared in a way that cannot work: mend it before it starts."""


def check_services(services: Iterable[Service]) -> None:
    """Refuse a set of services that cannot work together. Raises DeclarationError naming every fault."""
    chosen = tuple(services)
    faults = [*_twice(chosen), *_careless_routes(chosen), *_personal_events(chosen)]
    faults += [*_deaf(chosen), *_half_slow(chosen)]
    if faults:
        raise DeclarationError("; ".join(faults))


def check_needs(services: Iterable[Service], bound: Container[type]) -> None:
    """Refuse services whose outside parties nobody has bound. Raises DeclarationError naming every one."""
    faults = [
        f"service {service.name!r} needs {port.__name__}, and nothing is bound to it"
        for service in services
        for port in service.needs
        if port not in bound
    ]
    if faults:
        raise DeclarationError("; ".join(faults))


def _twice(services: tuple[Service, ...]) -> Iterable[str]:
    names = {
        "service": [service.name for service in services],
        "record kind": [kind.name for service in services for kind in service.kinds],
        "event": [event.NAME for service in services for event in (*service.events, *service.timers)],
        "route": [f"{route.method} {route.path}" for service in services for route in service.routes],
        "reaction": [f"{r.subscriber} to {r.on.NAME}" for service in services for r in service.reactions],
    }
    for what, found in names.items():
        yield from (
            f"{what} {name!r} is declared twice" for name in sorted({n for n in found if found.count(n) > 1})
        )
    owners = {(r.subscriber, service.name) for service in services for r in service.reactions}
    shared = sorted(name for name, owner in owners if any(n == name and o > owner for n, o in owners))
    yield from (f"subscriber {name!r} belongs to two services" for name in shared)


def _careless_routes(services: tuple[Service, ...]) -> Iterable[str]:
    known = {scope for service in services for scope in service.scopes}
    for route in (route for service in services for route in service.routes):
        for scope in sorted(set(route.scopes) - known):
            yield f"{route.method} {route.path} needs the scope {scope!r}, which no service declares"
        if route.public and route.scopes:
            yield f"{route.method} {route.path} is open to everybody and needs a scope"
        if route.body is None or route.body is Raw:
            continue
        if not route.body.__struct_config__.forbid_unknown_fields:
            yield f"{route.method} {route.path} must forbid unknown fields in {route.body.__name__}"


def _personal_events(services: tuple[Service, ...]) -> Iterable[str]:
    for event in (event for service in services for event in (*service.events, *service.timers)):
        for name in sensitive_fields(event):
            yield f"event {event.NAME!r} would publish the personal field {name!r}"


def _deaf(services: tuple[Service, ...]) -> Iterable[str]:
    for service in services:
        for reaction in service.reactions:
            if any(reaction.on in other.timers for other in services if other is not service):
                yield f"{reaction.subscriber!r} waits for a timer of another service"


def _half_slow(services: tuple[Service, ...]) -> Iterable[str]:
    for name, (_, reactions) in subscribers(services).items():
        if len({reaction.slow for reaction in reactions}) > 1:
            yield f"subscriber {name!r} is slow in some reactions and not in others"
