"""What an order uses in two shapes: as it is deployed, and as the usual sample does the same work.

The usual sample is written as the guides of Powertools for AWS Lambda have it: boto3, pydantic, a table by which it
recognises repeats of requests and of messages, indexes of whole items, and every event published. All the rest is given
to it as ours has it: the API, logs, queues, subscribers, transactions, and a stream that feeds the bus.
"""

from collections.abc import Iterable, Sequence

import msgspec

from frontdesk.cost.bill import Use, gb_seconds, total
from frontdesk.cost.capacity import WRITE_BYTES
from frontdesk.cost.meter import Step
from frontdesk.manifest.deployment import OAUTH
from frontdesk.manifest.shape import Deployment, Function

CALL_MS = 5.0  # that a call to DynamoDB takes; to the bus and to a queue about as much
LINE_BYTES = 400  # what a function itself says of a run, as CloudWatch counts it
PLATFORM_BYTES = 350  # START, END and REPORT, as CloudWatch counts them
QUEUE_REQUESTS = 2  # a message is received and deleted, several together where they wait
REPEAT_BYTES = 250  # an entry of the usual table of repeats, without the answer that it keeps
REPEAT_CALLS = 2  # it is written before the work, and again with the answer


class Habits(msgspec.Struct, frozen=True):
    """In what the two shapes differ. Processor times are of a whole processor, measured warm: see docs/adr."""

    run_ms: float  # of a run by itself
    call_ms: float  # of each call to AWS
    keeps_repeats: bool
    whole_indexes: bool
    publishes_all: bool


OURS = Habits(run_ms=0.6, call_ms=0.1, keeps_repeats=False, whole_indexes=False, publishes_all=False)
USUAL = Habits(run_ms=5.0, call_ms=1.0, keeps_repeats=True, whole_indexes=True, publishes_all=True)


def use_of(steps: Iterable[Step], deployment: Deployment, habits: Habits, batch: float = 1) -> Use:
    """Return what these steps use. `batch`: how many messages, or records of a stream, a run takes on average."""
    return total(_use_of(step, deployment, habits, batch) for step in steps)


def _use_of(step: Step, deployment: Deployment, habits: Habits, batch: float) -> Use:
    functions = {function.name: function for function in deployment.functions}
    function = functions[step.function]
    is_request = function.kind == "http"
    share = 1.0 if is_request else 1 / batch
    repeats = habits.keeps_repeats and (step.commits > 0 or not is_request)
    looks = 1 if is_request and OAUTH in functions else 0  # whether the caller's token was withdrawn
    calls = step.calls + looks + (REPEAT_CALLS if repeats else 0)
    used = Use(
        api_requests=1 if is_request and not step.is_direct else 0,
        invocations=share,
        gb_seconds=_seconds(function, calls, habits, share),
        table_writes=step.written,
        index_writes=step.indexed_whole if habits.whole_indexes else step.indexed,
        repeat_writes=_repeat_units(step) if repeats else 0,
        reads=step.read + looks,
        stored_bytes=step.stored_whole if habits.whole_indexes else step.stored,
        queue_requests=0 if is_request else 1 + QUEUE_REQUESTS * share,
        schedules=step.schedules,
        log_bytes=share * (LINE_BYTES + PLATFORM_BYTES),
    )
    return used + _passing_on(step, deployment, functions, habits, 1 / batch)


def _passing_on(
    step: Step, deployment: Deployment, functions: dict[str, Function], habits: Habits, share: float
) -> Use:
    """Return what the relay uses to pass on what a step told, and the queues for its timers."""
    if not step.told and not step.timers:
        return Use()
    heard = deployment.heard()
    events = sum(habits.publishes_all or message.name in heard for message in step.told)
    calls = len(step.timers) + (1 if events else 0) * share
    return Use(
        invocations=share,
        gb_seconds=_seconds(functions[f"{step.service}-relay"], calls / share, habits, share),
        events=events,
        queue_requests=len(step.timers),
        log_bytes=share * (LINE_BYTES + PLATFORM_BYTES),
    )


def _seconds(function: Function, calls: float, habits: Habits, share: float) -> float:
    """Return GB-seconds: of a batch, the messages wait side by side, and what begins a run is shared."""
    cpu_ms = habits.run_ms * share + habits.call_ms * calls
    return gb_seconds(function.memory, cpu_ms, CALL_MS * calls * share)


def _repeat_units(step: Step) -> int:
    """Return the units of two writes: that the work begins, and how it ended."""
    return 1 + -(-(REPEAT_BYTES + step.answered) // WRITE_BYTES)


def orders(
    steps: Sequence[Step], deployment: Deployment, habits: Habits, count: float, batch: float = 1
) -> Use:
    """Return what so many orders use."""
    return use_of(steps, deployment, habits, batch).times(count)
