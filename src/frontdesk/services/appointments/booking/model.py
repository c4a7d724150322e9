"""An appointment: who, with whom, when, and what became of it. Pure: moments and ids are handed in."""

from datetime import date as Date  # noqa: N812 - a time has a field of that name
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec.structs import replace

from frontdesk.kernel.kinds import Index, Kind
from frontdesk.kernel.sensitive import SENSITIVE
from frontdesk.kernel.time import sortable
from frontdesk.services.appointments.booking.states import State, Verb

MAX_STEPS = 50  # of an appointment's history: the first is kept for ever, then the newest


class Party(StrEnum):
    """Who did it, as far as events say."""

    PATIENT = "patient"
    DESK = "desk"
    SYSTEM = "system"


class Source(StrEnum):
    """Where a booking came from."""

    DESK = "desk"
    PATIENT = "patient"
    WAITING_LIST = "waiting_list"
    PROPOSAL = "proposal"
    IMPORT = "import"


class Actor(msgspec.Struct, frozen=True):
    """Whose doing something is: for the events, and (`subject`) for the audit."""

    party: Party
    subject: str


class Patient(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who comes. `language` is a BCP 47 tag, `document` a national id, `phone` E.164.

    `channels` are those by which they agreed to be written to, the preferred first: whatsapp, sms, email.
    """

    name: Annotated[str, SENSITIVE]
    phone: Annotated[str | None, SENSITIVE] = None
    email: Annotated[str | None, SENSITIVE] = None
    language: str | None = None
    document: Annotated[str | None, SENSITIVE] = None
    channels: tuple[str, ...] = ()


class Time(msgspec.Struct, frozen=True, omit_defaults=True):
    """When: the visit in UTC, what it takes from the doctor (buffers), and what the clocks of the clinic show."""

    start: datetime
    end: datetime
    busy_from: datetime
    busy_until: datetime
    date: str  # "2026-03-15", in the clinic's zone
    clock: str  # "10:00"
    zone: str
    fold: int = 0

    @property
    def day(self) -> Date:
        """On which date, by the clinic's clocks."""
        return Date.fromisoformat(self.date)

    @property
    def minutes(self) -> int:
        """How long the visit lasts."""
        return int((self.end - self.start).total_seconds()) // 60


class First(msgspec.Struct, frozen=True):
    """With whom and when a moved appointment was to be at first: what its booking answered."""

    doctor_id: str
    doctor_name: str
    time: Time


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entry of the history: what was done, when, by whom; and where it left the appointment.

    `overbooked`: although the time was taken. `reason` is a code of a cancellation, or why it was overbooked or undone.
    """

    verb: str
    state: State
    at: datetime
    by: str
    start: datetime | None = None
    reason: Annotated[str, SENSITIVE] = ""
    overbooked: bool = False


class Appointment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One appointment. `patient` is None while it is held for nobody in particular, or after an erasure.

    `sequence` counts changes of time and place, as iCalendar does. `cancellation` is a code of HL7's
    appointment-cancellation-reason. `capacity`: how many the doctor sees at once then. At
    `release_at` it is let go, unless it is confirmed by then.
    """

    clinic_id: str
    doctor_id: str
    doctor_name: str
    time: Time
    state: State
    source: Source = Source.DESK
    patient_id: str = ""
    patient: Patient | None = None
    visit_type_id: str = ""
    held_until: datetime | None = None
    release_at: datetime | None = None
    overbooked: bool = False
    capacity: int = 1
    cancellation: str = ""
    sequence: int = 0
    first: First | None = None
    reason: Annotated[str, SENSITIVE] = ""
    notes: Annotated[str, SENSITIVE] = ""
    steps: tuple[Step, ...] = ()

    def came_to(
        self,
        state: State,
        verb: Verb | str,
        actor: Actor,
        now: datetime,
        reason: str = "",
        *,
        overbooked: bool = False,
    ) -> "Appointment":
        """Return the appointment in a state, with the step that brought it there."""
        step = Step(str(verb), state, now, actor.subject, self.time.start, reason, overbooked)
        steps = (*self.steps[:1], *self.steps[1:][-(MAX_STEPS - 2) :], step)
        return replace(self, state=state, steps=steps)


def _as_created(appointment: Appointment) -> Appointment:
    """Take an appointment back to the state and time that its creation answered."""
    step, first = appointment.steps[0], appointment.first
    was = replace(appointment, state=step.state, steps=(step,), cancellation="", sequence=0, first=None)
    if first is None:
        return was
    return replace(was, doctor_id=first.doctor_id, doctor_name=first.doctor_name, time=first.time)


APPOINTMENTS = Kind(
    "appointment",
    Appointment,
    indexes=(
        Index("by_clinic", lambda one: one.clinic_id, lambda one: sortable(one.time.start)),
        Index("by_doctor", lambda one: one.doctor_id, lambda one: sortable(one.time.start)),
        Index("by_patient", lambda one: one.patient_id or None, lambda one: sortable(one.time.start)),
    ),
    as_created=_as_created,
)
