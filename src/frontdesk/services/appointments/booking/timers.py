"""What an appointment waits for by itself: the end of its hold, the hour by which it must be confirmed."""

from datetime import datetime
from typing import ClassVar

from frontdesk.kernel.messages import Event
from frontdesk.kernel.unit import Timer
from frontdesk.services.appointments.booking.model import Appointment
from frontdesk.services.appointments.booking.states import State

_LAPSE, _RELEASE = "lapse", "release"


class HoldOver(Event, frozen=True, kw_only=True):
    """A time was kept until now. A timer: it fires also for what was completed or released."""

    NAME: ClassVar[str] = "Appointment Hold Over"
    appointment_id: str


class ReleaseDue(Event, frozen=True, kw_only=True):
    """So shortly before it a visit must be confirmed, at this clinic. A timer: it fires also for one that is."""

    NAME: ClassVar[str] = "Appointment Release Due"
    appointment_id: str
    start_utc: datetime


def timers(id: str, before: Appointment | None, after: Appointment) -> tuple[Timer, ...]:
    """Return the timers that an appointment needs as it has become, and as cancelled those that it needs no more."""
    found = []
    if after.state is State.HELD:
        found.append(Timer(_LAPSE, after.held_until, HoldOver(appointment_id=id)))
    elif before is not None and before.state is State.HELD:
        found.append(Timer(_LAPSE))
    if after.release_at is not None:
        due = ReleaseDue(appointment_id=id, start_utc=after.time.start)
        found.append(Timer(_RELEASE, after.release_at, due))
    elif before is not None and before.release_at is not None:
        found.append(Timer(_RELEASE))
    return tuple(found)
