"""Parts of a stage in the emulator, as the infrastructure would make them."""

import json
from typing import Any

from frontdesk.adapters.aws.client import EVENTS, SQS, AwsClient
from frontdesk.adapters.aws.names import Names
from frontdesk.adapters.aws.queues import Queue
from frontdesk.kernel.messages import Message
from tests.contract.examples import START

BODY = '{"order_id":"ord_1","note":"Zoë \\ud83d\\udc89"}'


def a_message(source: str = "ord_1", **changed: Any) -> Message:
    """Return a message as a store keeps it."""
    parts = {"name": "Order Created", "version": 1, "body": BODY, **changed}
    id = f"order:{source}:{parts['version']}:0"
    return Message(
        id, parts["name"], 2, source, parts["version"], parts.get("at", START), "req_1", parts["body"]
    )


def make_queue(client: AwsClient, names: Names, subscriber: str) -> Queue:
    """Make a subscriber's queue. Its address is derived, not asked for."""
    name = names.queue(subscriber)
    client.call(SQS, "CreateQueue", {"QueueName": name})
    return Queue(client, names.queue_url(name))


def make_bus(client: AwsClient, names: Names, subscriber: str, *events: str) -> str:
    """Make a bus with a rule that brings these events to a subscriber's queue, and return its name."""
    bus = {"EventBusName": names.prefix}
    client.call(EVENTS, "CreateEventBus", {"Name": names.prefix})
    rule = names.queue(subscriber)
    pattern = json.dumps({"detail-type": list(events)})
    client.call(EVENTS, "PutRule", {**bus, "Name": rule, "EventPattern": pattern})
    target = {"Id": subscriber, "Arn": names.queue_arn(rule)}
    client.call(EVENTS, "PutTargets", {**bus, "Rule": rule, "Targets": [target]})
    return names.prefix


def everything_in(queue: Queue) -> list[str]:
    """Take every message out of a queue."""
    bodies: list[str] = []
    while deliveries := queue.receive():
        for delivery in deliveries:
            bodies.append(delivery.body)
            queue.delete(delivery.handle)
    return bodies
