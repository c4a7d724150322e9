"""What the clinic's people may send about appointments: its shape. The rules are in `deciding` and `wishes`."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, field

from frontdesk.kernel import limits
from frontdesk.kernel.sensitive import SENSITIVE
from frontdesk.kernel.shapes import Body, Email, Moment, Note, PersonName, Slug
from frontdesk.services.appointments.booking.states import State
from frontdesk.services.appointments.clinics.commands import ClockTime, DoctorsName, Id, Language

Telephone = Annotated[str, Meta(pattern=r"^\+[1-9][0-9]{7,14}(?!\n)$", description="E.164"), SENSITIVE]
Document = Annotated[
    str,
    Meta(pattern=r"^[0-9A-Za-zÑñ][0-9A-Za-zÑñ .\-/]{1,30}(?!\n)$", description="RUT, CURP, CPF, DNI ..."),
    SENSITIVE,
]
Fold = Annotated[int, Meta(ge=0, le=1, description="which of the two, where the clocks show a time twice")]
Duration = Annotated[int, Meta(ge=5, le=480)]


class Channel(StrEnum):
    """By what a patient can be written to."""

    WHATSAPP = "whatsapp"
    SMS = "sms"
    EMAIL = "email"


# By which the patient agreed to be written to, the preferred first.
Channels = Annotated[tuple[Channel, ...], Meta(max_length=3)]


class FirstState(StrEnum):
    """How an appointment may begin: to be confirmed, agreed upon already, or with no time kept."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    PROPOSED = "proposed"


# Why a visit does not take place: the codes of HL7's appointment-cancellation-reason, whole. Cancelled by answering a
# reminder is pat-crs, by a link pat-cpp, for a place from the waiting list pat-swl.
Cancellation = Literal[
    "pat", "pat-crs", "pat-cpp", "pat-dec", "pat-fb", "pat-lt", "pat-mt", "pat-mv", "pat-preg", "pat-swl", "pat-ucp",
    "prov", "prov-pers", "prov-dch", "prov-edu", "prov-hosp", "prov-labs", "prov-mri", "prov-onc",
    "maint", "meds-inc",
    "other", "oth-cms", "oth-err", "oth-fin", "oth-iv", "oth-int", "oth-mu", "oth-room", "oth-oerr", "oth-swie",
    "oth-weath",
]  # fmt: skip


class _Person(Body, frozen=True, kw_only=True):
    """What is said of a patient besides the name."""

    patient_phone: Telephone | None = None
    patient_email: Email | None = None
    patient_language: Language | None = None
    patient_document: Document | None = None
    patient_channels: Channels = ()


class _What(_Person, frozen=True, kw_only=True):
    """Which time is wanted, and for what. Either `doctor_name` or `doctor_id` is needed.

    `clinic_id` may be left out by whoever works at one clinic only. `overbook` is the reason for taking a time that is
    taken, or outside the doctor's hours; it needs the scope appointments:overbook.
    """

    appointment_date: date
    appointment_time: ClockTime
    doctor_name: DoctorsName | None = None
    doctor_id: Id | None = None
    clinic_id: Slug | None = None
    visit_type_id: Id | None = None
    duration_minutes: Duration | None = None
    fold: Fold | None = None
    overbook: Note | None = None
    reason: Note | None = None
    notes: Note | None = None


class BookAppointment(_What, frozen=True, kw_only=True):
    """Book a time for a patient."""

    patient_name: PersonName
    state: FirstState = FirstState.PENDING


class HoldTime(_What, frozen=True, kw_only=True):
    """Keep a time for some minutes while somebody decides; who it is may be said later."""

    patient_name: PersonName | None = None


class CompleteHold(_Person, frozen=True, kw_only=True):
    """Make a held time the patient's. Who it is may be left out if the hold said so."""

    patient_name: PersonName | None = None
    confirmed: bool = False


class ChangeAppointment(Body, frozen=True, kw_only=True):
    """Change what is named here, and nothing else. Another date, time, doctor or length moves the appointment.

    `state` may be `confirmed` or `cancelled`. `appointment_id` and `clinic_id`, if sent, must be those it has.
    """

    appointment_id: Id | None = None
    clinic_id: Slug | None = None
    patient_name: PersonName | None = None
    patient_phone: Telephone | None = None
    patient_email: Email | None = None
    patient_language: Language | None = None
    patient_document: Document | None = None
    patient_channels: Channels | None = None
    doctor_name: DoctorsName | None = None
    doctor_id: Id | None = None
    appointment_date: date | None = None
    appointment_time: ClockTime | None = None
    visit_type_id: Id | None = None
    duration_minutes: Duration | None = None
    fold: Fold | None = None
    overbook: Note | None = None
    reason: Note | None = None
    notes: Note | None = None
    state: State | None = None


class MoveAppointment(Body, frozen=True, kw_only=True):
    """Move to this time; without a doctor, with the same one."""

    appointment_date: date
    appointment_time: ClockTime
    doctor_name: DoctorsName | None = None
    doctor_id: Id | None = None
    duration_minutes: Duration | None = None
    fold: Fold | None = None
    overbook: Note | None = None


class CancelAppointment(Body, frozen=True, kw_only=True):
    """Why it does not take place."""

    reason: Cancellation = "other"


class Reopen(Body, frozen=True, kw_only=True):
    """Take the time again, even if it is taken by now (`overbook`: why)."""

    overbook: Note | None = None


class Because(Body, frozen=True):
    """Why the record of what happened is put right."""

    reason: Note


class ListAppointments(Body, frozen=True, kw_only=True):
    """Which appointments: of a day of the clinic's calendar, or between two moments.

    `unmarked`: over for half an hour, and nobody has said whether the patient came.
    """

    clinic_id: Slug | None = None
    day: date | None = field(default=None, name="date")
    since: Moment | None = None
    until: Moment | None = None
    doctor_id: Id | None = None
    patient_id: Id | None = None
    state: State | None = None
    unmarked: bool = False
    cursor: Annotated[str, Meta(max_length=200)] = ""
    limit: Annotated[int, Meta(ge=1, le=limits.PAGE_MAX)] = limits.PAGE_DEFAULT
