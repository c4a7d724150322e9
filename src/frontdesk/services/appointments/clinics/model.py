"""Clinics, doctors, visit types, and when a doctor works: what is kept of them.

Pure. A clinic's id is a word that its owner chose; the others' are made here.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Annotated

import msgspec

from frontdesk.kernel.kinds import Index, Kind
from frontdesk.kernel.sensitive import SENSITIVE
from frontdesk.services.appointments.clinics.names import plain_name
from frontdesk.services.appointments.hours.free import Terms, Visit
from frontdesk.services.appointments.hours.week import HoursException, Opening, Week, WeeklyRule

TERMS_AT_HAND = 256  # most clinics of a country have the same


class PendingPolicy(StrEnum):
    """What becomes of a visit that its patient has not confirmed: nothing, a line on the call list, or it is let go."""

    KEEP = "keep"
    FLAG = "flag"
    RELEASE = "release"


class ReminderKind(StrEnum):
    """What a reminder says: will you come? (with buttons); you have not answered (only if so); it is soon."""

    CONFIRM = "confirm"
    PENDING = "pending"
    SOON = "soon"


class ReminderStep(msgspec.Struct, frozen=True, omit_defaults=True):
    """When a patient is reminded, by the clocks of the clinic.

    So many days before, at `at` ("10:00"; without it, at the time of the visit itself), or, with `minutes_before`,
    so many minutes of real time before.
    """

    kind: ReminderKind
    days_before: int = 0
    at: str | None = None
    minutes_before: int | None = None


class Quiet(msgspec.Struct, frozen=True):
    """When no patient is to be disturbed: from ("21:00") to ("08:00"), over midnight."""

    begins: str = msgspec.field(default="21:00", name="from")
    ends: str = msgspec.field(default="08:00", name="to")


USUAL_REMINDERS = (
    ReminderStep(ReminderKind.CONFIRM, days_before=2),
    ReminderStep(ReminderKind.PENDING, days_before=1),
    ReminderStep(ReminderKind.SOON, minutes_before=120),
)


class Clinic(msgspec.Struct, frozen=True, kw_only=True):
    """A clinic, as its owner wants it.

    `time_zone` is an IANA name, `country` an ISO 3166 code, `language` a BCP 47 tag. `lead_minutes`: no patient books
    later than this before; `cancel_cutoff_minutes`: nor cancels or moves. `release_hours`: with the policy `release`,
    this long before it an unconfirmed visit is let go. `max_open_per_patient`: visits to come, of one patient.
    `adds_doctors`: a booking that names an unknown doctor makes that doctor.
    """

    name: str
    time_zone: str
    country: str
    language: str
    address: str | None = None
    phone: str | None = None
    email: str | None = None
    grid_minutes: int = 15
    reminders: tuple[ReminderStep, ...] = USUAL_REMINDERS
    quiet_hours: Quiet | None = Quiet()
    hold_seconds: int = 300
    pending_policy: PendingPolicy = PendingPolicy.FLAG
    release_hours: int = 24
    cancel_cutoff_minutes: int = 0
    max_open_per_patient: int = 10
    lead_minutes: int = 0
    horizon_days: int = 365
    adds_doctors: bool = False


class Doctor(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody, or something (a room, a device), with appointments. No visit types: all of the clinic's.

    `time_zone`: by whose clocks they work, None: the clinic's. `daily_cap`: visits on one local date, None: any number.
    """

    clinic_id: str
    name: Annotated[str, SENSITIVE]
    aliases: Annotated[tuple[str, ...], SENSITIVE] = ()
    time_zone: str | None = None
    visit_type_ids: tuple[str, ...] = ()
    daily_cap: int | None = None
    active: bool = True

    def plain_names(self) -> frozenset[str]:
        """Return all names by which this is found, in their plain form."""
        return frozenset(plain_name(name) for name in (self.name, *self.aliases))


