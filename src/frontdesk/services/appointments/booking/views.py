"""Reading: single appointments and lists, and what each looks like from outside. Who looked is kept."""

from datetime import datetime, timedelta
from typing import Annotated

import msgspec

from frontdesk.kernel.errors import Fault, Invalid
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.sensitive import SENSITIVE
from frontdesk.kernel.time import sortable
from frontdesk.kernel.unit import Page, Unit
from frontdesk.lists import bound, cursor_of, moment_of
from frontdesk.services.appointments.access import check_staff
from frontdesk.services.appointments.booking.asking import clinic_of
from frontdesk.services.appointments.booking.commands import ListAppointments
from frontdesk.services.appointments.booking.handlers import open_appointment
from frontdesk.services.appointments.booking.model import APPOINTMENTS, Appointment, Patient, Source
from frontdesk.services.appointments.booking.states import ALLOWED, AWAITED, State
from frontdesk.services.appointments.clinics.model import CLINICS
from frontdesk.services.appointments.clinics.setting import FIRST_DAY, LAST_DAY
from frontdesk.services.appointments.hours.clock import day_span
from frontdesk.services.appointments.privacy.accesses import note

MAX_SCANNED_PAGES = 5  # for one answer, where a list is looked through for a state or a doctor
UNMARKED_AFTER = timedelta(minutes=30)  # its end, a visit whose outcome nobody has noted is asked about


class AppointmentView(msgspec.Struct, frozen=True, omit_defaults=True):
    """An appointment. Date and time are those of the clinic's clocks; `allowed` is what can be done with it now."""

    appointment_id: str
    patient_name: Annotated[str, SENSITIVE]
    doctor_name: str
    appointment_date: str
    appointment_time: str
    state: State
    clinic_id: str
    doctor_id: str
    patient_id: str
    duration_minutes: int
    start_utc: datetime
    end_utc: datetime
    time_zone: str
    source: Source
    allowed: tuple[str, ...]
    fold: int = 0
    patient_phone: Annotated[str | None, SENSITIVE] = None
    patient_email: Annotated[str | None, SENSITIVE] = None
    patient_language: str | None = None
    patient_document: Annotated[str | None, SENSITIVE] = None
    patient_channels: tuple[str, ...] = ()
    visit_type_id: str = ""
    reason: Annotated[str, SENSITIVE] = ""
    notes: Annotated[str, SENSITIVE] = ""
    held_until: datetime | None = None
    release_at: datetime | None = None
    overbooked: bool = False
    cancellation_reason: str = ""
    sequence: int = 0


class AppointmentList(msgspec.Struct, frozen=True):
    """Part of a list, by time. Ask again with `cursor` for what follows; without one this is the end."""

    items: tuple[AppointmentView, ...]
    cursor: str | None = None


