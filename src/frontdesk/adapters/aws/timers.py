"""Timers: what a write set or cancelled, brought to the queues of those subscribers of its own service who listen.

Near ones wait in the queue itself, far ones as a schedule that sends to that same queue. A timer that was cancelled or
replaced may still arrive, from a delayed message or a record that came twice: handlers read again before they act.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256

import msgspec

from frontdesk.adapters.aws import envelope
from frontdesk.adapters.aws.names import Names
from frontdesk.adapters.aws.queues import MAX_DELAY_SECONDS, Queue
from frontdesk.adapters.aws.schedules import Schedules
from frontdesk.kernel.ports import Clock
from frontdesk.kernel.records import CancelTimer, SetTimer

_SEPARATOR = "\x1f"  # in no name, so two timers never share a schedule


class Timers:
    """The timers of one service. `listeners` names the subscribers of each timer event. Holds no state."""

    def __init__(
        self,
        service: str,
        listeners: Mapping[str, Sequence[str]],
        *,
        names: Names,
        queue: Callable[[str], Queue],
        schedules: Schedules,
        clock: Clock,
    ) -> None:
        self._service = service
        self._listeners = listeners
        self._everybody = sorted({name for heard in listeners.values() for name in heard})
        self._names = names
        self._queue = queue  # by subscriber
        self._schedules = schedules
        self._clock = clock

    def apply(self, timers: Iterable[SetTimer | CancelTimer], *, replace: bool = True) -> None:
        """Set and cancel, in this order. Raises Unavailable: then all may be applied again, to the same effect.

        `replace`: a schedule that is there gives way. A write that comes late, out of its order, must not have that.
        """
        for timer in timers:
            if isinstance(timer, SetTimer):
                for subscriber in self._listeners.get(timer.message.name, ()):
                    self._set(timer, subscriber, replace=replace)
            else:
                for subscriber in self._everybody:
                    self._schedules.cancel(self._schedule(timer, subscriber))

    def _set(self, timer: SetTimer, subscriber: str, *, replace: bool) -> None:
        # It happens when it is due, not when it was set: nobody is behind by the time between.
        body = envelope.encode(msgspec.structs.replace(timer.message, at=timer.due), service=self._service)
        delay = _delay(timer.due, self._clock.now())
        if delay <= MAX_DELAY_SECONDS:
            self._queue(subscriber).send(body, delay)
        else:
            arn = self._names.queue_arn(self._names.queue(subscriber))
            self._schedules.set(self._schedule(timer, subscriber), timer.due, arn, body, replace=replace)

    def _schedule(self, timer: SetTimer | CancelTimer, subscriber: str) -> str:
        """Return the same name for the same timer always: at most 64 characters, beginning with the service."""
        parts = (self._names.prefix, timer.record_id, timer.name, subscriber)
        return f"{self._service[:31]}-{sha256(_SEPARATOR.join(parts).encode()).hexdigest()[:32]}"


def _delay(due: datetime, now: datetime) -> int:
    """Return the seconds to wait: whole ones, a little more rather than less; 0 for what is past."""
    left = (due - now).total_seconds()
    return int(left) + 1 if left > 0 else 0
