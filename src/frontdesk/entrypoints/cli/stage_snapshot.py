"""Everything that a stage has stored, for the comparison. See reconciliation.snapshot.Snapshot.

DynamoDB has no moment that spans tables, so tables are read one after the other, last the one that everything begins
with: then nothing is read that follows from what is missing. What was told since shortly before the reading began, or
is told to a subscriber whose queue is not empty, is on its way.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import msgspec

from frontdesk.adapters.aws import items
from frontdesk.adapters.aws.burial import LETTER, State
from frontdesk.entrypoints.cli.stage_session import Session
from frontdesk.entrypoints.cli.stages import Stage
from frontdesk.kernel.messages import Message
from frontdesk.kernel.records import Record

FRESH_SECONDS = 10  # from a write until its events are in the queues, usually less than one
_LAST = "orders"  # the service whose records everything begins with
_WAITING = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


class Undelivered(msgspec.Struct, frozen=True):
    """See reconciliation.snapshot.Undelivered."""

    key: str
    subscriber: str
    event: str
    body: str
    error: str
    is_dead: bool


class StageSnapshot:
    """Reads it all when it is made. `listeners` are the events of each subscriber."""

    def __init__(
        self,
        session: Session,
        stage: Stage,
        services: Collection[str],
        listeners: Mapping[str, Collection[str]],
        progress: Callable[[int], object],
    ) -> None:
        self._records: dict[str, list[Record]] = {}
        self._counters: dict[str, int] = {}
        self._events: list[Message] = []
        self._fresh_from = time.time() - FRESH_SECONDS
        self._listeners = listeners
        self._busy = {name for name in listeners if _is_busy(session, f"{stage.prefix}-{name}")}
        database = session.client("dynamodb")
        for service in sorted(services, key=lambda name: (name == _LAST, name)):
            for page in database.get_paginator("scan").paginate(TableName=f"{stage.prefix}-{service}"):
                for item in page["Items"]:
                    self._take(item)
                progress(len(page["Items"]))
        for records in self._records.values():
            records.sort(key=lambda record: record.id)

    def scan(self, kind: str) -> Iterator[Record]:
        """See Snapshot."""
        return iter(self._records.get(kind, ()))

    def counters(self, prefix: str) -> Iterator[tuple[str, int]]:
        """See Snapshot."""
        return ((key, count) for key, count in self._counters.items() if key.startswith(prefix))

    def undelivered(self, field: str) -> Iterator[Undelivered]:
        """See Snapshot."""
        found = [*self._dead(field), *self._on_their_way(field)]
        yield from sorted(found, key=lambda event: event.key)

    def _take(self, item: Mapping[str, Any]) -> None:
        if "v" in item:
            record = items.record_of(dict(item))
            self._records.setdefault(record.kind, []).append(record)
            self._events += items.events_of(dict(item))
        elif "n" in item:
            self._counters[items.counter_of(dict(item))] = int(item["n"]["N"])

    def _on_their_way(self, field: str) -> Iterator[Undelivered]:
        for message in self._events:
            fresh = message.at.timestamp() >= self._fresh_from
            for subscriber, events in self._listeners.items():
                if message.name in events and (fresh or subscriber in self._busy):
                    yield _undelivered(message, subscriber, field)

    def _dead(self, field: str) -> Iterator[Undelivered]:
        for record in self._records.get(LETTER.name, ()):
            letter = LETTER.load(record).value
            if letter.state is State.OPEN:
                yield _undelivered(letter.message, letter.subscriber, field, letter.cause, is_dead=True)


def _undelivered(
    message: Message, subscriber: str, field: str, error: str = "", *, is_dead: bool = False
) -> Undelivered:
    key = str(msgspec.json.decode(message.body).get(field) or "")
    return Undelivered(key, subscriber, message.name, "" if key else message.body, error, is_dead)


def _is_busy(session: Session, queue: str) -> bool:
    """Return whether a queue holds anything. One that is not there hears nothing of these services."""
    sqs = session.client("sqs")
    try:
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    except sqs.exceptions.QueueDoesNotExist:
        return False
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(_WAITING))["Attributes"]
    return any(int(found.get(name, 0)) for name in _WAITING)
