"""Batches of a queue: what Lambda hands over, how much time is left for it, and what is told back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec

from frontdesk.adapters.aws.envelope import NotAMessageError, decode_addressed
from frontdesk.kernel.messages import Message

UNREADABLE = "Unreadable"  # the name of the event that a message without one is kept as
GUARD_MILLIS = 5_000  # what a reaction may need that meets AWS at its slowest; with less left none is begun


class Context(Protocol):
    """What Lambda says about an invocation."""

    def get_remaining_time_in_millis(self) -> int:
        """Return how long this invocation may still take."""


class Received(msgspec.Struct, frozen=True):
    """One message as the queue delivered it, `tries` times by now. `message` is None when nobody can read it.

    `subscriber` is whom it is for, "" for all who listen there.
    """

    id: str
    handle: str
    tries: int
    body: str
    message: Message | None
    subscriber: str = ""


class Deadline:
    """When an invocation ends."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def is_near(self) -> bool:
        """Return whether it is too late to begin with anything."""
        return self._context.get_remaining_time_in_millis() < GUARD_MILLIS


def received(event: Mapping[str, Any]) -> list[Received]:
    """Return the messages of a batch."""
    return [_received(record) for record in event["Records"]]


def by_source(batch: Iterable[Received]) -> list[list[Received]]:
    """Return the messages of each source together, oldest version first; what cannot be read is alone.

    Messages of one source mostly change one record, and would only lose races against each other.
    """
    groups: dict[str, list[Received]] = {}
    for one in batch:
        groups.setdefault(one.message.source if one.message else f"\0{one.id}", []).append(one)
    for group in groups.values():
        group.sort(key=lambda one: one.message.version if one.message else 0)
    return list(groups.values())


def unreadable(one: Received, now: datetime) -> Message:
    """Return what cannot be read in the form of a message, so that it can be kept as a dead letter."""
    body = msgspec.json.encode({"body": one.body}).decode()
    return Message(f"unreadable:{one.id}:0:0", UNREADABLE, 0, one.id, 0, now, "", body)


def failures(ids: Sequence[str], key: str = "itemIdentifier") -> dict[str, Any]:
    """Return which messages or records are to come again, as Lambda wants to be told. Without any all are done."""
    return {"batchItemFailures": [{key: id} for id in ids]}


def _received(record: Mapping[str, Any]) -> Received:
    try:
        message, subscriber = decode_addressed(record["body"])
    except NotAMessageError:
        message, subscriber = None, ""
    tries = int(record["attributes"]["ApproximateReceiveCount"])
    return Received(record["messageId"], record["receiptHandle"], tries, record["body"], message, subscriber)
