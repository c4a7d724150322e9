"""The bus of events: EventBridge."""

from collections.abc import Iterator, Sequence
from typing import Any

from frontdesk.adapters.aws import envelope
from frontdesk.adapters.aws.calls import Client
from frontdesk.adapters.aws.client import EVENTS, AwsError, Unreachable
from frontdesk.kernel.errors import Unavailable
from frontdesk.kernel.messages import Message

CHUNK = 10  # entries that one PutEvents takes

Entry = dict[str, Any]


class EventBus:
    """What one service publishes. See `relay.Publisher`. Holds no state: one serves all threads."""

    def __init__(self, client: Client, bus: str, service: str) -> None:
        self._client = client
        self._bus = bus
        self._service = service

    async def publish(self, chunk: Sequence[Message]) -> Sequence[int]:
        """Offer messages in their order; return the positions of those that were refused, in order.

        Raises Unavailable when all were refused together, for whatever reason (a missing permission is one): the relay
        asks again, parks what stays refused, and the stream goes on. Raises UnfitError for what no bus could carry.
        """
        entries = [envelope.entry(message, service=self._service, bus=self._bus) for message in chunk]
        refused: list[int] = []
        for start, part in _calls(entries):
            refused.extend(start + place for place in self._put(part, sole=len(part) == len(entries)))
        return refused

    def _put(self, entries: Sequence[Entry], *, sole: bool) -> Sequence[int]:
        """Return which were refused."""
        try:
            answer = self._client.call(EVENTS, "PutEvents", {"Entries": entries})
        except (AwsError, Unreachable) as failure:
            if sole:
                raise Unavailable from failure
            return range(len(entries))  # the other calls' entries may be on their way already
        results = answer.get("Entries", [])
        return [place for place in range(len(entries)) if not _taken(results, place)]


def _taken(results: Sequence[Entry], place: int) -> bool:
    """Only an id proves that an entry was taken; one that the answer passes over was not."""
    return place < len(results) and bool(results[place].get("EventId"))


def _calls(entries: Sequence[Entry]) -> Iterator[tuple[int, Sequence[Entry]]]:
    """Split into what one call takes: 10 entries, and 256 KB of all of them together."""
    start = filled = 0
    for place, entry in enumerate(entries):
        size = envelope.size(entry)
        if place > start and (place - start == CHUNK or filled + size > envelope.MAX_BYTES):
            yield start, entries[start:place]
            start, filled = place, 0
        filled += size
    if entries:
        yield start, entries[start:]
