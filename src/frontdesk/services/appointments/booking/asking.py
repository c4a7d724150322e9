"""From what is sent to what is asked for: the fields of a request, over those that an appointment has already."""

from msgspec.structs import replace

from frontdesk.kernel.callers import Caller
from frontdesk.kernel.errors import Fault, Invalid, MissingScope
from frontdesk.services.appointments.access import DESK, check_staff, own_clinics
from frontdesk.services.appointments.booking.commands import (
    BookAppointment,
    ChangeAppointment,
    CompleteHold,
    HoldTime,
    MoveAppointment,
)
from frontdesk.services.appointments.booking.model import Appointment, Patient
from frontdesk.services.appointments.booking.wishes import Asked
from frontdesk.services.appointments.clinics.names import plain_name

OVERBOOK = "appointments:overbook"
_OF_PATIENT = tuple((name, f"patient_{name}") for name in Patient.__struct_fields__)


def asked(caller: Caller, command: BookAppointment | HoldTime) -> Asked:
    """Return what somebody at the desk of a clinic asks for. Raises NotFound, Invalid, MissingScope."""
    clinic_id = clinic_of(caller, command.clinic_id)
    check_staff(caller, clinic_id, *DESK)
    if command.doctor_name is None and command.doctor_id is None:
        raise Invalid((Fault("/doctor_name", "missing", "Say which doctor."),))
    return Asked(
        clinic_id=clinic_id,
        doctor_id=command.doctor_id or "",
        doctor_name=command.doctor_name or "",
        day=command.appointment_date,
        clock=command.appointment_time,
        fold=command.fold,
        minutes=command.duration_minutes,
        visit_type_id=command.visit_type_id or "",
        patient=patient(command),
        overbook=overbooking(caller, command.overbook),
        reason=command.reason or "",
        notes=command.notes or "",
    )


def asked_again(caller: Caller, one: Appointment, command: MoveAppointment | ChangeAppointment) -> Asked:
    """Return what is asked for an appointment that is there: what is not said stays. Raises MissingScope."""
    same_doctor = command.doctor_id is None and command.doctor_name is None
    return Asked(
        clinic_id=one.clinic_id,
        doctor_id=one.doctor_id if same_doctor else command.doctor_id or "",
        doctor_name=command.doctor_name or "",
        day=command.appointment_date or one.time.day,
        clock=command.appointment_time or one.time.clock,
        fold=one.time.fold if command.fold is None and one.time.fold else command.fold,
        minutes=command.duration_minutes or one.time.minutes,
        visit_type_id=one.visit_type_id,
        patient=one.patient,
        patient_id=one.patient_id,
        overbook=overbooking(caller, command.overbook),
        source=one.source,
        reason=one.reason,
        notes=one.notes,
    )


def asked_to_change(caller: Caller, one: Appointment, command: ChangeAppointment) -> Asked:
    """Return what an appointment is to be. Another visit type has its own length. Raises Invalid, MissingScope."""
    other = command.visit_type_id not in {None, one.visit_type_id}
    asked = asked_again(caller, one, command)
    patient = changed_patient(one.patient, command)
    return replace(
        asked,
        visit_type_id=one.visit_type_id if command.visit_type_id is None else command.visit_type_id,
        minutes=command.duration_minutes if other else asked.minutes,
        patient=patient,
        patient_id=one.patient_id if patient == one.patient else "",
        reason=one.reason if command.reason is None else command.reason,
        notes=one.notes if command.notes is None else command.notes,
    )


def is_elsewhere(one: Appointment, command: ChangeAppointment) -> bool:
    """Return whether a change may be about time, doctor, type or length: whoever sends all it read changes nothing."""
    said = (
        (command.doctor_id, one.doctor_id),
        (command.appointment_date, one.time.day),
        (command.appointment_time, one.time.clock),
        (command.fold, one.time.fold),
        (command.duration_minutes, one.time.minutes),
        (command.visit_type_id, one.visit_type_id),
    )
    names = command.doctor_name is None or plain_name(command.doctor_name) == plain_name(one.doctor_name)
    return not names or any(new is not None and new != old for new, old in said)


def patient(command: BookAppointment | HoldTime | CompleteHold) -> Patient | None:
    """Return who is named, None for nobody."""
    if command.patient_name is None:
        return None
    return Patient(
        command.patient_name,
        command.patient_phone,
        command.patient_email,
        command.patient_language,
        command.patient_document,
        tuple(command.patient_channels),
    )


def changed_patient(before: Patient | None, command: ChangeAppointment) -> Patient | None:
    """Return the patient as now said. Raises Invalid where something is said of nobody."""
    said = {name: value for name, field in _OF_PATIENT if (value := getattr(command, field)) is not None}
    if before is None and said:
        if "name" not in said:
            raise Invalid((Fault("/patient_name", "missing", "Say who it is."),))
        return Patient(**said)
    return replace(before, **said) if before is not None else None


def overbooking(caller: Caller, why: str | None) -> str:
    """Return the reason for taking a time that is taken, from somebody who may. Raises MissingScope."""
    if why and OVERBOOK not in caller.scopes:
        raise MissingScope(needs=OVERBOOK)
    return why or ""


def clinic_of(caller: Caller, clinic_id: str | None) -> str:
    """Return the clinic that is meant: the one named, or the only one of the caller's. Raises Invalid."""
    if clinic_id is not None:
        return clinic_id
    own = own_clinics(caller)
    if len(own) != 1:
        raise Invalid((Fault("/clinic_id", "missing", "Say which clinic."),))
    return own[0]
