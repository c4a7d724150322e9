"""Visits that nobody will be there for: their doctor has gone, or does not work then any more."""

from collections.abc import Sequence

import msgspec

from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.unit import Unit
from frontdesk.services.appointments.booking.model import Appointment
from frontdesk.services.appointments.clinics.model import DOCTORS, Clinic
from frontdesk.services.appointments.clinics.reading import Practice, practice
from frontdesk.services.appointments.hours.spans import is_open
from frontdesk.services.appointments.hours.week import Opening, working_intervals


async def displaced(
    unit: Unit, clinic: Stored[Clinic], visits: Sequence[Stored[Appointment]]
) -> frozenset[str]:
    """Return those of a clinic's visits that could not be booked today, as the doctors' hours are now."""
    doctors = sorted({one.value.doctor_id for one in visits})
    at_work = {id: await practice(unit, await unit.get(DOCTORS, id), clinic) for id in doctors}
    return frozenset(one.id for one in visits if _is_displaced(one.value, at_work[one.value.doctor_id]))


def _is_displaced(visit: Appointment, at_work: Practice) -> bool:
    if not at_work.doctor.value.active:
        return True
    if _lies_within(visit, at_work.opening):
        return False
    weekly = tuple(msgspec.structs.replace(week, exceptions=()) for week in at_work.opening)
    on_purpose = visit.overbooked and not _lies_within(visit, weekly)  # it was given a time outside the week
    return not on_purpose


def _lies_within(visit: Appointment, opening: Opening) -> bool:
    start, end = visit.time.busy_from, visit.time.busy_until
    return is_open(working_intervals(opening, start, end, visit.visit_type_id), start, end)
