"""From what is asked for to a wish: which doctor the name means, which moment the clock, and who the patient is."""

from datetime import date, datetime, time, timedelta

import msgspec
from msgspec.structs import replace

from frontdesk.kernel.errors import Fault, Invalid
from frontdesk.kernel.ids import derived_id
from frontdesk.kernel.kinds import AnyStored, Stored
from frontdesk.kernel.unit import Unit
from frontdesk.services.appointments.booking.change import Wish
from frontdesk.services.appointments.booking.model import Appointment, Patient, Source, Time
from frontdesk.services.appointments.clinics.documents import plain_document
from frontdesk.services.appointments.clinics.model import CLINICS, Clinic, Doctor, PendingPolicy
from frontdesk.services.appointments.clinics.names import plain_name
from frontdesk.services.appointments.clinics.reading import (
    Practice,
    UnknownDoctor,
    find_doctor,
    find_visit_type,
    practice,
)
from frontdesk.services.appointments.clinics.roster import doctor_by_name
from frontdesk.services.appointments.clinics.setting import FIRST_DAY, LAST_DAY
from frontdesk.services.appointments.hours.clock import resolve_local, to_local
from frontdesk.services.appointments.hours.free import Visit
from frontdesk.services.appointments.hours.refusals import OffGrid, OutsideHours
from frontdesk.services.appointments.hours.spans import capacity_in
from frontdesk.services.appointments.hours.week import working_intervals
from frontdesk.services.appointments.ports import Seals

USUAL_MINUTES = 30  # of a visit without a type


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody asks for: `doctor_id` or a name, and a wall-clock time of the clinic, or a moment (`start`).

    `overbook` is the reason for taking a time that is taken or outside the doctor's hours, "" to be refused.
    `patient_id`: that of the patient, where it is known already.
    """

    clinic_id: str
    doctor_id: str = ""
    doctor_name: str = ""
    day: date | None = None
    clock: str = ""
    fold: int | None = None
    start: datetime | None = None
    minutes: int | None = None
    visit_type_id: str = ""
    patient: Patient | None = None
    patient_id: str = ""
    overbook: str = ""
    source: Source = Source.DESK
    reason: str = ""
    notes: str = ""


class Prepared(msgspec.Struct, frozen=True):
    """A wish, with what other times could be offered by; `new`: a doctor of whom nobody had heard, to be kept too."""

    wish: Wish
    practice: Practice
    visit: Visit
    new: tuple[AnyStored, ...] = ()


async def prepare(unit: Unit, asked: Asked) -> Prepared:
    """Read the clinic and return the wish.

    Raises UnknownDoctor, UnknownVisitType, NonexistentTime, AmbiguousTime, OffGrid, OutsideHours, Invalid.
    """
    doctor, new = await _doctor(unit, asked)
    at_work = await practice(unit, doctor)
    visit = Visit(timedelta(minutes=asked.minutes or USUAL_MINUTES))
    if asked.visit_type_id:
        found = await find_visit_type(unit, doctor.value, asked.visit_type_id)
        visit = found.value.visit(asked.minutes)
    clinic = at_work.clinic.value
    when = _time(asked, at_work, visit)
    hours = _capacity(asked, at_work, visit, when)
    wish = Wish(
        clinic_id=asked.clinic_id,
        doctor_id=doctor.id,
        doctor_name=doctor.value.name,
        time=when,
        capacity=hours or 1,
        outside=not hours,
        window=at_work.terms.window(unit.now),
        visit_type_id=asked.visit_type_id,
        patient_id=asked.patient_id,
        patient=asked.patient,
        max_open=clinic.max_open_per_patient,
        daily_cap=doctor.value.daily_cap,
        release=release_of(clinic),
        overbook=asked.overbook,
        source=asked.source,
        reason=asked.reason,
        notes=asked.notes,
    )
    if not asked.patient_id:
        wish = for_patient(unit, wish, asked.patient, clinic)
    return Prepared(wish, at_work, visit, new)


def for_patient(unit: Unit, wish: Wish, patient: Patient | None, clinic: Clinic) -> Wish:
    """Return a wish for this patient. Raises Invalid for a document that cannot exist."""
    if patient is None:
        return wish
    patient, id = known(unit, wish.clinic_id, clinic, patient)
    return replace(wish, patient=patient, patient_id=id)


def known(unit: Unit, clinic_id: str, clinic: Clinic, patient: Patient) -> tuple[Patient, str]:
    """Return a patient with their document in its one spelling, and their id.

    Raises Invalid for an impossible document, and for a name of which nothing can be said.
    """
    if not plain_name(patient.name):
        raise Invalid((Fault("/patient_name", "no_words", "Must have a letter or a digit."),))
    if patient.document is not None:
        document = plain_document(clinic.country, patient.document)
        if document is None:
            fault = Fault("/patient_document", "bad_document", "There is no such document in this country.")
            raise Invalid((fault,))
        patient = replace(patient, document=document)
    return patient, identify(unit.provider(Seals), clinic_id, patient)  # type: ignore[type-abstract]


def again(appointment: Appointment, clinic: Clinic) -> Wish:
    """Return the wish for what an appointment has already."""
    return Wish(
        clinic_id=appointment.clinic_id,
        doctor_id=appointment.doctor_id,
        doctor_name=appointment.doctor_name,
        time=appointment.time,
        capacity=appointment.capacity,
        visit_type_id=appointment.visit_type_id,
        patient_id=appointment.patient_id,
        patient=appointment.patient,
        max_open=clinic.max_open_per_patient,
        release=release_of(clinic),
        is_kept=True,
        source=appointment.source,
        reason=appointment.reason,
        notes=appointment.notes,
    )


def identify(seals: Seals, clinic_id: str, patient: Patient) -> str:
    """Return the id of a patient at a clinic: the same for the same document, else telephone and name, else name.

    Not for the same telephone alone: a mother books for two children with hers.
    """
    if patient.document:
        who = f"document {patient.document}"
    else:
        who = f"name {plain_name(patient.name)} {patient.phone or ''}"
    return derived_id("pat", seals.seal("patient", f"{clinic_id} {who}"))


def release_of(clinic: Clinic) -> timedelta | None:
    """Return how long before it an unconfirmed visit is let go, if this clinic does so."""
    policy = clinic.pending_policy
    return timedelta(hours=clinic.release_hours) if policy is PendingPolicy.RELEASE else None


def time_of(start: datetime, visit: Visit, zone: str) -> Time:
    """Return a visit that begins at a UTC moment, as the clinic's clocks show it."""
    shown = to_local(start, zone)
    busy_from, busy_until = visit.taken(start)
    return Time(
        start=start,
        end=start + visit.duration,
        busy_from=busy_from,
        busy_until=busy_until,
        date=shown.date().isoformat(),
        clock=f"{shown.hour:02}:{shown.minute:02}",
        zone=zone,
        fold=shown.fold,
    )


