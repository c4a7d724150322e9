"""Another time, as a patient may choose it: what is shown, and taking one of it."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.unit import Unit
from frontdesk.services.appointments.booking import changes
from frontdesk.services.appointments.booking.change import Change
from frontdesk.services.appointments.booking.free import find_free
from frontdesk.services.appointments.booking.model import Actor, Appointment, Party
from frontdesk.services.appointments.booking.wishes import Asked, prepare
from frontdesk.services.appointments.clinics.reading import (
    UnknownDoctor,
    UnknownVisitType,
    find_doctor,
    find_visit_type,
    practice,
)
from frontdesk.services.appointments.hours.free import Visit

SHOWN = 60  # times on one page


async def times(
    unit: Unit, one: Appointment, since: datetime, until: datetime, most: int = SHOWN
) -> tuple[datetime, ...]:
    """Return when its doctor has room for such a visit; never, if they do not see anybody (for that) any more."""
    visit = Visit(timedelta(minutes=one.time.minutes))
    try:
        doctor = await find_doctor(unit, one.clinic_id, doctor_id=one.doctor_id)
        if one.visit_type_id:
            kind = await find_visit_type(unit, doctor.value, one.visit_type_id)
            visit = kind.value.visit(one.time.minutes)
    except (UnknownDoctor, UnknownVisitType):
        return ()
    at_work = await practice(unit, doctor)
    free = await find_free(unit, at_work, visit, since, until, visit_type_id=one.visit_type_id, most=most)
    return tuple(time.start_utc for time in free)


async def move(unit: Unit, stored: Stored[Appointment], start: datetime) -> Change:
    """Return what gives a visit the time that its patient has chosen. Raises TooLate, and what a booking raises."""
    one = stored.value
    asked = Asked(
        clinic_id=one.clinic_id,
        doctor_id=one.doctor_id,
        start=start,
        minutes=one.time.minutes,
        visit_type_id=one.visit_type_id,
        source=one.source,
        reason=one.reason,
        notes=one.notes,
    )
    prepared = await prepare(unit, asked)
    wish = replace(prepared.wish, patient=one.patient, patient_id=one.patient_id)
    return await changes.move(unit, stored, wish, Actor(Party.PATIENT, one.patient_id))
