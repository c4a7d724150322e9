"""GET /availability: when a doctor could see somebody, asked by the calendar of the clinic."""

from datetime import date, datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta, field

from frontdesk.kernel.errors import Fault, Invalid, NotFound
from frontdesk.kernel.http import Route
from frontdesk.kernel.shapes import Body
from frontdesk.kernel.unit import Unit
from frontdesk.services.appointments.access import check_staff
from frontdesk.services.appointments.booking.free import MAX_DAYS, Free, find_free
from frontdesk.services.appointments.booking.wishes import USUAL_MINUTES
from frontdesk.services.appointments.clinics.model import DOCTORS
from frontdesk.services.appointments.clinics.reading import UnknownVisitType, find_visit_type, practice
from frontdesk.services.appointments.clinics.setting import FIRST_DAY, LAST_DAY
from frontdesk.services.appointments.hours.clock import day_span
from frontdesk.services.appointments.hours.free import Visit

MAX_TIMES = 1000  # in one answer


class AskAvailability(Body, frozen=True, kw_only=True):
    """From one local date to another, both included, for visits of a type or of so many minutes."""

    doctor_id: Annotated[str, Meta(min_length=1, max_length=100)]
    first: date = field(name="from")
    last: date = field(name="to")
    duration: Annotated[int, Meta(ge=5, le=480, description="minutes")] | None = None
    visit_type_id: Annotated[str, Meta(max_length=100)] = ""
    limit: Annotated[int, Meta(ge=1, le=MAX_TIMES)] = 200


class AvailabilityView(msgspec.Struct, frozen=True):
    """Times at which a visit could begin, in order. `complete`: there are no more from one date to the other."""

    doctor_id: str
    time_zone: str
    items: tuple[Free, ...]
    complete: bool


async def show_free_times(unit: Unit, query: AskAvailability) -> AvailabilityView:
    """Return when a doctor could see somebody, for the clinic's staff. Raises NotFound, Invalid, UnknownVisitType."""
    doctor = await unit.get(DOCTORS, query.doctor_id)
    check_staff(unit.caller, doctor.value.clinic_id)
    if not doctor.value.active:
        raise NotFound
    visit = Visit(timedelta(minutes=query.duration or USUAL_MINUTES))
    if query.visit_type_id:
        visit = (await find_visit_type(unit, doctor.value, query.visit_type_id)).value.visit(query.duration)
    at_work = await practice(unit, doctor)
    zone = at_work.terms.zone
    since, until = _window(query, zone)
    found = await find_free(
        unit, at_work, visit, since, until, visit_type_id=query.visit_type_id, most=query.limit + 1
    )
    return AvailabilityView(doctor.id, zone, found[: query.limit], len(found) <= query.limit)


def _window(query: AskAvailability, zone: str) -> tuple[datetime, datetime]:
    if not FIRST_DAY <= query.first <= query.last <= LAST_DAY or (query.last - query.first).days >= MAX_DAYS:
        advice = f"Must not be before from, and of at most {MAX_DAYS} days."
        raise Invalid((Fault("/to", "wrong_dates", advice),))
    return day_span(query.first, zone).start, day_span(query.last, zone).end


ROUTES = (
    Route(
        "GET",
        "/availability",
        show_free_times,
        lambda view: view,
        AvailabilityView,
        "List the times at which a doctor could see somebody",
        scopes=("appointments:read",),
        query=AskAvailability,
        refusals=(UnknownVisitType,),
        description="By the clinic's calendar and clocks. What is free may be gone a moment later.",
    ),
)
