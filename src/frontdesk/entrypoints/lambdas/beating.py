"""The beat: a record that is written each minute, as any other, and comes back from the bus to a queue of its own.

It proves the way from a commit to a queue, and its time. Nobody is invoked for it: the sweep looks into the queue a
minute later, and SQS has noted when the beat came.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Protocol

import msgspec

from frontdesk.adapters.aws.envelope import NotAMessageError, decode
from frontdesk.adapters.aws.queues import Delivery
from frontdesk.entrypoints.lambdas.emf import Gauge, Value
from frontdesk.kernel.kinds import Kind, Stored
from frontdesk.kernel.messages import Message
from frontdesk.kernel.ports import Clock, Store
from frontdesk.kernel.records import Commit
from frontdesk.measures import BEAT_LATE, RELAY_LAG, Measure

LONG = timedelta(seconds=5)  # a lag that is worth a metric; the log has every one
LATE = timedelta(minutes=3)  # since the newest beat that came back; usually it is a minute old
GAP = timedelta(
    minutes=15
)  # between two beats that came back: then those between them are lost, and not they alone
LOOKS = 20  # into the queue, 10 beats each: after an outage there are many


class Beat(msgspec.Struct, frozen=True):
    """The newest beat that has come back; before the first one, when the beating began."""

    returned: datetime


class Hole(msgspec.Struct, frozen=True):
    """A stretch of time of which no beat came back: a stream forgets after a day what nobody has read."""

    since: datetime
    until: datetime


BEAT = Kind("desk_beat", Beat)
ID = "beat"


class BeatQueue(Protocol):
    """Where beats come back to: see `adapters.aws.queues.Queue`."""

    def receive(self) -> list[Delivery]:
        """Return at most 10 messages."""

    def delete(self, handle: str) -> None:
        """Take a message out for good."""


class Pulse:
    """Beats once a call, and measures what came back since the last one. `event` is the name of the beat on the bus."""

    def __init__(self, event: str, store: Store, queue: BeatQueue, clock: Clock, gauge: Gauge) -> None:
        self._event = event
        self._store = store
        self._queue = queue
        self._clock = clock
        self._gauge = gauge

    async def beat(self) -> Hole | None:
        """Beat. Return the hole that shows in what came back, if any. Raises Conflict, Unavailable.

        Beats come in any order, so a hole may turn out to be none: nothing but work is lost by that.
        """
        now = self._clock.now()
        record = await self._store.get(BEAT.name, ID)
        last = BEAT.load(record) if record else None
        before = last.value.returned if last else now
        deliveries = self._deliveries()
        came = {message.at: delivery.sent for delivery, message in deliveries}
        returned = max((before, *came))
        fresh = Beat(returned)
        stored = last.changed(fresh) if last else BEAT.new(ID, fresh)
        await self._store.commit(Commit((stored.record(),), events=(self._message(stored, now),)))
        for delivery, _ in deliveries:  # only now: what they say has been written down
            self._queue.delete(delivery.handle)
        self._tell([sent - at for at, sent in came.items()], now - returned)
        return hole([before, *(at for at in came if at > before)])

    def _deliveries(self) -> list[tuple[Delivery, Message]]:
        found: list[tuple[Delivery, Message]] = []
        for _ in range(LOOKS):
            some = self._queue.receive()
            for delivery in some:
                try:
                    found.append((delivery, decode(delivery.body)))
                except NotAMessageError:
                    self._queue.delete(delivery.handle)  # nobody's: there is no beat in it
            if not some:
                break
        return found

    def _message(self, stored: Stored[Beat], now: datetime) -> Message:
        id = f"{BEAT.name}:{stored.id}:{stored.version}:0"
        return Message(id, self._event, 1, stored.id, stored.version, now, "", "{}")

    def _tell(self, lags: list[timedelta], age: timedelta) -> None:
        measured: dict[Measure, Value] = {}
        slowest = max(lags, default=timedelta())
        if slowest > LONG:
            measured[RELAY_LAG] = round(slowest.total_seconds() * 1000)
        if age > LATE:
            measured[BEAT_LATE] = round(age.total_seconds())
        self._gauge.tell(measured, relay_lag_ms=round(slowest.total_seconds() * 1000), returned=len(lags))


def hole(moments: Iterable[datetime]) -> Hole | None:
    """Return the stretch that covers every gap between beats."""
    ordered = sorted(moments)
    gaps = [(one, other) for one, other in pairwise(ordered) if other - one > GAP]
    return Hole(gaps[0][0], gaps[-1][1]) if gaps else None
