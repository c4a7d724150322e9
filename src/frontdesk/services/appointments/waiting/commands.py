"""What the clinic's people may send about the waiting list, the call list and the figures: its shape."""

from datetime import date
from typing import Annotated

from msgspec import Meta, field

from frontdesk.kernel import limits
from frontdesk.kernel.shapes import Body, Email, PersonName, Slug
from frontdesk.services.appointments.booking.commands import Channels, Document, Duration, Telephone
from frontdesk.services.appointments.clinics.commands import ClockTime, DoctorsName, EndTime, Id, Language
from frontdesk.services.appointments.waiting.entries import LEAST_URGENT, MOST_URGENT, EntryState

MAX_NOTICE = 7 * 24 * 60
Weekday = Annotated[int, Meta(ge=1, le=7, description="1 is Monday")]
Priority = Annotated[int, Meta(ge=MOST_URGENT, le=LEAST_URGENT)]


class JoinWaitingList(Body, frozen=True, kw_only=True):
    """Let somebody wait for a time that suits them; what is left out suits at any.

    The dates are the clinic's, both included; without them from today on, for 90 days. A visit is to lie within
    `window_from` and `window_to`. `priority`: 1 is served first. `notice_minutes`: what begins sooner than that cannot
    be managed. `swaps` is a visit of the same patient that they give up when they get an earlier one.
    """

    clinic_id: Slug | None = None
    patient_name: PersonName | None = None
    patient_phone: Telephone | None = None
    patient_email: Email | None = None
    patient_language: Language | None = None
    patient_document: Document | None = None
    patient_channels: Channels = ()
    doctor_id: Id | None = None
    doctor_name: DoctorsName | None = None
    visit_type_id: Id | None = None
    duration_minutes: Duration | None = None
    earliest: date | None = None
    latest: date | None = None
    weekdays: Annotated[tuple[Weekday, ...], Meta(max_length=7)] = ()
    window_from: ClockTime = "00:00"
    window_to: EndTime = "24:00"
    notice_minutes: Annotated[int, Meta(ge=0, le=MAX_NOTICE)] = 60
    priority: Priority = 5
    swaps: Id | None = None


class ListWaiting(Body, frozen=True, kw_only=True):
    """Who is on a clinic's waiting list: those who wait, in their order; with `state`, of that state, newest first."""

    clinic_id: Slug | None = None
    state: EntryState = EntryState.WAITING
    cursor: Annotated[str, Meta(max_length=300)] = ""
    limit: Annotated[int, Meta(ge=1, le=limits.PAGE_MAX)] = limits.PAGE_DEFAULT


class AskCalls(Body, frozen=True, kw_only=True):
    """Of which day of the clinic's calendar; without one, tomorrow's."""

    day: date | None = field(default=None, name="date")


class AskFigures(Body, frozen=True, kw_only=True):
    """Of which days of the clinic's calendar, both included: 92 at most."""

    first: date = field(name="from")
    last: date = field(name="to")
