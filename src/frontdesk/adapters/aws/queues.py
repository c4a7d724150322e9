"""Queues: SQS. The methods block; what fulfils a port of the relay is `async` and never suspends."""

from datetime import datetime
from typing import Any

import msgspec

from frontdesk.adapters.aws import envelope
from frontdesk.adapters.aws.calls import Client, ask
from frontdesk.adapters.aws.client import SQS, AwsError
from frontdesk.kernel.errors import Unavailable
from frontdesk.kernel.messages import Message
from frontdesk.kernel.time import from_micros

MAX_DELAY_SECONDS = 900  # what SQS can hold a message back
RECEIVED_AT_ONCE = 10


class Delivery(msgspec.Struct, frozen=True):
    """A message of a queue, as it was handed out. `handle` is good for this delivery only, `tries` counts them all."""

    id: str
    body: str
    handle: str
    tries: int
    sent: datetime


class Queue:
    """One queue. Every method raises Unavailable where trying again may help. One serves all threads."""

    def __init__(self, client: Client, url: str) -> None:
        self._client = client
        self.url = url

    def send(self, body: str, delay_seconds: int = 0) -> None:
        """Put one message in, durably. It is handed out after at most 900 seconds of delay."""
        self._ask("SendMessage", MessageBody=body, DelaySeconds=delay_seconds)

    def receive(
        self, limit: int = RECEIVED_AT_ONCE, *, wait_seconds: int = 0, visibility_seconds: int | None = None
    ) -> list[Delivery]:
        """Return at most 10 messages, in no order. Nobody else gets them for so long (None: as the queue has it).

        Without waiting only some of the machines behind a queue are asked, so this may miss what is there.
        """
        bounds: dict[str, Any] = (
            {} if visibility_seconds is None else {"VisibilityTimeout": visibility_seconds}
        )
        found = self._ask(
            "ReceiveMessage",
            MaxNumberOfMessages=limit,
            WaitTimeSeconds=wait_seconds,
            MessageSystemAttributeNames=["ApproximateReceiveCount", "SentTimestamp"],
            **bounds,
        )
        return [_delivery(message) for message in found.get("Messages", [])]

    def delete(self, handle: str) -> None:
        """Take a message out for good."""
        self._ask("DeleteMessage", ReceiptHandle=handle)

    def hide(self, handle: str, seconds: int) -> None:
        """Let nobody have a delivered message for so many seconds from now; 0 gives it back at once."""
        self._ask("ChangeMessageVisibility", ReceiptHandle=handle, VisibilityTimeout=seconds)

    def _ask(self, operation: str, **payload: Any) -> dict[str, Any]:
        return ask(self._client, SQS, operation, {"QueueUrl": self.url, **payload})


class QueueParking:
    """Where messages of a service wait that its bus refused. See `relay.Parking`."""

    def __init__(self, queue: Queue, service: str) -> None:
        self._queue = queue
        self._service = service

    async def park(self, message: Message) -> None:
        """See `relay.Parking`. Also a refusal of AWS is Unavailable: the record must come again."""
        try:
            self._queue.send(envelope.encode(message, service=self._service))
        except AwsError as refused:
            raise Unavailable from refused


def _delivery(message: dict[str, Any]) -> Delivery:
    told = message["Attributes"]
    return Delivery(
        message["MessageId"],
        message["Body"],
        message["ReceiptHandle"],
        int(told["ApproximateReceiveCount"]),
        from_micros(int(told["SentTimestamp"]) * 1000),
    )
