"""Whose name is whose: no two doctors of a clinic share a name, however it is written."""

from frontdesk.kernel.errors import Rejected
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.unit import Unit
from frontdesk.services.appointments.clinics.model import DOCTORS, ROSTERS, Doctor, Roster
from frontdesk.services.appointments.clinics.names import plain_name
from frontdesk.services.appointments.clinics.reading import UnknownDoctor

MAX_DOCTORS = 300  # of one clinic: all their names stand in one record


class NameTaken(Rejected):
    """Another doctor of the clinic has this name, or one that only differs in how it is written; see names."""


class TooManyDoctors(Rejected):
    """The clinic has as many doctors as a clinic may have."""


async def roster_with(unit: Unit, id: str, doctor: Doctor) -> Stored[Roster]:
    """Return the clinic's roster as it is to be, for the commit of the doctor. Raises NameTaken, TooManyDoctors."""
    found = await unit.find(ROSTERS, doctor.clinic_id)
    roster = found.value if found else Roster()
    taken = roster.taken(id, doctor)
    if taken:
        raise NameTaken(names=taken)
    after = roster.with_doctor(id, doctor)
    if len(set(after.names.values())) > MAX_DOCTORS:
        raise TooManyDoctors(limit=MAX_DOCTORS)
    return found.changed(after) if found else ROSTERS.new(doctor.clinic_id, after)


async def doctor_by_name(unit: Unit, clinic_id: str, name: str) -> tuple[Stored[Doctor], Stored[Roster]]:
    """Return a doctor who is new to the clinic, and its roster, both for the caller's commit.

    For clinics that add doctors as they are named. They work in the clinic's hours until they have their own.
    Raises UnknownDoctor for what is no name, or the name of one who is gone; TooManyDoctors.
    """
    if not plain_name(name):
        raise UnknownDoctor
    doctor = Doctor(clinic_id=clinic_id, name=" ".join(name.split()))
    id = unit.new_id("doc")
    try:
        return DOCTORS.new(id, doctor), await roster_with(unit, id, doctor)
    except NameTaken:
        raise UnknownDoctor from None