class Roster(msgspec.Struct, frozen=True):
    """Whose name is whose at one clinic: plain name -> doctor id. One record, so that no two share a name."""

    names: Annotated[Mapping[str, str], SENSITIVE] = {}

    def with_doctor(self, id: str, doctor: Doctor) -> "Roster":
        """Return the roster with a doctor's names, and no others of theirs."""
        others = {name: owner for name, owner in self.names.items() if owner != id}
        return Roster({**others, **dict.fromkeys(sorted(doctor.plain_names()), id)})

    def taken(self, id: str, doctor: Doctor) -> tuple[str, ...]:
        """Return the names that a doctor cannot have, because they are another's."""
        names = (doctor.name, *doctor.aliases)
        return tuple(name for name in names if self.names.get(plain_name(name), id) != id)


class Modality(StrEnum):
    """How patient and doctor meet."""

    IN_PERSON = "in-person"
    PHONE = "phone"
    VIDEO = "video"


class VisitType(msgspec.Struct, frozen=True, kw_only=True):
    """What can be booked. Minutes are the doctor's: the buffers are taken before and after a visit, and not shown.

    `capacity`: patients at a time; None: as the doctor's hours say. `price` is in minor units of `currency`.
    """

    clinic_id: str
    name: str
    duration_minutes: int
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    capacity: int | None = None
    modality: Modality = Modality.IN_PERSON
    price: int | None = None
    currency: str | None = None
    active: bool = True

    def visit(self, duration_minutes: int | None = None) -> Visit:
        """Return what a visit of this type takes, perhaps for longer than usual."""
        return Visit(
            timedelta(minutes=duration_minutes or self.duration_minutes),
            timedelta(minutes=self.buffer_before_minutes),
            timedelta(minutes=self.buffer_after_minutes),
            self.capacity,
        )


class Schedule(msgspec.Struct, frozen=True):
    """When a doctor works. Under a clinic's id: the hours of those who have no rules, and exceptions for all."""

    clinic_id: str
    rules: tuple[WeeklyRule, ...] = ()
    exceptions: tuple[HoursException, ...] = ()


CLINICS = Kind("clinic", Clinic, often_read=True)
DOCTORS = Kind(
    "doctor",
    Doctor,
    indexes=(Index("by_clinic", lambda doctor: doctor.clinic_id, lambda doctor: plain_name(doctor.name)),),
    often_read=True,
)
ROSTERS = Kind("roster", Roster, often_read=True)  # under the clinic's id
VISIT_TYPES = Kind(
    "visit_type",
    VisitType,
    indexes=(Index("by_clinic", lambda one: one.clinic_id, lambda one: plain_name(one.name)),),
    often_read=True,
)
SCHEDULES = Kind("schedule", Schedule, often_read=True)  # under the doctor's id, or the clinic's


def terms(clinic: Clinic) -> Terms:
    """Return where visits may begin: dates and times are those of the clinic, wherever the doctor is."""
    return _terms(clinic.time_zone, clinic.grid_minutes, clinic.lead_minutes, clinic.horizon_days)


@lru_cache(maxsize=TERMS_AT_HAND)
def _terms(zone: str, grid_minutes: int, lead_minutes: int, horizon_days: int) -> Terms:
    return Terms(zone, grid_minutes, timedelta(minutes=lead_minutes), timedelta(days=horizon_days))


def opening(clinic: Clinic, doctor: Doctor, own: Schedule | None, everybodys: Schedule | None) -> Opening:
    """Return when a doctor works: by their own schedule and clocks, else the clinic's; exceptions are of both."""
    week = own or Schedule(doctor.clinic_id)
    shared = everybodys or Schedule(doctor.clinic_id)
    return (
        Week(doctor.time_zone or clinic.time_zone, week.rules, week.exceptions),
        Week(clinic.time_zone, () if week.rules else shared.rules, shared.exceptions),
    )
