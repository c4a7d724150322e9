"""What a stage can leave behind: things that its functions made while it ran, and whatever a tool did not take away.

Names are compared as a whole, not by how they begin: `frontdesk-dev-anna-orders` is not of the stage `dev`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from frontdesk.entrypoints.cli.stage_session import Session

if TYPE_CHECKING:  # the services are imported by whoever has the manifest
    from frontdesk.manifest.shape import Deployment

DEFAULT_GROUP = "default"  # of schedules; a group of the stage's own goes with all that is in it
PARAMETERS_AT_ONCE = 10


def sweep(session: Session, prefix: str, deployment: Deployment) -> None:
    """Delete what functions made and no tool knows of: keys in parameters, schedules in a group that others share."""
    parameters = session.client("ssm")
    names = list(_parameters(session, prefix))
    for start in range(0, len(names), PARAMETERS_AT_ONCE):
        parameters.delete_parameters(Names=names[start : start + PARAMETERS_AT_ONCE])
    schedules = session.client("scheduler")
    for name in list(_schedules(session, _queues(prefix, deployment))):
        schedules.delete_schedule(Name=name, GroupName=DEFAULT_GROUP)


def left_of(session: Session, prefix: str, deployment: Deployment) -> list[tuple[str, str]]:
    """Return what is still there, as kind and name."""
    functions = {f"{prefix}-{function.name}" for function in deployment.functions}
    expected: dict[str, set[str]] = {
        "function": functions,
        "role": functions | {f"{prefix}-{role.name}" for role in deployment.roles},
        "log group": {f"/aws/lambda/{name}" for name in functions},
        "table": {f"{prefix}-{table.name}" for table in deployment.tables},
        "queue": _queues(prefix, deployment),
        "API": {prefix},
        "bus": {prefix},
        "rule": {f"{prefix}-{schedule.name}" for schedule in deployment.schedules},
        "bucket": {f"{prefix}-{what}-{session.account()}" for what in ("failures", "packages")},
        "topic": {f"{prefix}-alarms"},
        "alarm": {f"{prefix}-{alarm.name}" for alarm in deployment.alarms},
    }
    found = [
        (kind, name)
        for kind, names in expected.items()
        for name in sorted(names.intersection(_LOOK[kind](session)))
    ]
    found += [("parameter", name) for name in _parameters(session, prefix)]
    return found + [("schedule", name) for name in _schedules(session, expected["queue"])]


def _queues(prefix: str, deployment: Deployment) -> set[str]:
    names = {f"{prefix}-{queue.name}" for queue in deployment.queues}
    parked = {f"{prefix}-{service}-parked" for service in deployment.parked}
    return names | {f"{name}-dead" for name in names} | parked


def _paged(service: str, operation: str, *path: str) -> Callable[[Session], Iterator[str]]:
    """Return what gives the names of everything that a paginated operation lists."""
    items, *key = path

    def names(session: Session) -> Iterator[str]:
        for page in session.client(service).get_paginator(operation).paginate():
            for item in page.get(items, ()):
                yield item[key[0]] if key else item

    return names


def _last_part(
    names: Callable[[Session], Iterator[str]], separator: str
) -> Callable[[Session], Iterator[str]]:
    return lambda session: (name.rpartition(separator)[2] for name in names(session))


def _buses(session: Session) -> Iterator[str]:
    yield from (bus["Name"] for bus in session.client("events").list_event_buses()["EventBuses"])


def _parameters(session: Session, prefix: str) -> Iterator[str]:
    pages = session.client("ssm").get_paginator("get_parameters_by_path")
    for page in pages.paginate(Path=f"/{prefix}/", Recursive=True):
        yield from (parameter["Name"] for parameter in page["Parameters"])


def _schedules(session: Session, queues: set[str]) -> Iterator[str]:
    """Give the schedules of the shared group that send to one of these queues."""
    pages = session.client("scheduler").get_paginator("list_schedules")
    for page in pages.paginate(GroupName=DEFAULT_GROUP):
        for schedule in page["Schedules"]:
            if schedule.get("Target", {}).get("Arn", "").rpartition(":")[2] in queues:
                yield schedule["Name"]


_LOOK: dict[str, Callable[[Session], Iterator[Any]]] = {
    "function": _paged("lambda", "list_functions", "Functions", "FunctionName"),
    "role": _paged("iam", "list_roles", "Roles", "RoleName"),
    "log group": _paged("logs", "describe_log_groups", "logGroups", "logGroupName"),
    "table": _paged("dynamodb", "list_tables", "TableNames"),
    "queue": _last_part(_paged("sqs", "list_queues", "QueueUrls"), "/"),
    "API": _paged("apigatewayv2", "get_apis", "Items", "Name"),
    "bus": _buses,
    "rule": _paged("events", "list_rules", "Rules", "Name"),
    "bucket": _paged("s3", "list_buckets", "Buckets", "Name"),
    "topic": _last_part(_paged("sns", "list_topics", "Topics", "TopicArn"), ":"),
    "alarm": _paged("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
}
