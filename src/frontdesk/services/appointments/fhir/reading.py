"""Searches: what another system reads in FHIR. Who looked is kept, as everywhere."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from frontdesk.kernel.errors import Fault, Invalid, NotFound
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.unit import Page, Unit
from frontdesk.lists import cursor_of, position_of
from frontdesk.services.appointments.access import check_staff
from frontdesk.services.appointments.booking.asking import clinic_of
from frontdesk.services.appointments.booking.commands import ListAppointments
from frontdesk.services.appointments.booking.free import busy_times, find_free
from frontdesk.services.appointments.booking.model import Appointment
from frontdesk.services.appointments.booking.views import list_appointments, show_appointment
from frontdesk.services.appointments.booking.wishes import USUAL_MINUTES
from frontdesk.services.appointments.clinics.model import CLINICS, DOCTORS, Clinic, Doctor
from frontdesk.services.appointments.clinics.reading import Practice, find_visit_type, practice
from frontdesk.services.appointments.fhir import resources
from frontdesk.services.appointments.fhir.codes import STATUS, is_time_id, own_id, read_time_id, referred
from frontdesk.services.appointments.fhir.commands import (
    FindAppointments,
    SearchAppointments,
    SearchSchedules,
    SearchSlots,
)
from frontdesk.services.appointments.fhir.periods import Period, read_moment, read_period
from frontdesk.services.appointments.fhir.resources import Resource
from frontdesk.services.appointments.hours.free import INSTANT, Visit

LOOKED_AT = timedelta(days=31)  # for free times
FREE, BUSY, TENTATIVE, CLOSED = "free", "busy", "busy-tentative", "busy-unavailable"


async def read_appointment(unit: Unit, id: str) -> Stored[Appointment]:
    """Return one appointment. Raises NotFound."""
    return await show_appointment(unit, own_id(id))


async def search_appointments(unit: Unit, query: SearchAppointments) -> Resource:
    """Return a clinic's appointments by time. A page may hold fewer than asked for, or none, and not be the last."""
    clinic_id, doctor_id, patient_id = await _whose(unit, query)
    clinic = await unit.get(CLINICS, clinic_id)
    period = read_period("date", query.date, clinic.value.time_zone)
    page = await list_appointments(
        unit,
        ListAppointments(
            clinic_id=clinic_id,
            doctor_id=doctor_id or None,
            patient_id=patient_id or None,
            since=period.since,
            until=period.until,
            cursor=query.cursor,
            limit=query.count,
        ),
    )
    wanted = {*query.status.split(",")} - {""} or {*STATUS.values()}
    found = [resources.appointment(one) for one in page.items if STATUS[one.value.state] in wanted]
    return resources.bundle(found, _next(query, page))


async def read_schedule(unit: Unit, id: str) -> Resource:
    """Return a doctor's calendar as such. Raises NotFound."""
    at_work = await _practice(unit, own_id(id))
    return _schedule(unit, at_work.doctor, at_work.clinic.value)


async def search_schedules(unit: Unit, query: SearchSchedules) -> Resource:
    """Return the calendars of a doctor, or of all doctors of a clinic, by name."""
    type, id = referred(query.actor, "Practitioner", "Location") if query.actor else ("", "")
    if type == "Practitioner":
        return resources.bundle([await read_schedule(unit, id)])
    clinic_id = clinic_of(unit.caller, id or None)
    check_staff(unit.caller, clinic_id)
    clinic = await unit.get(CLINICS, clinic_id)
    page = await unit.query(
        DOCTORS,
        "by_clinic",
        clinic_id,
        cursor=position_of(query.cursor),
        limit=query.count,
        newest_first=False,
    )
    found = [_schedule(unit, one, clinic.value) for one in page.items]
    return resources.bundle(found, _next(query, page))


async def read_slot(unit: Unit, id: str) -> Resource:
    """Return whether a stretch of a doctor's time is free. Raises NotFound."""
    doctor_id, start, minutes = read_time_id(id)
    at_work = await _practice(unit, doctor_id)
    end = start + timedelta(minutes=minutes)
    taken = await busy_times(unit, doctor_id, start, end)
    if taken:
        status = TENTATIVE if all(one.until is not None for one in taken) else BUSY
    else:
        visit = Visit(end - start)
        free = await find_free(unit, at_work, visit, start, start + INSTANT, most=1) if minutes else ()
        status = FREE if free else CLOSED
    return resources.slot(doctor_id, start, end, status)


