"""Tells short stories to the functions of a stage, one at a time and directly, and notices when one cannot go on."""

import copy
import itertools
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec

from frontdesk import bootstrap
from frontdesk.adapters.aws import envelope
from frontdesk.adapters.aws.items import pack_events, pack_timers, record_item
from frontdesk.entrypoints.operations import OPERATIONS
from frontdesk.kernel.messages import Message
from frontdesk.kernel.records import CancelTimer, Record, SetTimer
from frontdesk.services.appointments.demo import DEMO_CLINIC_ID
from frontdesk.services.catalogue.demo import DEMO_SHOP_ID, DEMO_SHOPS
from tests.stage.deployed import DeployedDesk

LAST_TRY = 8  # what a message has been received when it is given up
WAIT_SECONDS = 30.0
STEP_SECONDS = 0.1
SHOP, CLINIC = DEMO_SHOP_ID, DEMO_CLINIC_ID
_ROUTES = {
    route.handle.__name__: (service, route)
    for service in (*bootstrap.choose(), OPERATIONS)
    for route in service.routes
}
T = TypeVar("T")
_SCOPES = sorted({scope for service in (*bootstrap.choose(), OPERATIONS) for scope in service.scopes})
_GRANTS = {**{f"shop:{shop}": "owner" for shop in DEMO_SHOPS}, f"clinic:{CLINIC}": "owner"}
_numbers = itertools.count(10**20)


class BrokenOffError(Exception):
    """A story could not be told to its end."""


