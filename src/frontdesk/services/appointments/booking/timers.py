"""What an appointment waits for by itself: the end of its hold, the hour by which it must be confirmed."""

from datetime import datetime, timedelta
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


def timers(id: str, appointment: Appointment, now: datetime, release: timedelta | None) -> tuple[Timer, ...]:
    """Return the timers that an appointment needs as it stands, and those that it needs no more, as cancelled."""
    if appointment.state is State.HELD:
        return (Timer(_LAPSE, appointment.held_until, HoldOver(appointment_id=id)),)
    start = appointment.time.start
    if release is not None and appointment.state is State.PENDING and now < start - release:
        due = ReleaseDue(appointment_id=id, start_utc=start)
        return (Timer(_LAPSE), Timer(_RELEASE, start - release, due))
    return (Timer(_LAPSE), Timer(_RELEASE))