async def search_slots(unit: Unit, query: SearchSlots) -> Resource:
    """Return a doctor's free times for a usual visit, or what is taken, buffers and all."""
    _, doctor_id = referred(query.schedule, "Schedule")
    at_work = await _practice(unit, doctor_id)
    period = read_period("start", query.start, at_work.terms.zone)
    since, until = _within(period, unit.now)
    wanted = {*query.status.split(",")}
    found: list[Resource] = []
    if FREE in wanted:
        visit = Visit(timedelta(minutes=USUAL_MINUTES))
        free = await find_free(unit, at_work, visit, since, until, most=query.count)
        found += [
            resources.slot(doctor_id, one.start_utc, one.start_utc + visit.duration, FREE) for one in free
        ]
    for one in await busy_times(unit, doctor_id, since, until):
        status = BUSY if one.until is None else TENTATIVE
        if status in wanted and since <= one.start < until:
            found.append(resources.slot(doctor_id, one.start, one.end, status))
    found.sort(key=lambda slot: (str(slot["start"]), str(slot["end"])))
    return resources.bundle(found[: query.count])


async def find_appointments(unit: Unit, query: FindAppointments) -> Resource:
    """Return which appointments could be had. Each can be held or booked as it is. Raises NotFound, Invalid."""
    _, doctor_id = referred(query.practitioner, "Practitioner", "Schedule")
    at_work = await _practice(unit, doctor_id)
    zone = at_work.terms.zone
    since, until = read_moment("start", query.start, zone), read_moment("end", query.end, zone)
    if not timedelta() < until - since <= LOOKED_AT:
        raise Invalid((Fault("/end", "out_of_range", f"Ask for {LOOKED_AT.days} days at most."),))
    visit, visit_type_id = Visit(timedelta(minutes=USUAL_MINUTES)), own_id(query.visit_type)
    if visit_type_id:
        visit = (await find_visit_type(unit, at_work.doctor.value, visit_type_id)).value.visit()
    free = await find_free(unit, at_work, visit, since, until, visit_type_id=visit_type_id, most=query.count)
    return resources.bundle(
        resources.could_be(at_work.doctor, one.start_utc, one.start_utc + visit.duration, visit_type_id)
        for one in free
    )


async def doctor_at_work(unit: Unit, time_id: str) -> tuple[Practice, datetime, int]:
    """Return whose time an id means, for the clinic's people. Raises NotFound."""
    if not is_time_id(time_id):
        raise NotFound
    doctor_id, start, minutes = read_time_id(time_id)
    return await _practice(unit, doctor_id), start, minutes


async def _practice(unit: Unit, doctor_id: str) -> Practice:
    doctor = await unit.get(DOCTORS, doctor_id)
    check_staff(unit.caller, doctor.value.clinic_id)
    if not doctor.value.active:
        raise NotFound
    return await practice(unit, doctor)


async def _whose(unit: Unit, query: SearchAppointments) -> tuple[str, str, str]:
    """Return clinic, doctor and patient of a search, "" where it does not say. Raises NotFound, Invalid."""
    patient_id = referred(query.patient, "Patient")[1] if query.patient else ""
    if not query.actor:
        return clinic_of(unit.caller, None), "", patient_id
    type, id = referred(query.actor, "Practitioner", "Patient", "Location")
    if type == "Practitioner":
        return (await unit.get(DOCTORS, id)).value.clinic_id, id, patient_id
    if type == "Location":
        return id, "", patient_id
    return clinic_of(unit.caller, None), "", id


def _schedule(unit: Unit, doctor: Stored[Doctor], clinic: Clinic) -> Resource:
    return resources.schedule(doctor, unit.now, unit.now + timedelta(days=clinic.horizon_days))


def _within(period: Period, now: datetime) -> tuple[datetime, datetime]:
    """Return a period with both ends, neither too long nor over."""
    since = max(period.since or now, now)
    until = min(period.until or since + LOOKED_AT, since + LOOKED_AT)
    return since, max(since, until)


def _next(query: SearchAppointments | SearchSchedules, page: Page[Any]) -> str:
    """Return the address of what follows: the same search, from there on."""
    cursor = cursor_of(page.cursor)
    if cursor is None:
        return ""
    said = {**msgspec.to_builtins(query), "_cursor": cursor}
    name = "Appointment" if isinstance(query, SearchAppointments) else "Schedule"
    return f"{name}?" + "&".join(f"{key}={value}" for key, value in said.items() if value)
