"""One page that shows how the stage does: the door first, then what happens behind it."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from aws_cdk import Stack, aws_cloudwatch
from constructs import Construct

from frontdesk_cdk.manifest import Deployment
from frontdesk_cdk.names import Names

_COLUMNS, _WIDTH, _HEIGHT, _TOP = 2, 12, 6, 3
_MINUTE = 60


class _Panel(NamedTuple):
    title: str
    statistic: str
    metrics: Sequence[Sequence[Any]]


class Dashboard(Construct):
    """The dashboard of a stage; it has the stage's name."""

    def __init__(
        self, scope: Construct, declared: Deployment, names: Names, api_id: str, alarms: list[str]
    ) -> None:
        super().__init__(scope, "Dashboard")
        panels = [panel for panel in (*_door(api_id), *_behind(declared, names)) if panel.metrics]
        widgets = [_widget(place, panel, names.settings.region) for place, panel in enumerate(panels)]
        body = {"widgets": [_alarms(names, alarms), *widgets]}
        aws_cloudwatch.CfnDashboard(
            self,
            "Dashboard",
            dashboard_name=names.prefix,
            dashboard_body=Stack.of(self).to_json_string(body),  # it holds the API's id, not yet known
        )


def _door(api_id: str) -> Iterator[_Panel]:
    def api(metric: str, label: str, **more: str) -> list[Any]:
        return ["AWS/ApiGateway", metric, "ApiId", api_id, {"label": label, **more}]

    counts = [api("Count", "requests"), api("4xx", "refused (4xx)"), api("5xx", "failed (5xx)")]
    yield _Panel("Requests and failures", "Sum", counts)
    times = [
        api("Latency", "p50", stat="p50"),
        api("Latency", "p95"),
        api("IntegrationLatency", "p95 of the functions alone"),
    ]
    yield _Panel("Answer time (ms)", "p95", times)


def _behind(declared: Deployment, names: Names) -> Iterator[_Panel]:
    queues = {queue["name"]: names.of(queue["name"]) for queue in declared["queues"]}
    dead = {name: names.dead(name) for name in queues}
    functions = {function["name"]: names.of(function["name"]) for function in declared["functions"]}
    relays = {stream["function"]: names.of(stream["function"]) for stream in declared["streams"]}
    tables = {table["name"]: names.of(table["name"]) for table in declared["tables"]}
    age, waiting = "ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"
    for title, statistic, namespace, metric, dimension, shown in (
        ("Oldest message of each subscriber (s)", "Maximum", "AWS/SQS", age, "QueueName", queues),
        (
            "Age of what the relays pass on (ms)",
            "Maximum",
            "AWS/Lambda",
            "IteratorAge",
            "FunctionName",
            relays,
        ),
        ("Waiting in dead-letter queues", "Maximum", "AWS/SQS", waiting, "QueueName", dead),
        ("Failed calls of functions", "Sum", "AWS/Lambda", "Errors", "FunctionName", functions),
        ("Time of functions (ms)", "p95", "AWS/Lambda", "Duration", "FunctionName", functions),
        (
            "Written to tables (units)",
            "Sum",
            "AWS/DynamoDB",
            "ConsumedWriteCapacityUnits",
            "TableName",
            tables,
        ),
    ):
        metrics = [
            [namespace, metric, dimension, found, {"label": name}] for name, found in sorted(shown.items())
        ]
        yield _Panel(title, statistic, metrics)


def _alarms(names: Names, alarms: list[str]) -> dict[str, Any]:
    arns = [names.arn("cloudwatch", f"alarm:{name}") for name in alarms]
    properties = {"title": f"Alarms of {names.prefix}", "alarms": arns}
    return {"type": "alarm", "x": 0, "y": 0, "width": 24, "height": _TOP, "properties": properties}


def _widget(place: int, panel: _Panel, region: str) -> dict[str, Any]:
    return {
        "type": "metric",
        "x": place % _COLUMNS * _WIDTH,
        "y": _TOP + place // _COLUMNS * _HEIGHT,
        "width": _WIDTH,
        "height": _HEIGHT,
        "properties": {
            "title": panel.title,
            "region": region,
            "view": "timeSeries",
            "period": _MINUTE,
            "stat": panel.statistic,
            "metrics": panel.metrics,
        },
    }