class Teller:
    """Speaks to the functions of one stage. `heard` are bodies of queues by the name of their event, once collected."""

    def __init__(self, desk: DeployedDesk) -> None:
        self.desk = desk
        self.heard: dict[str, dict[str, Any]] = {}

    def invoke(self, function: str, payload: Mapping[str, Any]) -> Any:
        """Invoke a function by its name in the manifest. Raises BrokenOffError when it fails."""
        done = self.desk.aws("lambda").invoke(
            FunctionName=f"{self.desk.stage.prefix}-{function}", Payload=msgspec.json.encode(payload)
        )
        said = done["Payload"].read()
        if "FunctionError" in done:
            raise BrokenOffError(f"{function}: {said.decode()}")
        return msgspec.json.decode(said)

    def ask(
        self,
        operation: str,
        body: Any = None,
        *,
        by: str = "owner",
        query: Mapping[str, str] = MappingProxyType({}),
        **path: str,
    ) -> Any:
        """Let the owner of shops and clinic ask for an operation; return what came back. Raises BrokenOffError."""
        service, route = _ROUTES[operation]
        for name, mine in (("shop_id", SHOP), ("clinic_id", CLINIC)):
            if f"{{{name}}}" in route.path:
                path.setdefault(name, mine)
        payload = {
            "operation": operation,
            "subject": by,
            "scopes": _SCOPES,
            "grants": _GRANTS,
            "path": path,
            "query": dict(query),
            "body": body,
            "key": secrets.token_hex(8) if route.takes_key else "",
        }
        answer = self.invoke(f"{service.name}-http", payload)
        if answer["status"] >= 400:
            raise BrokenOffError(f"{operation}: {answer}")
        return answer["body"]

    def hear(self, subscriber: str, *bodies: Any, tries: int = 1) -> None:
        """Hand a subscriber messages. Raises BrokenOffError when one is to come again."""
        records = [
            {
                "messageId": f"m-{number}",
                "receiptHandle": "none",
                "body": body if isinstance(body, str) else msgspec.json.encode(body).decode(),
                "attributes": {
                    "ApproximateReceiveCount": str(tries),
                    "SentTimestamp": str(int(time.time() * 1000)),
                    "ApproximateFirstReceiveTimestamp": str(int(time.time() * 1000)),
                },
                "eventSource": "aws:sqs",
            }
            for number, body in enumerate(bodies)
        ]
        told = self.invoke(subscriber, {"Records": records})
        if told["batchItemFailures"]:
            raise BrokenOffError(f"{subscriber}: {told}")

    def pass_on(self, service: str, *items: Mapping[str, Any]) -> None:
        """Hand a relay items as the stream of its table would. Raises BrokenOffError when one is to come again."""
        told = self.invoke(f"{service}-relay", {"Records": self.records(service, *items)})
        if told["batchItemFailures"]:
            raise BrokenOffError(f"{service}-relay: {told}")

    def records(self, service: str, *items: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return what a stream says of items."""
        table = self.desk.table(service)
        return [
            {
                "eventID": secrets.token_hex(8),
                "eventName": "INSERT",
                "eventSource": "aws:dynamodb",
                "eventSourceARN": f"arn:aws:dynamodb:eu-west-1:000000000000:table/{table}/stream/x",
                "dynamodb": {
                    "Keys": {"pk": item.get("pk", {"S": "?"})},
                    "NewImage": item,
                    "SequenceNumber": str(next(_numbers)),
                },
            }
            for item in items
        ]

    def like(self, event: str) -> tuple[str, dict[str, Any]]:
        """Return a message as one that was heard, about somebody new; and the id of whom it is about."""
        old = self.heard[event]["detail"]["metadata"]["source"]
        new = f"{old[:-12]}{secrets.token_hex(6)}"
        return new, self.about(event, new)

    def about(self, event: str, id: str) -> dict[str, Any]:
        """Return a message as one that was heard, about this one."""
        text = msgspec.json.encode(self.heard[event]).decode()
        found: dict[str, Any] = msgspec.json.decode(
            text.replace(self.heard[event]["detail"]["metadata"]["source"], id)
        )
        return found

    @contextmanager
    def paused(self, subscriber: str) -> Iterator[Callable[[str], list[dict[str, Any]]]]:
        """Let nobody read a subscriber's queue meanwhile; give what takes out messages that speak of something."""

        def come(of: str) -> list[dict[str, Any]]:
            def taken() -> list[dict[str, Any]]:
                found = drained(self.desk, self.desk.queue_url(subscriber))
                return [body for body in found if of in msgspec.json.encode(body).decode()]

            return self.until(taken)

        self.desk.switch([subscriber], on=False)
        try:
            yield come
        finally:
            self.desk.switch([subscriber], on=True)

    def until(self, found: Callable[[], T]) -> T:
        """Return what is found, once it is something; what breaks off is tried again until then."""
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            with suppress(BrokenOffError):
                if something := found():
                    return something
            time.sleep(STEP_SECONDS)
        raise TimeoutError("it has not come")

    def count(self, queue: str) -> int:
        """Return how many messages a queue holds."""
        url = self.desk.queue_url(queue)
        told = self.desk.aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return sum(int(told[name]) for name in told if name.startswith("ApproximateNumberOfMessages"))


def unreadable(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return a message of a schema that nobody knows: it becomes a dead letter."""
    spoilt = copy.deepcopy(dict(message))
    spoilt["detail"]["metadata"]["schema"] = 99
    spoilt["detail"]["metadata"]["id"] += secrets.token_hex(4)
    return spoilt


def told(kind: str, *events: Message, timers: tuple[SetTimer | CancelTimer, ...] = ()) -> dict[str, Any]:
    """Return an item that tells these things."""
    item = record_item(Record(kind, secrets.token_hex(8), 1, 1, "{}"), "story", datetime.now(UTC))
    item |= {"e": pack_events(events)} if events else {}
    return item | ({"t": pack_timers(timers)} if timers else {})


def message(name: str, body: str = "{}") -> Message:
    """Return a message of this name."""
    id = secrets.token_hex(8)
    return Message(f"story:{id}:1:0", name, 1, id, 1, datetime.now(UTC), "story", body)


@contextmanager
def tapped(desk: DeployedDesk) -> Iterator[str]:
    """Give the URL of a queue into which everything goes that the bus is told."""
    name = f"{desk.stage.prefix}-tap"
    sqs, events = desk.aws("sqs"), desk.aws("events")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name=name, EventBusName=desk.stage.bus, EventPattern='{"source":[{"prefix":""}]}')
    events.put_targets(Rule=name, EventBusName=desk.stage.bus, Targets=[{"Id": "tap", "Arn": arn}])
    try:
        yield url
    finally:
        events.remove_targets(Rule=name, EventBusName=desk.stage.bus, Ids=["tap"])
        events.delete_rule(Name=name, EventBusName=desk.stage.bus)
        sqs.delete_queue(QueueUrl=url)


def drained(desk: DeployedDesk, url: str) -> Iterator[dict[str, Any]]:
    """Yield what a queue holds, and take it out."""
    sqs = desk.aws("sqs")
    while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        for one in found:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
            yield msgspec.json.decode(one["Body"])


def poison(name: str) -> str:
    """Return the body of a queue with an event that nobody can read."""
    return envelope.encode(message(name))
