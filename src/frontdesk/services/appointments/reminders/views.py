"""What a patient was told of an appointment, and what is planned, as the clinic's people see it."""

from datetime import datetime

import msgspec

from frontdesk.kernel import limits
from frontdesk.kernel.unit import Unit
from frontdesk.services.appointments.booking.handlers import open_appointment
from frontdesk.services.appointments.booking.model import Appointment
from frontdesk.services.appointments.reminders.model import (
    DELIVERIES,
    PLANS,
    REMINDERS,
    Delivery,
    Plan,
    Reminder,
    reason_to_skip,
)


class PlannedView(msgspec.Struct, frozen=True):
    """A reminder that is to come: unless the appointment changes before."""

    kind: str
    due_at: datetime


class ToldView(msgspec.Struct, frozen=True, omit_defaults=True):
    """A message that was handed over: `reached` is queued, skipped, sent, failed, delivered or read."""

    message_id: str
    kind: str
    start_utc: datetime
    at: datetime
    reached: str
    channel: str = ""
    why: str = ""


class RemindersView(msgspec.Struct, frozen=True):
    """What is planned, soonest first, and what was told, newest first."""

    planned: tuple[PlannedView, ...]
    told: tuple[ToldView, ...]


async def show_reminders(unit: Unit, id: str) -> RemindersView:
    """Return what the patient of an appointment was told, and will be, to the clinic's people. Raises NotFound."""
    visit = (await open_appointment(unit, id)).value
    plan = await unit.find(PLANS, id)
    page = await unit.query(REMINDERS, "by_appointment", id, limit=limits.PAGE_MAX)
    ids = [one.id for one in page.items]
    known = await unit.get_many(DELIVERIES, ids) if ids else {}
    told = [_told(one.id, one.value, known[one.id].value if one.id in known else None) for one in page.items]
    return RemindersView(_planned(plan.value, visit, unit.now) if plan else (), tuple(told))


def reminders_view(shown: RemindersView) -> RemindersView:
    """Show it as it is."""
    return shown


def _planned(plan: Plan, visit: Appointment, now: datetime) -> tuple[PlannedView, ...]:
    return tuple(
        PlannedView(due.name, due.at)
        for due in plan.due
        if due.at > now and not reason_to_skip(visit, due.kind, plan.start, due.at)
    )


def _told(id: str, reminder: Reminder, delivery: Delivery | None) -> ToldView:
    if delivery is None:
        reached = "skipped" if reminder.skipped else "queued"
        return ToldView(id, reminder.kind, reminder.start, reminder.at, reached, why=reminder.skipped)
    return ToldView(
        id,
        reminder.kind,
        reminder.start,
        reminder.at,
        delivery.reached,
        delivery.channel,
        delivery.why,
    )
