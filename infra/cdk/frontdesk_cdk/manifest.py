"""The part of a manifest that is deployed, as `frontdesk manifest --json` writes it.

docs/reference/manifest.schema.json says what each field means. Only what is read here is named here.
"""

import json
from pathlib import Path
from typing import TypedDict, cast

FORMAT = 2


_DISCOVERY = "GET /.well-known/openid-configuration"


class UnreadableManifestError(Exception):
    """It is not of the format that is read here."""


class Permission(TypedDict):
    actions: list[str]
    resource: str


class Function(TypedDict):
    name: str
    kind: str
    service: str
    subscriber: str
    handler: str
    package: str
    memory: int
    timeout: int
    concurrency: int
    permissions: list[Permission]


class Role(TypedDict):
    name: str
    principal: str
    permissions: list[Permission]


class Index(TypedDict):
    name: str
    partition: str
    sort: str


class Table(TypedDict):
    name: str
    indexes: list[Index]


class Stream(TypedDict):
    table: str
    function: str
    batch: int
    retries: int
    age: int
    filters: list[str]


class Route(TypedDict):
    route_key: str
    function: str
    scopes: list[str]
    public: bool


class Queue(TypedDict):
    name: str
    function: str
    events: list[str]
    visibility: int
    receives: int
    batch: int
    window: int
    concurrency: int
    mapped: bool


class Schedule(TypedDict):
    name: str
    rate: str
    function: str


class Alarm(TypedDict):
    name: str
    namespace: str
    metric: str
    dimensions: dict[str, str]
    statistic: str
    period: int
    evaluations: int
    threshold: float
    comparison: str
    missing: str
    anchor: str
    text: str


class Budget(TypedDict):
    name: str
    dollars: float
    percents: list[int]


class Deployment(TypedDict):
    functions: list[Function]
    roles: list[Role]
    tables: list[Table]
    streams: list[Stream]
    routes: list[Route]
    queues: list[Queue]
    parked: list[str]
    schedules: list[Schedule]
    alarms: list[Alarm]
    budget: Budget


def read(path: Path) -> Deployment:
    """Return what a manifest wants deployed. Raises UnreadableManifestError, OSError."""
    try:
        found = json.loads(path.read_bytes())
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise UnreadableManifestError(
            f"{path} is no manifest of format {FORMAT}. Write one with `frontdesk manifest --json`."
        )
    return cast("Deployment", found["deployment"])


def served_with(deployment: Deployment, issuer: str | None) -> Deployment:
    """Return what is deployed beside another issuer: then nobody here issues tokens. None: our own.

    Raises UnreadableManifestError if nobody would issue any.
    """
    if issuer is None:
        if all(route["route_key"] != _DISCOVERY for route in deployment["routes"]):
            raise UnreadableManifestError(
                "Nobody issues tokens here: deploy the service `identity`, or name another issuer by "
                "`issuer` and `audience`."
            )
        return deployment
    functions = [function for function in deployment["functions"] if function["kind"] != "oauth"]
    left = {function["name"] for function in functions}
    routes = [route for route in deployment["routes"] if route["function"] in left]
    return {**deployment, "functions": functions, "routes": routes}
