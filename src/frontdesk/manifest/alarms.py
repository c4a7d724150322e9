"""What rings, and when. Each alarm costs money while nothing happens, so each must earn its place.

AWS asks 10 cents a month for an alarm after the first ten, and 30 cents for a metric of one's own in the hours in which
it is written. So figures of one's own are written only when there is something to tell, for the whole stage at once.
"""

from collections.abc import Iterable

from frontdesk.manifest.shape import Alarm, Budget, Function, Queue
from frontdesk.measures import BEAT_LATE, DEAD_LETTERS, NAMESPACE, PARKED, STAGE, Measure

MINUTE = 60
BEHIND_SECONDS = 300

BUDGET = Budget(
    "monthly",
    10,
    (80, 100),
    "the-bill-grows",
    "The stage costs more than it was meant to.",
)


def alarms(functions: Iterable[Function], queues: Iterable[Queue]) -> Iterable[Alarm]:
    """Return the alarms of a stage."""
    yield from _api()
    yield _own(DEAD_LETTERS, "dead-letters", "dead-letters", "A message was given up: its effect is missing.")
    yield _own(
        PARKED, "parked-messages", "parked-messages", "The bus refused an event; it waits in a parking queue."
    )
    yield _own(
        BEAT_LATE,
        "late-beat",
        "the-relay-is-behind",
        "What is written is not heard: the beat has not come back.",
    )
    for function in functions:
        if function.kind == "schedule":
            yield _sweep(function)
        elif function.kind == "stream":
            yield _relay(function)
    yield from (_oldest(queue) for queue in queues if queue.mapped)


def _api() -> Iterable[Alarm]:
    yield Alarm(
        name="api-errors",
        namespace="AWS/ApiGateway",
        metric="5xx",
        dimensions={"ApiId": "api"},
        statistic="Sum",
        period=MINUTE,
        evaluations=1,
        threshold=150,
        comparison="GreaterThanThreshold",
        missing="notBreaching",
        anchor="requests-fail",
        text="More than 150 requests of a minute were answered with 5xx.",
    )
    yield Alarm(
        name="api-latency",
        namespace="AWS/ApiGateway",
        metric="Latency",
        dimensions={"ApiId": "api"},
        statistic="p95",
        period=MINUTE,
        evaluations=5,
        threshold=2000,
        comparison="GreaterThanThreshold",
        missing="notBreaching",
        anchor="requests-are-slow",
        text="For five minutes one request in twenty took more than two seconds.",
    )
    yield Alarm(
        name="throttles",  # the room is the account's, and so is the metric: it has no dimension
        namespace="AWS/Lambda",
        metric="Throttles",
        dimensions={},
        statistic="Sum",
        period=MINUTE,
        evaluations=5,
        threshold=0,
        comparison="GreaterThanThreshold",
        missing="notBreaching",
        anchor="functions-are-throttled",
        text="For five minutes functions of this account and region were refused for lack of concurrency.",
    )


def _own(measure: Measure, name: str, anchor: str, text: str) -> Alarm:
    return Alarm(
        name=name,
        namespace=NAMESPACE,
        metric=measure.name,
        dimensions={STAGE: "prefix"},
        statistic="Maximum",
        period=MINUTE,
        evaluations=1,
        threshold=0,
        comparison="GreaterThanThreshold",
        missing="notBreaching",
        anchor=anchor,
        text=text,
    )


def _sweep(function: Function) -> Alarm:
    return Alarm(
        name="failed-sweep",
        namespace="AWS/Lambda",
        metric="Errors",
        dimensions={"FunctionName": f"function:{function.name}"},
        statistic="Sum",
        period=5 * MINUTE,
        evaluations=1,
        threshold=0,
        comparison="GreaterThanThreshold",
        missing="breaching",  # a sweep that does not even begin
        anchor="the-sweep-fails",
        text="The sweep failed or did not run for five minutes.",
    )


def _relay(function: Function) -> Alarm:
    return Alarm(
        name=f"{function.name}-lag",
        namespace="AWS/Lambda",
        metric="IteratorAge",
        dimensions={"FunctionName": f"function:{function.name}"},
        statistic="Maximum",
        period=MINUTE,
        evaluations=3,
        threshold=BEHIND_SECONDS * 1000,
        comparison="GreaterThanOrEqualToThreshold",
        missing="notBreaching",
        anchor="the-relay-is-behind",
        text="What was written five minutes ago has not been passed on.",
    )


def _oldest(queue: Queue) -> Alarm:
    return Alarm(
        name=f"{queue.name}-oldest",
        namespace="AWS/SQS",
        metric="ApproximateAgeOfOldestMessage",
        dimensions={"QueueName": f"queue:{queue.name}"},
        statistic="Maximum",
        period=MINUTE,
        evaluations=3,
        threshold=BEHIND_SECONDS,
        comparison="GreaterThanOrEqualToThreshold",
        missing="notBreaching",
        anchor="a-subscriber-falls-behind",
        text="A message has waited for five minutes.",
    )
