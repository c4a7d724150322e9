"""What whoever books has to know of a clinic, read at once."""

import msgspec

from frontdesk.kernel.errors import Rejected
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.unit import Unit
from frontdesk.services.appointments.clinics.model import (
    CLINICS,
    DOCTORS,
    ROSTERS,
    SCHEDULES,
    VISIT_TYPES,
    Clinic,
    Doctor,
    VisitType,
    opening,
    terms,
)
from frontdesk.services.appointments.clinics.names import plain_name
from frontdesk.services.appointments.hours.free import Terms
from frontdesk.services.appointments.hours.week import Opening


class UnknownDoctor(Rejected):
    """The clinic has no doctor of this name or id who sees patients."""

    status = 422


class UnknownVisitType(Rejected):
    """The clinic has no such visit type, or the doctor does not do it."""

    status = 422


class Practice(msgspec.Struct, frozen=True):
    """A doctor at work: at which clinic, when, and where visits may begin."""

    clinic: Stored[Clinic]
    doctor: Stored[Doctor]
    opening: Opening
    terms: Terms


async def find_doctor(unit: Unit, clinic_id: str, *, name: str = "", doctor_id: str = "") -> Stored[Doctor]:
    """Return the one doctor of a clinic with this id, or of this name however it is written. Raises UnknownDoctor."""
    if not doctor_id:
        roster = await unit.find(ROSTERS, clinic_id)
        doctor_id = roster.value.names.get(plain_name(name), "") if roster else ""
    stored = await unit.find(DOCTORS, doctor_id) if doctor_id else None
    if stored is None or stored.value.clinic_id != clinic_id or not stored.value.active:
        raise UnknownDoctor
    return stored


async def find_visit_type(unit: Unit, doctor: Doctor, visit_type_id: str) -> Stored[VisitType]:
    """Return something that a doctor does. Raises UnknownVisitType."""
    stored = await unit.find(VISIT_TYPES, visit_type_id)
    if stored is None or stored.value.clinic_id != doctor.clinic_id or not stored.value.active:
        raise UnknownVisitType
    if doctor.visit_type_ids and visit_type_id not in doctor.visit_type_ids:
        raise UnknownVisitType
    return stored


async def practice(unit: Unit, doctor: Stored[Doctor], clinic: Stored[Clinic] | None = None) -> Practice:
    """Return when and how a doctor works."""
    place = clinic or await unit.get(CLINICS, doctor.value.clinic_id)
    schedules = {
        id: stored.value for id, stored in (await unit.get_many(SCHEDULES, [doctor.id, place.id])).items()
    }
    works = opening(place.value, doctor.value, schedules.get(doctor.id), schedules.get(place.id))
    return Practice(place, doctor, works, terms(place.value))
