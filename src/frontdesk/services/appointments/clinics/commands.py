"""What a clinic's people may send: its shape. The rules are in `setting`."""

from datetime import date
from typing import Annotated

from msgspec import Meta, field

from frontdesk.kernel import limits
from frontdesk.kernel.money import Currency, Minor
from frontdesk.kernel.sensitive import SENSITIVE
from frontdesk.kernel.shapes import Body, Email, Note, PersonName, Phone, Title
from frontdesk.services.appointments.clinics.model import Modality, PendingPolicy, ReminderKind
from frontdesk.services.appointments.hours.week import ExceptionKind

MAX_ALIASES = 20
MAX_OF_VISIT = 480  # minutes
MAX_BUFFER = 240  # minutes
MAX_CAPACITY = 50
MAX_RULES = 100  # of one doctor's week, past and future ones too
MAX_REMINDERS = 8
MAX_VISIT_TYPES = 50  # of one doctor or rule
MAX_SPAN_DAYS = 731  # of one exception

_REGIONS = "Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Etc|Europe|Indian|Pacific"
_ZONE = rf"^(UTC|({_REGIONS})(/[A-Za-z0-9_+-]{{1,30}}){{1,2}})(?!\n)$"
_NO_CONTROLS = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*(?!\n)$"
_START = r"^([01][0-9]|2[0-3]):[0-5][0-9](?!\n)$"
_END = r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)(?!\n)$"

Zone = Annotated[str, Meta(pattern=_ZONE, description="IANA time zone")]
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}(?!\n)$", description="ISO 3166-1 alpha-2")]
Language = Annotated[
    str, Meta(pattern=r"^[a-z]{2}(-[A-Z]{2})?(?!\n)$", description="BCP 47: es, es-CL, pt-BR")
]
ClockTime = Annotated[str, Meta(pattern=_START, description="local time, HH:MM")]
EndTime = Annotated[str, Meta(pattern=_END, description="local time, HH:MM; midnight is 24:00")]
Weekday = Annotated[int, Meta(ge=1, le=7, description="1 is Monday")]
Capacity = Annotated[int, Meta(ge=1, le=MAX_CAPACITY, description="patients at a time")]
Minutes = Annotated[int, Meta(ge=0, le=MAX_BUFFER)]
Id = Annotated[str, Meta(min_length=1, max_length=100)]
# A doctor as somebody writes the name: spaces around it, a title or an accent too few do not make it another.
DoctorsName = Annotated[str, Meta(pattern=_NO_CONTROLS, min_length=1, max_length=200), SENSITIVE]
VisitTypeIds = Annotated[tuple[Id, ...], Meta(max_length=MAX_VISIT_TYPES, description="none: all of them")]


class SetReminder(Body, frozen=True, kw_only=True):
    """One reminder: so many days before, at `at` or the time of the visit; or so many minutes before."""

    kind: ReminderKind
    days_before: Annotated[int, Meta(ge=0, le=30)] = 0
    at: ClockTime | None = None
    minutes_before: Annotated[int, Meta(ge=1, le=2880)] | None = None


class SetQuiet(Body, frozen=True):
    """When nobody is to be disturbed, over midnight."""

    begins: ClockTime = field(default="21:00", name="from")
    ends: ClockTime = field(default="08:00", name="to")


USUAL_REMINDERS = (
    SetReminder(kind=ReminderKind.CONFIRM, days_before=2),
    SetReminder(kind=ReminderKind.PENDING, days_before=1),
    SetReminder(kind=ReminderKind.SOON, minutes_before=120),
)


class SetClinic(Body, frozen=True, kw_only=True):
    """Make the clinic so. What is left out is set to its default."""

    name: Title
    time_zone: Zone
    country: Country
    language: Language
    address: Title | None = None
    phone: Phone | None = None
    email: Email | None = None
    grid_minutes: Annotated[int, Meta(ge=5, le=60)] = 15
    reminders: Annotated[tuple[SetReminder, ...], Meta(max_length=MAX_REMINDERS)] = USUAL_REMINDERS
    quiet_hours: SetQuiet | None = SetQuiet()
    hold_seconds: Annotated[int, Meta(ge=60, le=3600)] = 300
    pending_policy: PendingPolicy = PendingPolicy.FLAG
    release_hours: Annotated[int, Meta(ge=1, le=168)] = 24
    cancel_cutoff_minutes: Annotated[int, Meta(ge=0, le=20_160)] = 0
    max_open_per_patient: Annotated[int, Meta(ge=1, le=50)] = 10
    lead_minutes: Annotated[int, Meta(ge=0, le=43_200)] = 0
    horizon_days: Annotated[int, Meta(ge=1, le=731)] = 365
    adds_doctors: bool = False


class SetDoctor(Body, frozen=True, kw_only=True):
    """Make the doctor so. What is left out is set to its default."""

    name: PersonName
    aliases: Annotated[tuple[PersonName, ...], Meta(max_length=MAX_ALIASES)] = ()
    time_zone: Zone | None = None
    visit_type_ids: VisitTypeIds = ()
    daily_cap: Annotated[int, Meta(ge=1, le=500)] | None = None
    active: bool = True


class SetVisitType(Body, frozen=True, kw_only=True):
    """Make the visit type so. What is left out is set to its default."""

    name: Title
    duration_minutes: Annotated[int, Meta(ge=5, le=MAX_OF_VISIT)]
    buffer_before_minutes: Minutes = 0
    buffer_after_minutes: Minutes = 0
    capacity: Capacity | None = None
    modality: Modality = Modality.IN_PERSON
    price: Minor | None = None
    currency: Currency | None = None
    active: bool = True


class SetRule(Body, frozen=True, kw_only=True):
    """Working hours on one weekday, from the first to the last date on which they are so."""

    weekday: Weekday
    start: ClockTime
    end: EndTime
    visit_type_ids: VisitTypeIds = ()
    capacity: Capacity = 1
    valid_from: date | None = None
    valid_to: date | None = None


class SetHours(Body, frozen=True):
    """A doctor's whole week: these rules and no others. Exceptions stay as they are."""

    rules: Annotated[tuple[SetRule, ...], Meta(max_length=MAX_RULES)]


class AddException(Body, frozen=True, kw_only=True):
    """On these dates it is otherwise: closed, or open as well. Without times: the whole day."""

    kind: ExceptionKind
    first: date
    last: date | None = None
    start: ClockTime = "00:00"
    end: EndTime = "24:00"
    visit_type_ids: VisitTypeIds = ()
    capacity: Capacity = 1
    reason: Note | None = None


class ListOf(Body, frozen=True):
    """Which part of a list."""

    cursor: Annotated[str, Meta(max_length=1_000)] = ""
    limit: Annotated[int, Meta(ge=1, le=limits.PAGE_MAX)] = limits.PAGE_DEFAULT


class ListDoctors(ListOf, frozen=True):
    """Which doctors: all of a clinic, or the one of this name, however it is written."""

    name: DoctorsName | None = None