class StepView(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was done, when, by which subject, and where it left the appointment."""

    verb: str
    state: State
    at: datetime
    by: str
    start_utc: datetime | None = None
    reason: Annotated[str, SENSITIVE] = ""
    overbooked: bool = False


class History(msgspec.Struct, frozen=True):
    """What became of an appointment, oldest first."""

    items: tuple[StepView, ...]


async def show_appointment(unit: Unit, id: str) -> Stored[Appointment]:
    """Return one appointment, to the clinic's people. Raises NotFound."""
    stored = await open_appointment(unit, id)
    await note(unit, "appointment", {stored.value.clinic_id: [stored.value.patient_id]})
    return stored


async def show_history(unit: Unit, id: str) -> Stored[Appointment]:
    """Return what became of one appointment, to the clinic's people. Raises NotFound."""
    stored = await open_appointment(unit, id)
    await note(unit, "appointment history", {stored.value.clinic_id: [stored.value.patient_id]})
    return stored


async def list_appointments(unit: Unit, query: ListAppointments) -> Page[Appointment]:
    """Return a clinic's appointments by time, to its people; of a doctor, of a patient. Raises NotFound, Invalid.

    Those of one state are found among all: a page may hold fewer than asked for, or none, and still have a cursor.
    """
    clinic_id = clinic_of(unit.caller, query.clinic_id)
    check_staff(unit.caller, clinic_id)
    since, until = await _window(unit, query, clinic_id)
    index, partition = _list_for(query, clinic_id)
    position, found = moment_of(query.cursor), list[Stored[Appointment]]()
    for _ in range(MAX_SCANNED_PAGES):
        page = await unit.query(
            APPOINTMENTS,
            index,
            partition,
            since=since,
            until=until,
            cursor=position,
            limit=query.limit - len(found),
            newest_first=False,
        )
        found += [one for one in page.items if _is_wanted(one.value, query, clinic_id, unit.now)]
        position = page.cursor
        if not position or len(found) == query.limit:
            break
    await note(unit, "appointment list", {clinic_id: [one.value.patient_id for one in found]})
    return Page(tuple(found), position)


async def _window(unit: Unit, query: ListAppointments, clinic_id: str) -> tuple[str, str]:
    if query.day is None:
        until = query.until
        if query.unmarked:
            until = min(until or unit.now, unit.now)
        return bound("since", query.since), bound("until", until)
    if query.since is not None or query.until is not None:
        raise Invalid((Fault("/date", "two_windows", "Send a date, or since and until."),))
    if not FIRST_DAY <= query.day <= LAST_DAY:
        raise Invalid((Fault("/date", "out_of_range", f"Must be from {FIRST_DAY} to {LAST_DAY}."),))
    clinic = await unit.get(CLINICS, clinic_id)
    span = day_span(query.day, clinic.value.time_zone)
    return sortable(span.start), sortable(span.end)


def _list_for(query: ListAppointments, clinic_id: str) -> tuple[str, str]:
    if query.patient_id is not None:
        return "by_patient", query.patient_id
    if query.doctor_id is not None:
        return "by_doctor", query.doctor_id
    return "by_clinic", clinic_id


def _is_wanted(one: Appointment, query: ListAppointments, clinic_id: str, now: datetime) -> bool:
    over = one.state in AWAITED and one.time.end + UNMARKED_AFTER <= now
    return (
        one.clinic_id == clinic_id
        and query.doctor_id in {None, one.doctor_id}
        and query.state in {None, one.state}
        and (over or not query.unmarked)
    )


def appointment_view(stored: Stored[Appointment]) -> AppointmentView:
    """Show an appointment."""
    one = stored.value
    patient = one.patient or Patient("")
    return AppointmentView(
        appointment_id=stored.id,
        patient_name=patient.name,
        doctor_name=one.doctor_name,
        appointment_date=one.time.date,
        appointment_time=one.time.clock,
        state=one.state,
        clinic_id=one.clinic_id,
        doctor_id=one.doctor_id,
        patient_id=one.patient_id,
        duration_minutes=one.time.minutes,
        start_utc=one.time.start,
        end_utc=one.time.end,
        time_zone=one.time.zone,
        source=one.source,
        allowed=ALLOWED[one.state],
        fold=one.time.fold,
        patient_phone=patient.phone,
        patient_email=patient.email,
        patient_language=patient.language,
        patient_document=patient.document,
        patient_channels=patient.channels,
        visit_type_id=one.visit_type_id,
        reason=one.reason,
        notes=one.notes,
        held_until=one.held_until,
        release_at=one.release_at,
        overbooked=one.overbooked,
        cancellation_reason=one.cancellation,
        sequence=one.sequence,
    )


def appointment_list(page: Page[Appointment]) -> AppointmentList:
    """Show part of a list."""
    return AppointmentList(tuple(appointment_view(stored) for stored in page.items), cursor_of(page.cursor))


def history(stored: Stored[Appointment]) -> History:
    """Show what became of an appointment."""
    return History(
        tuple(
            StepView(step.verb, step.state, step.at, step.by, step.start, step.reason, step.overbooked)
            for step in stored.value.steps
        )
    )
