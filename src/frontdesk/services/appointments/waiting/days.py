"""A clinic's appointments by the dates of its own calendar."""

from datetime import date

from frontdesk.kernel import limits
from frontdesk.kernel.errors import Fault, Invalid
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.time import sortable
from frontdesk.kernel.unit import Unit
from frontdesk.services.appointments.booking.model import APPOINTMENTS, Appointment
from frontdesk.services.appointments.clinics.setting import FIRST_DAY, LAST_DAY
from frontdesk.services.appointments.hours.clock import day_span

MAX_VISITS = 5_000  # of one question


async def visits_of(
    unit: Unit, clinic_id: str, zone: str, first: date, last: date
) -> list[Stored[Appointment]]:
    """Return a clinic's appointments of some local dates, in order. Raises Invalid where they are too many."""
    if not FIRST_DAY <= first <= last <= LAST_DAY:
        raise Invalid((Fault("/date", "out_of_range", f"Must be from {FIRST_DAY} to {LAST_DAY}."),))
    found, cursor = list[Stored[Appointment]](), ""
    while len(found) <= MAX_VISITS:
        page = await unit.query(
            APPOINTMENTS,
            "by_clinic",
            clinic_id,
            since=sortable(day_span(first, zone).start),
            until=sortable(day_span(last, zone).end),
            cursor=cursor,
            limit=limits.PAGE_MAX,
            newest_first=False,
        )
        found += page.items
        cursor = page.cursor
        if not cursor:
            return found
    advice = f"There are more than {MAX_VISITS} visits: ask for fewer days."
    raise Invalid((Fault("/to", "too_many", advice),))
