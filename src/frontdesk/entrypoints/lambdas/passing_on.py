"""One service's relay: what its table's stream tells goes to the bus, and to the queues of timers.

Records are done in their order, some together. The first one that could be neither passed on nor parked is reported,
and Lambda hands the batch over again from there: what came behind it comes twice, and repeats are harmless. A record
that nobody can read, or that no bus could carry, is kept whole as an object, so that it does not hold up the others.
"""

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from frontdesk.adapters.aws.envelope import UnfitError
from frontdesk.adapters.aws.relay import CHUNK, Parking, Publisher, relay
from frontdesk.adapters.aws.stream import Told, told
from frontdesk.entrypoints.lambdas.batches import Context, Deadline, failures
from frontdesk.entrypoints.lambdas.driving import drive
from frontdesk.entrypoints.lambdas.emf import Gauge
from frontdesk.kernel.messages import Message
from frontdesk.kernel.ports import Chance, Clock
from frontdesk.kernel.records import CancelTimer, SetTimer
from frontdesk.measures import DEAD_LETTERS, PARKED

UNREADABLE = "unreadable"  # how the keys of kept records begin
_SEQUENCE = "itemIdentifier"
_log = logging.getLogger(__name__)

Record = Mapping[str, Any]


class TimerQueues(Protocol):
    """Where timers go: see `adapters.aws.timers.Timers`."""

    def apply(self, timers: Sequence[SetTimer | CancelTimer], *, replace: bool = True) -> None:
        """Set and cancel, in this order."""


class Outlets(msgspec.Struct, frozen=True, eq=False):
    """Where a relay passes things on to. `keep` keeps an object under a key."""

    bus: Publisher
    parking: Parking
    timers: TimerQueues
    keep: Callable[[str, bytes], None]


class RelayFunction:
    """Passes on what a table tells. `heard` are the events that somebody subscribes to; None: publish all."""

    def __init__(
        self,
        service: str,
        outlets: Outlets,
        *,
        heard: Collection[str] | None,
        clock: Clock,
        chance: Chance,
        gauge: Gauge,
    ) -> None:
        self._service = service
        self._outlets = outlets
        self._heard = heard
        self._clock = clock
        self._chance = chance
        self._gauge = gauge

    def pass_on(self, event: Record, context: Context) -> dict[str, Any]:
        """Pass a batch on; return from which record on it is to come again."""
        deadline = Deadline(context)
        published = parked = kept = 0
        undone: list[str] = []
        for some in _together(event["Records"]):
            if deadline.is_near():
                undone = [_sequence(some[0])]
                break
            try:
                sent, refused, unreadable = self._pass_some(some)
            except Exception:  # noqa: BLE001 - whatever it was: the records are not done, so they come again
                _log.exception("records could not be passed on", extra={"service": self._service})
                undone = [_sequence(some[0])]
                break
            published, parked, kept = published + sent, parked + refused, kept + unreadable
        self._tell(published, parked, kept)
        return failures(undone, _SEQUENCE)

    def _pass_some(self, records: Sequence[Record]) -> tuple[int, int, int]:
        """Return how many events were offered, how many of them parked, how many records kept as objects."""
        try:
            read = [_read(record) for record in records]
            wanted = [message for one in read for message in one.events if self._is_heard(message)]
            parked = drive(relay(wanted, self._outlets.bus, self._outlets.parking, self._clock, self._chance))
        except UnfitError:
            if len(records) == 1:
                return self._put_aside(records[0])
            counts = [self._pass_some([record]) for record in records]
            return sum(c[0] for c in counts), sum(c[1] for c in counts), sum(c[2] for c in counts)
        self._set_timers(read)
        return len(wanted), parked, 0

    def _set_timers(self, read: Sequence[Told]) -> None:
        for one in read:
            if one.timers:
                self._outlets.timers.apply(one.timers)

    def _put_aside(self, record: Record) -> tuple[int, int, int]:
        sequence = _sequence(record)
        self._outlets.keep(f"{UNREADABLE}/{self._service}/{sequence}.json", msgspec.json.encode(record))
        _log.error(
            "a record cannot be passed on", extra={"service": self._service, "sequence_number": sequence}
        )
        return 0, 0, 1

    def _is_heard(self, message: Message) -> bool:
        return self._heard is None or message.name in self._heard

    def _tell(self, published: int, parked: int, kept: int) -> None:
        counted = {PARKED: parked, DEAD_LETTERS: kept}
        measured = {measure: number for measure, number in counted.items() if number}
        self._gauge.tell(measured, service=self._service, published=published)


def _together(records: Sequence[Record]) -> Iterator[Sequence[Record]]:
    """Split a batch into stretches of which each is one call of the bus, as most records tell one event."""
    for start in range(0, len(records), CHUNK):
        yield records[start : start + CHUNK]


def _read(record: Record) -> Told:
    """Read a record. Raises UnfitError."""
    try:
        return told(record)
    except (msgspec.MsgspecError, LookupError) as cause:
        raise UnfitError("nobody of this house wrote this record") from cause


def _sequence(record: Record) -> str:
    sequence: str = record["dynamodb"]["SequenceNumber"]
    return sequence
