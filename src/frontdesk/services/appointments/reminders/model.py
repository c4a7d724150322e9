"""What patients were told, and what they will be reminded of. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from frontdesk.kernel.ids import derived_id
from frontdesk.kernel.kinds import Index, Kind
from frontdesk.kernel.time import sortable
from frontdesk.services.appointments.booking.model import Appointment
from frontdesk.services.appointments.booking.states import AWAITED, State
from frontdesk.services.appointments.clinics.model import ReminderKind
from frontdesk.services.appointments.ports import Template
from frontdesk.services.appointments.reminders.plan import LAST, Due

TEMPLATES = {
    ReminderKind.CONFIRM: Template.CONFIRM,
    ReminderKind.PENDING: Template.PENDING,
    ReminderKind.SOON: Template.SOON,
}
ASKED_WHEN = frozenset({ReminderKind.CONFIRM, ReminderKind.PENDING})  # only whoever has not confirmed


_SLACK = timedelta(minutes=1)  # what is due in time may fire a little late


class Plan(msgspec.Struct, frozen=True):
    """The reminders of an appointment that are to come, for the start that it has. Under the appointment's id."""

    clinic_id: str
    start: datetime
    due: tuple[Due, ...] = ()


class Reminder(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message that was handed over: one for each appointment, kind and start, and never a second.

    `kind` is a reminder's name; of other messages the template, with the appointment's sequence. `skipped`: why it was
    not handed over, a code.
    """

    clinic_id: str
    appointment_id: str
    patient_id: str
    kind: str
    start: datetime
    at: datetime
    skipped: str = ""


class Reached(StrEnum):
    """How far a message has come. Providers tell in any order: it only ever goes on."""

    SKIPPED = "skipped"
    SENT = "sent"
    FAILED = "failed"
    DELIVERED = "delivered"
    READ = "read"


_ORDER = tuple(Reached)


class Delivery(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known of a message, under its id. `why` is a code, where it failed or was skipped."""

    clinic_id: str
    appointment_id: str
    reached: Reached
    at: datetime
    channel: str = ""
    why: str = ""

    def went_on(self, later: "Delivery") -> "Delivery":
        """Return what is known when both were told."""
        return max(self, later, key=lambda told: _ORDER.index(told.reached))


PLANS = Kind("reminder_plan", Plan)
REMINDERS = Kind(
    "reminder",
    Reminder,
    indexes=(
        Index("by_appointment", lambda one: one.appointment_id, lambda one: sortable(one.at)),
        Index("by_patient", lambda one: one.patient_id or None, lambda one: sortable(one.at)),
    ),
)
# Under the id of the message, which is its reminder's: it may be heard of before the reminder is written.
DELIVERIES = Kind("reminder_delivery", Delivery)


def reminder_id(appointment_id: str, kind: str, start: datetime) -> str:
    """Return the one id of a message about an appointment at its start; the message itself has it too."""
    return derived_id("rem", appointment_id, kind, sortable(start))


def reason_to_skip(appointment: Appointment, kind: ReminderKind, start: datetime, now: datetime) -> str:
    """Say why a reminder that is due must not be sent, by what the appointment is now; "" if it must."""
    if appointment.state not in AWAITED:
        return appointment.state
    if appointment.time.start != start:
        return "moved"
    if kind in ASKED_WHEN and appointment.state is State.CONFIRMED:
        return "confirmed"
    if now > start - LAST + _SLACK:
        return "too_late"
    return ""
