"""Which times are free, as the agendas say: what is offered, and what is offered instead of a time that is taken."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice

import msgspec

from frontdesk.kernel.unit import Unit
from frontdesk.services.appointments.booking.agenda import AGENDAS, Busy, day_ids
from frontdesk.services.appointments.booking.wishes import Prepared
from frontdesk.services.appointments.clinics.reading import Practice
from frontdesk.services.appointments.hours.clock import to_local
from frontdesk.services.appointments.hours.free import Visit, free_times, full_days
from frontdesk.services.appointments.hours.week import working_intervals

ALTERNATIVES = 5
# For alternatives: five are mostly found at once, beyond a weekend, and each day that is looked at is to be read.
_LOOKED_AT = (timedelta(days=4), timedelta(days=14))
MAX_DAYS = 31  # of one question about free times


class Free(msgspec.Struct, frozen=True):
    """A time that could be booked, as the clinic's clocks show it and in UTC."""

    doctor_id: str
    doctor_name: str
    appointment_date: str
    appointment_time: str
    start_utc: datetime
    fold: int = 0


async def busy_times(unit: Unit, doctor_id: str, since: datetime, until: datetime) -> tuple[Busy, ...]:
    """Return what takes a doctor's time within at most 100 days, in order, buffers and all; no lapsed holds."""
    found = await unit.get_many(AGENDAS, list(day_ids(doctor_id, since, until)))
    entries = (one for stored in found.values() for one in stored.value.busy if one.lives(unit.now))
    met = {one.appointment_id: one for one in entries if one.meets(since, until)}  # over midnight: once
    return tuple(sorted(met.values(), key=lambda one: (one.start, one.appointment_id)))


async def find_free(
    unit: Unit,
    at_work: Practice,
    visit: Visit,
    since: datetime,
    until: datetime,
    *,
    visit_type_id: str = "",
    most: int = ALTERNATIVES,
) -> tuple[Free, ...]:
    """Return the first times at which a doctor has room for a visit. It may lag by the blink of an eye."""
    day = timedelta(days=1)
    busy = await busy_times(unit, at_work.doctor.id, since - day, until + day)
    opens = working_intervals(at_work.opening, since, until, visit_type_id)
    full = full_days((one.start for one in busy), at_work.doctor.value.daily_cap, at_work.terms.zone)
    times = free_times(opens, busy, visit, at_work.terms, since=since, until=until, now=unit.now, full=full)
    return tuple(_shown(at_work, islice(times, most)))


async def alternatives(unit: Unit, prepared: Prepared) -> tuple[Free, ...]:
    """Return the next free times after the one that was wished."""
    since = max(prepared.wish.time.start, unit.now)
    found: tuple[Free, ...] = ()
    for ahead in _LOOKED_AT:
        found = await find_free(
            unit,
            prepared.practice,
            prepared.visit,
            since,
            since + ahead,
            visit_type_id=prepared.wish.visit_type_id,
        )
        if len(found) == ALTERNATIVES:
            break
    return found


def _shown(at_work: Practice, moments: Iterable[datetime]) -> Iterable[Free]:
    for moment in moments:
        local = to_local(moment, at_work.terms.zone)
        yield Free(
            at_work.doctor.id,
            at_work.doctor.value.name,
            local.date().isoformat(),
            f"{local:%H:%M}",
            moment,
            local.fold,
        )
