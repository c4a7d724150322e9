"""Which reminders an appointment is to have: decided when it gets its time, and again when it gets another.

The timers of an earlier time are replaced or cancelled. One that fires all the same finds another start, and does
nothing.
"""

from datetime import datetime
from typing import ClassVar

from frontdesk.kernel.messages import Event
from frontdesk.kernel.unit import Timer, Unit
from frontdesk.services.appointments.booking.model import APPOINTMENTS
from frontdesk.services.appointments.booking.states import AWAITED
from frontdesk.services.appointments.clinics.model import CLINICS, ReminderKind
from frontdesk.services.appointments.events import AppointmentBooked, AppointmentMoved, AppointmentReopened
from frontdesk.services.appointments.reminders.model import PLANS, Plan
from frontdesk.services.appointments.reminders.plan import Due, planned

HEARD = (AppointmentBooked, AppointmentMoved, AppointmentReopened)


class ReminderDue(Event, frozen=True, kw_only=True):
    """A patient is to be reminded of a visit that begins then. A timer: it fires also for what is cancelled."""

    NAME: ClassVar[str] = "Reminder Due"
    appointment_id: str
    start_utc: datetime
    name: str
    kind: ReminderKind


async def plan_reminders(
    unit: Unit, event: AppointmentBooked | AppointmentMoved | AppointmentReopened
) -> None:
    """Set the timers that an appointment needs as it is now, whichever event told of it, in whatever order.

    The plan is read before the appointment: whoever read an older appointment has an older plan too, and loses.
    """
    id = event.appointment_id
    before = await unit.find(PLANS, id)
    visit = (await unit.get(APPOINTMENTS, id)).value
    if visit.state not in AWAITED:
        return
    clinic = (await unit.get(CLINICS, visit.clinic_id)).value
    due = planned(clinic.reminders, clinic.quiet_hours, visit.time, unit.now)
    plan = Plan(visit.clinic_id, visit.time.start, due)
    if before is None and due:
        await unit.commit(PLANS.new(id, plan), timers=_timers(id, plan))
    elif before is not None and before.value != plan:
        await unit.commit(before.changed(plan), timers=_timers(id, plan, before.value))


def _timers(id: str, plan: Plan, before: Plan | None = None) -> tuple[Timer, ...]:
    kept = {one.name for one in plan.due}
    over = before.due if before else ()
    return (
        *(Timer(one.name, one.at, _told(id, plan.start, one)) for one in plan.due),
        *(Timer(one.name) for one in over if one.name not in kept),
    )


def _told(id: str, start: datetime, due: Due) -> ReminderDue:
    return ReminderDue(appointment_id=id, start_utc=start, name=due.name, kind=due.kind)
