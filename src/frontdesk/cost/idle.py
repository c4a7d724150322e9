"""What a deployment uses in a month in which nobody comes."""

from frontdesk.cost.bill import Use, gb_seconds
from frontdesk.cost.shapes import CALL_MS, LINE_BYTES, OURS, PLATFORM_BYTES
from frontdesk.manifest.shape import Deployment

MINUTES = 730 * 60
# Lambda keeps five requests of 20 seconds open at each queue. Source: "Using Lambda with Amazon SQS".
POLLS = 5 * 3 * MINUTES
LISTS = MINUTES / 15  # of what relays have failed on


def idle(deployment: Deployment, alarms_free: int) -> Use:
    """Return what the sweep, its beat, polling and alarms use."""
    memory = {function.name: function.memory for function in deployment.functions}
    mapped = sum(queue.mapped for queue in deployment.queues)
    sweep = memory[deployment.schedules[0].function]
    relay = memory[f"{deployment.beat.service}-relay"]
    queue_calls = 3 + len(deployment.parked)  # two looks for the beat and its end, one look at what is parked
    calls = 3 + queue_calls  # the beat and the search are read, the beat is written
    minute = Use(
        invocations=2,
        gb_seconds=_run(sweep, calls) + _run(relay, 1),
        table_writes=1,
        reads=2,
        events=1,
        queue_requests=1 + queue_calls,  # one request brings the beat back
        log_bytes=2 * (LINE_BYTES + PLATFORM_BYTES),
    )
    alarms = max(0, len(deployment.alarms) - alarms_free)
    return minute.times(MINUTES) + Use(polls=mapped * POLLS, lists=LISTS, alarms=alarms)


def _run(memory: int, calls: int) -> float:
    return gb_seconds(memory, OURS.run_ms + OURS.call_ms * calls, CALL_MS * calls)
