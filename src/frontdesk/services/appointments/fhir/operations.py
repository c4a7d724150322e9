"""`$hold` and `$book`, as IHE's Scheduling profile has them: in the end the same requests that the desk sends."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from frontdesk.kernel.errors import Fault, Invalid
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.unit import Unit
from frontdesk.services.appointments.booking.commands import BookAppointment, CompleteHold, HoldTime
from frontdesk.services.appointments.booking.handlers import book_appointment, complete_hold, hold_time
from frontdesk.services.appointments.booking.model import Appointment
from frontdesk.services.appointments.fhir.codes import is_time_id, own_id, referred, time_id
from frontdesk.services.appointments.fhir.commands import Parameters
from frontdesk.services.appointments.fhir.patients import patient_fields
from frontdesk.services.appointments.fhir.reading import doctor_at_work
from frontdesk.services.appointments.hours.clock import to_local

Fields = dict[str, Any]


async def hold_found(unit: Unit, command: Parameters) -> Stored[Appointment]:
    """Keep a time that `$find` returned, for as long as the clinic keeps one. Raises as the desk's own request."""
    fields = await _wanted(unit, command)
    return await hold_time(unit, _read(HoldTime, {**fields, **patient_fields(command)}))


async def book_found(unit: Unit, command: Parameters) -> Stored[Appointment]:
    """Book a time that was found, or held, for a patient who has chosen it. Raises as the desk's own request."""
    who = patient_fields(command)
    held = _appointment(command)
    if held and not is_time_id(held):
        return await complete_hold(unit, _read(CompleteHold, {**who, "confirmed": True}), own_id(held))
    fields = {**await _wanted(unit, command), **who, "state": "confirmed"}
    if comment := command.text("comment"):
        fields["reason"] = comment
    return await book_appointment(unit, _read(BookAppointment, fields))


async def _wanted(unit: Unit, command: Parameters) -> Fields:
    """Return whose time is wanted, as the desk would say it."""
    at_work, start, minutes = await doctor_at_work(unit, _appointment(command) or _described(command))
    local = to_local(start, at_work.terms.zone)
    fields: Fields = {
        "clinic_id": at_work.clinic.id,
        "doctor_id": at_work.doctor.id,
        "appointment_date": local.date().isoformat(),
        "appointment_time": f"{local:%H:%M}",
        "duration_minutes": minutes,
        "fold": local.fold,
    }
    if visit_type_id := _visit_type(command):
        fields["visit_type_id"] = visit_type_id
    return fields


def _appointment(command: Parameters) -> str:
    """Return the id of the appointment that is meant, as FHIR has it; "" where none is named."""
    named = command.reference("appointment-reference")
    if named:
        return named.rsplit("/", 1)[-1]
    given = command.resource("appointment-resource") or {}
    return str(given.get("id", ""))


def _described(command: Parameters) -> str:
    """Return the time that an appointment without an id describes. Raises Invalid, NotFound."""
    given = command.resource("appointment-resource") or {}
    try:
        start, end = (datetime.fromisoformat(given[name]) for name in ("start", "end"))
        actors = [one["actor"]["reference"] for one in given["participant"]]
        doctor = next(actor for actor in actors if "Practitioner/" in actor)
        minutes = (end - start) // timedelta(minutes=1)
    except (KeyError, TypeError, ValueError, StopIteration):
        raise _missing("Name an appointment, or give one with start, end and a practitioner.") from None
    return time_id(referred(doctor, "Practitioner")[1], start, minutes)


def _visit_type(command: Parameters) -> str:
    given = command.resource("appointment-resource") or {}
    try:
        return own_id(str(given["serviceType"][0]["coding"][0]["code"]))
    except (KeyError, IndexError, TypeError):
        return ""


def _read(type: Any, fields: Fields) -> Any:
    try:
        return msgspec.convert(fields, type)
    except msgspec.ValidationError as error:  # it names fields and what they must be, not what was sent
        raise _missing(str(error)) from None


def _missing(text: str) -> Invalid:
    return Invalid((Fault("/parameter", "invalid", text),))