async def _doctor(unit: Unit, asked: Asked) -> tuple[Stored[Doctor], tuple[AnyStored, ...]]:
    """Return the doctor, and what has to be kept where the clinic adds whoever is named. Raises UnknownDoctor."""
    try:
        return await find_doctor(unit, asked.clinic_id, name=asked.doctor_name, doctor_id=asked.doctor_id), ()
    except UnknownDoctor:
        clinic = await unit.get(CLINICS, asked.clinic_id)
        if asked.doctor_id or not clinic.value.adds_doctors:
            raise
        return (new := await doctor_by_name(unit, clinic.id, asked.doctor_name))[0], new


def _time(asked: Asked, at_work: Practice, visit: Visit) -> Time:
    terms = at_work.terms
    start = asked.start
    if start is None:
        if asked.day is None or not asked.clock:
            raise Invalid((Fault("/appointment_time", "missing", "Say a date and a time."),))
        _check_day(asked.day)
        start = resolve_local(asked.day, time.fromisoformat(asked.clock), terms.zone, asked.fold)
    _check_day(start.date())
    if terms.on_grid(start) != start:
        raise OffGrid(grid_minutes=terms.grid_minutes)
    return time_of(start, visit, terms.zone)


def _check_day(day: date) -> None:
    """Refuse what is beyond all calendars: around it there is no room for any time zone. Raises Invalid."""
    if not FIRST_DAY <= day <= LAST_DAY:
        advice = f"Must be from {FIRST_DAY} to {LAST_DAY}."
        raise Invalid((Fault("/appointment_date", "out_of_range", advice),))


def _capacity(asked: Asked, at_work: Practice, visit: Visit, when: Time) -> int:
    """Return how many patients are seen at once then; 0 outside the hours. Raises OutsideHours, unless overbooking."""
    opens = working_intervals(at_work.opening, when.busy_from, when.busy_until, asked.visit_type_id)
    hours = capacity_in(opens, when.busy_from, when.busy_until)
    if not hours and not asked.overbook:
        raise OutsideHours
    return (visit.capacity or hours) if hours else 0
