"""A look at the bus of a stage: a rule and a queue of one's own, for as long as one verification takes."""

from __future__ import annotations

import secrets
from typing import Any

import msgspec

from frontdesk.entrypoints.cli.stage_session import Session
from frontdesk.entrypoints.cli.stages import Stage

EVENTS = ("Order Created", "Appointment Booked")
LOOK_SECONDS = 2  # of one look into the queue
AT_ONCE = 10
_TARGET = "queue"


class Watch:
    """Between `start` and `stop`, what the bus tells of new orders and visits is kept in a queue."""

    def __init__(self, session: Session, stage: Stage) -> None:
        self._events = session.client("events")
        self._sqs = session.client("sqs")
        self._bus = stage.bus
        self._name = f"{stage.prefix}-verify-{secrets.token_hex(4)}"
        self._url = ""
        self._ruled = False
        self._heard: list[str] = []

    def start(self) -> None:
        """Begin to look. Doing it again changes nothing."""
        if self._url:
            return
        self._url = self._sqs.create_queue(QueueName=self._name)["QueueUrl"]
        asked = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        queue = asked["Attributes"]["QueueArn"]
        pattern = msgspec.json.encode({"detail-type": EVENTS}).decode()
        rule = self._events.put_rule(Name=self._name, EventBusName=self._bus, EventPattern=pattern)["RuleArn"]
        self._ruled = True
        attributes = {"Policy": msgspec.json.encode(_may_send(queue, rule)).decode()}
        self._sqs.set_queue_attributes(QueueUrl=self._url, Attributes=attributes)
        self._events.put_targets(
            Rule=self._name, EventBusName=self._bus, Targets=[{"Id": _TARGET, "Arn": queue}]
        )

    def seen(self, id: str) -> str | None:
        """Return the event about an order or a visit as it was seen, None if it has not been."""
        found = self._sqs.receive_message(
            QueueUrl=self._url, MaxNumberOfMessages=AT_ONCE, WaitTimeSeconds=LOOK_SECONDS
        )
        self._heard += [message["Body"] for message in found.get("Messages", ())]
        for body in self._heard:
            if id in body:
                event: dict[str, Any] = msgspec.json.decode(body)
                return f"{event['detail-type']} from {event['source']}"
        return None

    def stop(self) -> str:
        """Take rule and queue away."""
        if self._ruled:
            self._events.remove_targets(Rule=self._name, EventBusName=self._bus, Ids=[_TARGET])
            self._events.delete_rule(Name=self._name, EventBusName=self._bus)
        if self._url:
            self._sqs.delete_queue(QueueUrl=self._url)
        return self._name


def _may_send(queue: str, rule: str) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}
