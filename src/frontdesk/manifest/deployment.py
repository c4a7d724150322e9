"""What the services need on AWS: functions, tables, queues and routes, derived from their declarations.

Events that no deployed service publishes are left out of a queue; a queue that would hear nothing is left out whole.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Final

from frontdesk.adapters.aws.burial import KINDS
from frontdesk.adapters.aws.items import index_name
from frontdesk.kernel.http import Route
from frontdesk.kernel.services import Service
from frontdesk.manifest import permissions, sizes, uses
from frontdesk.manifest.alarms import BUDGET, alarms
from frontdesk.manifest.running import Beat
from frontdesk.manifest.shape import (
    Deployment,
    Function,
    FunctionKind,
    HttpRoute,
    IndexEntry,
    PackageName,
    Permission,
    Queue,
    Role,
    Schedule,
    Stream,
    Table,
)
from frontdesk.manifest.sharing import Sharing, is_split, queues_of

IDENTITY: Final = "identity"  # the service that signs people in; its functions carry what that takes
NOTIFICATIONS, SENDER = "notifications", "notifications-http"  # who sends, also what others hand over
OF_CLINICS = frozenset({"appointments", NOTIFICATIONS})  # by far the largest; no other function carries them
OAUTH, OPERATIONS, SWEEPER = "identity-oauth", "operations-http", "operations-sweeper"
KEYS = "operations-keys"  # tells what tokens are verified with, where nobody signs in
BEAT = "Desk Beat"
BEAT_QUEUE = "operations-beat"
_HANDLERS = "frontdesk.entrypoints.lambdas"

# Open to everybody. A test compares them with what the embedded server serves.
SIGNING_IN = (
    "POST /oauth/token",
    "POST /oauth/revoke",
    "GET /oauth/authorize",
    "POST /oauth/authorize",
    "GET /account/link",
    "POST /account/link",
    "GET /account/password",
    "POST /account/password",
    "GET /.well-known/openid-configuration",
    "GET /.well-known/oauth-authorization-server",
    "GET /.well-known/jwks.json",
)
DISCOVERY = ("GET /.well-known/openid-configuration", "GET /.well-known/jwks.json")
PAGES = ("GET /health", "GET /openapi.json")

# The relay sees only writes that tell or time something: claims, counters and removals never start it.
_FILTERS = tuple(
    json.dumps(
        {
            "eventName": ["INSERT", "MODIFY"],
            "dynamodb": {"NewImage": {attribute: {"S": [{"exists": True}]}}},
        },
        separators=(",", ":"),
    )
    for attribute in ("e", "t")
)


def deployment(services: Sequence[Service], operations: Service) -> Deployment:
    """Return all that is to be created for these services."""
    queues = tuple(_queues(services))
    functions = tuple(_functions(services, queues))
    return Deployment(
        functions=functions,
        roles=_roles(queues),
        tables=tuple(_table(service, queues) for service in services),
        streams=tuple(_stream(service) for service in services if permissions.tells(service)),
        routes=tuple(_routes(services, operations)),
        queues=queues,
        parked=tuple(service.name for service in services if permissions.tells(service)),
        schedules=(Schedule("sweep", "rate(1 minute)", SWEEPER),),
        beat=Beat(services[0].name, BEAT, BEAT_QUEUE),
        alarms=tuple(alarms(functions, queues)),
        budget=BUDGET,
    )


def _queues(services: Sequence[Service]) -> Iterable[Queue]:
    published = {event.NAME for service in services for event in service.events}
    for service, name, sharing in _sharing(services):
        own = {timer.NAME for timer in service.timers}
        names = dict.fromkeys(one.on.NAME for reactions in sharing.values() for one in reactions)
        events = tuple(event for event in names if event in published)
        timers = tuple(event for event in names if event in own)
        if events or timers:
            yield _queue(name, service, sharing, events, timers)
    yield Queue(
        name=BEAT_QUEUE,
        function=SWEEPER,
        service="operations",
        events=(BEAT,),
        timers=(),
        visibility=sizes.BEAT_VISIBILITY,
        receives=sizes.RECEIVES,
        batch=sizes.BATCH,
        window=0,
        concurrency=0,
        mapped=False,
        subscribers=(),
    )


def _sharing(services: Iterable[Service]) -> Iterable[tuple[Service, str, Sharing]]:
    for service in services:
        yield from ((service, name, sharing) for name, sharing in queues_of(service).items())


def _is_slow(sharing: Sharing) -> bool:
    return any(reaction.slow for reactions in sharing.values() for reaction in reactions)


def _queue(
    name: str, service: Service, sharing: Sharing, events: tuple[str, ...], timers: tuple[str, ...]
) -> Queue:
    slow = _is_slow(sharing)
    return Queue(
        name=name,
        function=name,
        service=service.name,
        events=events,
        timers=timers,
        visibility=sizes.VISIBILITIES * sizes.of("queue", slow=slow).timeout,
        receives=sizes.RECEIVES,
        batch=sizes.BATCH,
        window=0,
        concurrency=sizes.SLOW_CONCURRENCY if slow else sizes.CONCURRENCY,
        mapped=True,
        subscribers=tuple(sharing),
    )


def _functions(services: Sequence[Service], queues: Sequence[Queue]) -> Iterable[Function]:
    sender = SENDER if any(service.name == NOTIFICATIONS for service in services) else ""
    for service in services:
        timed = [queue.name for queue in queues if queue.service == service.name and queue.timers]
        if service.routes:
            name = f"{service.name}-http"
            asked = (*permissions.http(service), *_looking_at_withdrawals(service, services))
            yield _function(name, "http", service.name, (*asked, *permissions.outward(name, sender)))
        yield from _subscribers(service, queues, sender)
        if permissions.tells(service):
            passed = permissions.relay(service, timed)
            yield _function(f"{service.name}-relay", "stream", service.name, passed)
        if service.name == IDENTITY:
            yield _function(OAUTH, "oauth", service.name, permissions.oauth(service, OAUTH))
    if not _signs_in(services):
        yield _function(KEYS, "oauth", "", permissions.keys(), package=IDENTITY)
    described: PackageName = "clinic" if any(service.name in OF_CLINICS for service in services) else "base"
    yield _function(OPERATIONS, "operations", "", permissions.operations(queues), package=described)
    granted = permissions.sweeper(services, queues, services[0].name, BEAT_QUEUE)
    yield _function(SWEEPER, "schedule", "", granted)


def _signs_in(services: Iterable[Service]) -> bool:
    """Return whether people and programs sign in here; where not, `frontdesk token` alone makes tokens."""
    return any(service.name == IDENTITY for service in services)


def _looking_at_withdrawals(service: Service, services: Sequence[Service]) -> Iterable[Permission]:
    """Let every API see what identity notes of admissions that ended: the API's authorizer knows nothing of it."""
    if service.name != IDENTITY and _signs_in(services):
        yield Permission((uses.GET,), f"table:{IDENTITY}")


