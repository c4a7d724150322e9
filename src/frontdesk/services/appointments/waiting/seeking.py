"""From a freed time to those whom it may suit, and from somebody who waits to the free times. Nothing is offered here.

The index of who waits may lag, and a handler does not change what it has looked up by an index. So it is written down
who may be asked, and `offering` reads each of them again.
"""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import islice
from typing import ClassVar

from frontdesk.kernel import limits
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.messages import Event
from frontdesk.kernel.time import sortable
from frontdesk.kernel.unit import Timer, Unit
from frontdesk.services.appointments.booking.model import Time
from frontdesk.services.appointments.booking.wishes import time_of
from frontdesk.services.appointments.clinics.model import CLINICS, Clinic
from frontdesk.services.appointments.events import EntryWaiting, SlotFreed, SlotSought, SlotWanted
from frontdesk.services.appointments.hours.free import Visit
from frontdesk.services.appointments.reminders.plan import end_of_quiet, is_quiet
from frontdesk.services.appointments.waiting.entries import ENTRIES, Entry, EntryState
from frontdesk.services.appointments.waiting.vacancies import (
    CANDIDATES,
    VACANCIES,
    Vacancy,
    vacancy,
    vacancy_id,
)

INDEXED_BY_THEN = timedelta(minutes=1)  # what is written now is in every index
MAX_PAGES = 5  # of a clinic's waiting list, gone through for one time


class NightOver(Event, frozen=True, kw_only=True):
    """Patients may be disturbed again: a time that was freed in the night can be offered. A timer."""

    NAME: ClassVar[str] = "Vacancy Night Over"
    vacancy_id: str


class EntryUnmatched(Event, frozen=True, kw_only=True):
    """What was freed in the moment in which somebody began to wait can be seen by now. A timer."""

    NAME: ClassVar[str] = "Waiting Entry Unmatched"
    clinic_id: str
    entry_id: str


async def open_vacancy(unit: Unit, event: SlotFreed) -> None:
    """Look who may want a time that was given up."""
    id = vacancy_id(event)
    stored = await unit.find(VACANCIES, id)
    if stored is None:
        await _seek(unit, VACANCIES.new(id, vacancy(event)))
    else:
        await _seek(unit, stored.changed(stored.value.freed_again(event)))


async def seek(unit: Unit, event: SlotSought | NightOver) -> None:
    """Look once more who may want a time."""
    stored = await unit.get(VACANCIES, event.vacancy_id)
    await _seek(unit, stored.changed(stored.value))


async def look_for(unit: Unit, event: EntryWaiting | EntryUnmatched) -> None:
    """Have all times of a clinic looked at that are known to be free, for the sake of somebody who waits now.

    A time that is freed at this very moment may not be seen yet, nor they by whoever looks for it: so there is a second
    look.
    """
    stored = await unit.get(ENTRIES, event.entry_id)
    if stored.value.state is not EntryState.WAITING:
        return
    page = await unit.query(
        VACANCIES,
        "by_clinic",
        event.clinic_id,
        since=sortable(unit.now),
        limit=limits.PAGE_MAX,
        newest_first=False,
    )
    suiting = [
        found.id
        for found in page.items
        if stored.id not in found.value.asked
        and _is_wanted(stored.value, found.value, _at(found.value, stored.value.zone), unit.now)
    ]
    sought = [SlotSought(vacancy_id=id) for id in suiting[: limits.EVENTS_PER_COMMIT]]
    timers = _second_look(event, unit.now) if isinstance(event, EntryWaiting) else ()
    if sought or timers:
        await unit.commit(stored.changed(stored.value), events=sought, timers=timers)


def _second_look(event: EntryWaiting, now: datetime) -> tuple[Timer, ...]:
    again = EntryUnmatched(clinic_id=event.clinic_id, entry_id=event.entry_id)
    return (Timer("look", now + INDEXED_BY_THEN, again),)


async def _seek(unit: Unit, changed: Stored[Vacancy]) -> None:
    """Write down the first of the list whom a time may suit; at night, wait until they may be disturbed."""
    found = changed.value
    if found.start <= unit.now:
        return
    clinic = (await unit.get(CLINICS, found.clinic_id)).value
    morning = _morning(clinic, unit.now)
    if morning is not None:
        timer = Timer("night", morning, NightOver(vacancy_id=changed.id))
        await unit.commit(changed, timers=(timer,) if morning < found.start else ())
        return
    time = _at(found, clinic.time_zone)
    suiting = [
        entry.id async for entry in _queue(unit, found) if _is_wanted(entry.value, found, time, unit.now)
    ]
    wants = found.wants(islice(suiting, CANDIDATES))
    told = SlotWanted(vacancy_id=changed.id)
    await unit.commit(_as(changed, wants), events=(told,) if suiting else ())


async def _queue(unit: Unit, found: Vacancy) -> AsyncIterator[Stored[Entry]]:
    """Yield who waits at a clinic and has not been asked, in their order."""
    cursor = ""
    for _ in range(MAX_PAGES):
        page = await unit.query(
            ENTRIES, "queue", found.clinic_id, cursor=cursor, limit=limits.PAGE_MAX, newest_first=False
        )
        for entry in page.items:
            if entry.id not in found.asked:
                yield entry
        cursor = page.cursor
        if not cursor:
            return


def _is_wanted(entry: Entry, found: Vacancy, time: Time, now: datetime) -> bool:
    return entry.patient_id != found.left_by and entry.may_be_offered(time, found.doctor_id, now)


def _at(found: Vacancy, zone: str) -> Time:
    """Return where a visit would begin. How long it would last is known when it is known for whom."""
    return time_of(found.start, Visit(found.start - found.start), zone)


def _morning(clinic: Clinic, now: datetime) -> datetime | None:
    """Return when the quiet hours are over, None outside of them."""
    quiet, zone = clinic.quiet_hours, clinic.time_zone
    return end_of_quiet(now, quiet, zone) if quiet and is_quiet(now, quiet, zone) else None


def _as(changed: Stored[Vacancy], value: Vacancy) -> Stored[Vacancy]:
    return Stored(changed.kind, changed.id, value, changed.version, changed.origin, changed.handled)
