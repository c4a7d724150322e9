"""A subscriber, or several that share a queue: a batch from that SQS queue."""

from collections.abc import Mapping
from typing import Any

from frontdesk.bootstrap_aws import Stage
from frontdesk.entrypoints.lambdas.driving import Driver, KeptLoop, Threads
from frontdesk.entrypoints.lambdas.starting import begin, gauge_of
from frontdesk.entrypoints.lambdas.subscribing import SubscriberFunction


def handle(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Take in a batch; return which messages are to come again."""
    return _function().take_in(event, context)


def subscriber_function(stage: Stage) -> SubscriberFunction:
    """Return the function of one queue. Where somebody there waits for others outside, it has a loop to wait with."""
    name = stage.function.subscriber
    with stage.opening_store():
        service = stage.service(stage.function.service)
    shared = next(queue.subscribers for queue in stage.manifest.deployment.queues if queue.name == name)
    slow = any(reaction.slow for reaction in service.reactions if reaction.subscriber in shared)
    driver: Driver = KeptLoop() if slow else Threads()
    return SubscriberFunction(
        name,
        service,
        shared,
        bus=stage.bus(service, stage.waiting_clock() if slow else None),
        store=stage.store(service.name),
        queue=stage.queue(name),
        driver=driver,
        gauge=gauge_of(stage),
    )


_function = begin(subscriber_function)