def _subscribers(service: Service, queues: Sequence[Queue], sender: str) -> Iterable[Function]:
    deployed = {queue.name for queue in queues}
    for name, sharing in queues_of(service).items():
        if name in deployed:
            granted = (
                *permissions.subscriber(service, name, splits=is_split(sharing)),
                *permissions.outward(name, sender),
            )
            yield _function(name, "queue", service.name, granted, subscriber=name, slow=_is_slow(sharing))


def _function(
    name: str,
    kind: FunctionKind,
    service: str,
    granted: Iterable[Permission],
    *,
    subscriber: str = "",
    slow: bool = False,
    package: PackageName | None = None,
) -> Function:
    size = sizes.of(kind, slow=slow)
    return Function(
        name=name,
        kind=kind,
        service=service,
        subscriber=subscriber,
        handler=f"{_HANDLERS}.{_MODULES.get(kind, kind)}.handle",
        package=package or _package_of(service),
        memory=size.memory,
        timeout=size.timeout,
        concurrency=0,
        permissions=(*granted, permissions.logs(name)),
    )


def _package_of(service: str) -> PackageName:
    if service == IDENTITY:
        return IDENTITY
    return "clinic" if service in OF_CLINICS else "base"


_MODULES = {"stream": "relay", "schedule": "sweeper"}


def _roles(queues: Sequence[Queue]) -> tuple[Role, ...]:
    timed = [Permission(("sqs:SendMessage",), f"queue:{queue.name}") for queue in queues if queue.timers]
    return (Role("scheduler", "scheduler.amazonaws.com", tuple(timed)),) if timed else ()


def _table(service: Service, queues: Iterable[Queue]) -> Table:
    buries = any(queue.service == service.name for queue in queues)
    kinds = (*service.kinds, *KINDS) if buries else service.kinds
    names = [index_name(kind.name, index.name) for kind in kinds for index in kind.indexes]
    return Table(service.name, tuple(IndexEntry(name, f"{name}p", f"{name}s") for name in names))


def _stream(service: Service) -> Stream:
    return Stream(
        service.name,
        f"{service.name}-relay",
        sizes.STREAM_BATCH,
        sizes.STREAM_RETRIES,
        sizes.STREAM_AGE,
        _FILTERS,
    )


def _routes(services: Sequence[Service], operations: Service) -> Iterable[HttpRoute]:
    for service in services:
        yield from (_route(route, f"{service.name}-http") for route in service.routes)
        if service.name == IDENTITY:
            yield from (HttpRoute(key, OAUTH, (), public=True) for key in SIGNING_IN)
    if not _signs_in(services):
        yield from (HttpRoute(key, KEYS, (), public=True) for key in DISCOVERY)
    yield from (_route(route, OPERATIONS) for route in operations.routes)
    yield from (HttpRoute(key, OPERATIONS, (), public=True) for key in PAGES)


def _route(route: Route, function: str) -> HttpRoute:
    return HttpRoute(f"{route.method} {route.path}", function, route.scopes, public=route.public)
