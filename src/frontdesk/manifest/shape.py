"""What a manifest says: what functions read of it is in `running`, and here is the rest.

Names are without the stage's prefix. A *symbol* stands for something that has an ARN, a URL or an id only once it is
deployed: `table:orders`, `index:orders/order-by_shop`, `stream:orders`, `bus`, `queue:inventory`, `dead:inventory`,
`parked:orders`, `schedules`, `scheduler-role`, `parameters`, `failures`, `logs:orders-http`, `function:orders-http`,
`parameters:seals`, `text-messages`, `api`, and in the dimensions of an alarm `prefix`: the stage's prefix itself,
`frontdesk-dev`.
"""

from typing import Literal

import msgspec

from frontdesk.manifest import running

FORMAT = 2  # counts up when a reader of the older form would go wrong


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


class ServiceEntry(running.ServiceEntry, frozen=True):
    """One service."""

    routes: tuple[RouteEntry, ...]
    tables: tuple[TableEntry, ...]
    publishes: dict[str, int]  # event name to schema number
    subscribers: tuple[SubscriberEntry, ...]


PackageName = Literal["base", "clinic", "identity"]
FunctionKind = Literal["http", "oauth", "operations", "queue", "stream", "schedule"]


class Permission(msgspec.Struct, frozen=True):
    """What one role may do to what one symbol stands for."""

    actions: tuple[str, ...]
    resource: str


class Function(running.Function, frozen=True):
    """One Lambda function with a role of its own.

    `memory` is in MB, `timeout` in seconds. `concurrency` is what is reserved for it; 0: nothing is.
    """

    kind: FunctionKind
    handler: str
    package: PackageName
    memory: int
    timeout: int
    concurrency: int
    permissions: tuple[Permission, ...]


class Role(msgspec.Struct, frozen=True):
    """A role that a service of AWS takes on, not a function."""

    name: str
    principal: str
    permissions: tuple[Permission, ...]


class IndexEntry(msgspec.Struct, frozen=True):
    """A global secondary index that holds keys alone (KEYS_ONLY); its own are strings."""

    name: str
    partition: str
    sort: str


class Table(msgspec.Struct, frozen=True):
    """One service's table: string key `pk`, on demand, stream of new images, time to live by `ttl`."""

    name: str
    indexes: tuple[IndexEntry, ...]


class Stream(msgspec.Struct, frozen=True):
    """How a relay reads its table's stream. `filters` are event patterns: without a match nothing is invoked.

    What still fails after `retries`, or is older than `age` seconds, goes whole to `failures`.
    """

    table: str
    function: str
    batch: int
    retries: int
    age: int
    filters: tuple[str, ...]


class HttpRoute(msgspec.Struct, frozen=True):
    """One route of the HTTP API. A public one has no authorizer."""

    route_key: str
    function: str
    scopes: tuple[str, ...]
    public: bool


class Queue(running.Queue, frozen=True):
    """A queue and what it asks of its function.

    `visibility` and `window` are seconds; after `receives` a message goes to the dead-letter queue. `concurrency` is
    how many batches its function takes at once.
    """

    function: str
    visibility: int
    receives: int
    batch: int
    window: int
    concurrency: int


class Schedule(msgspec.Struct, frozen=True):
    """A rule of the default bus that invokes a function again and again."""

    name: str
    rate: str
    function: str


class Alarm(msgspec.Struct, frozen=True):
    """One alarm on one metric. `period` is in seconds; it rings after so many periods in a row.

    `dimensions` are symbols by name. `missing`: what a period without data means; `anchor`: the runbook's heading.
    """

    name: str
    namespace: str
    metric: str
    dimensions: dict[str, str]
    statistic: str
    period: int
    evaluations: int
    threshold: float
    comparison: Literal["GreaterThanThreshold", "GreaterThanOrEqualToThreshold"]
    missing: Literal["notBreaching", "breaching"]
    anchor: str
    text: str


class Budget(msgspec.Struct, frozen=True):
    """What a stage may cost in a month, in US dollars; told at each of these parts of it, in percent."""

    name: str
    dollars: int
    percents: tuple[int, ...]
    anchor: str
    text: str


class Deployment(running.Deployment, frozen=True):
    """Everything to create on AWS for these services."""

    functions: tuple[Function, ...]
    queues: tuple[Queue, ...]
    roles: tuple[Role, ...]
    tables: tuple[Table, ...]
    streams: tuple[Stream, ...]
    routes: tuple[HttpRoute, ...]
    schedules: tuple[Schedule, ...]
    alarms: tuple[Alarm, ...]
    budget: Budget


class Manifest(running.Manifest, frozen=True):
    """The whole house, or the part of it that is deployed."""

    services: tuple[ServiceEntry, ...]
    deployment: Deployment
