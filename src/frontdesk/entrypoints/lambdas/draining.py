"""What waits because a relay could not pass it on: messages in parking queues, and whole batches as objects.

Only what has been passed on is removed. What cannot be is left where it is, and told by an error at the end.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

import msgspec

from frontdesk.adapters.aws.envelope import NotAMessageError, decode
from frontdesk.adapters.aws.queues import Delivery
from frontdesk.adapters.aws.stream import told
from frontdesk.entrypoints.lambdas.again import Again
from frontdesk.entrypoints.lambdas.batches import Deadline
from frontdesk.entrypoints.lambdas.passing_on import UNREADABLE

_log = logging.getLogger(__name__)


class StuckError(Exception):
    """Something waits that cannot be passed on: a person has to look at it."""


class ParkedQueue(Protocol):
    """See `adapters.aws.queues.Queue`."""

    def receive(self) -> list[Delivery]:
        """Return at most 10 messages."""

    def delete(self, handle: str) -> None:
        """Take a message out for good."""


class Objects(Protocol):
    """See `adapters.aws.objects.Bucket`."""

    def keys(self) -> Iterable[str]:
        """Return every key."""

    def get(self, key: str) -> bytes | None:
        """Return an object, or None."""

    def delete(self, key: str) -> None:
        """Take an object out."""


class _Batch(msgspec.Struct, frozen=True):
    """What Lambda writes about a batch that failed for good: among other things what the function was given."""

    payload: str


async def drain_parked(queue: ParkedQueue, again: Again, deadline: Deadline) -> None:
    """Publish what is parked, until nothing is left or time is up. Raises StuckError, Unavailable."""
    stuck = False
    while not deadline.is_near():
        deliveries = queue.receive()
        if not deliveries:
            break
        for delivery in deliveries:
            try:
                message = decode(delivery.body)
            except NotAMessageError:
                stuck = True
                continue
            await again.publish([message])
            queue.delete(delivery.handle)
    if stuck:
        raise StuckError("a parking queue holds what is no message")


async def drain_objects(
    objects: Objects, again: Callable[[str], Again], prefix: str, deadline: Deadline
) -> None:
    """Pass on what batches held, and remove them. `again` by service. Raises StuckError, Unavailable.

    What a relay has put aside because nobody can read it stays: it was told of as a dead letter.
    """
    stuck = []
    for key in objects.keys():  # noqa: SIM118 - no dict: it asks for them page by page
        if deadline.is_near():
            break
        if key.startswith(f"{UNREADABLE}/"):
            continue
        content = objects.get(key)
        if content is None:
            continue
        try:
            batch = _read(content)
        except (msgspec.MsgspecError, LookupError, TypeError):
            stuck.append(key)
            continue
        for record in batch:
            await again(_service(record, prefix)).tell([told(record)])
        objects.delete(key)
    if stuck:
        _log.error("objects that nobody can read", extra={"keys": stuck})
        raise StuckError("an object of failures cannot be read")


def _read(content: bytes) -> list[Mapping[str, Any]]:
    """Return the records of a batch, all of them readable."""
    payload = msgspec.json.decode(msgspec.json.decode(content, type=_Batch).payload)
    records: list[Mapping[str, Any]] = payload["Records"]
    for record in records:
        told(record)
        _service(record, "")
    return records


def _service(record: Mapping[str, Any], prefix: str) -> str:
    """Return whose table a record comes from: `arn:aws:dynamodb:...:table/<prefix>-<service>/stream/...`."""
    table: str = record["eventSourceARN"].split("/")[1]
    return table.removeprefix(f"{prefix}-")
