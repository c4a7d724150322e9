"""The waiting list as the clinic's people see it. Who looked is kept."""

from datetime import date, datetime
from typing import Annotated

import msgspec

from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.sensitive import SENSITIVE
from frontdesk.kernel.unit import Page, Unit
from frontdesk.lists import cursor_of, position_of
from frontdesk.services.appointments.access import check_staff
from frontdesk.services.appointments.booking.asking import clinic_of
from frontdesk.services.appointments.booking.model import Patient
from frontdesk.services.appointments.privacy.accesses import note
from frontdesk.services.appointments.waiting.commands import ListWaiting
from frontdesk.services.appointments.waiting.entries import ENTRIES, Entry, EntryState
from frontdesk.services.appointments.waiting.handlers import open_entry

MAX_SCANNED_PAGES = 5  # for one answer, where the list is looked through for a state


class EntryView(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody on the waiting list. `offered_appointment_id` is the time that they were last offered."""

    entry_id: str
    clinic_id: str
    patient_id: str
    patient_name: Annotated[str, SENSITIVE]
    state: EntryState
    priority: int
    joined_at: datetime
    earliest: date
    latest: date
    window_from: str
    window_to: str
    notice_minutes: int
    weekdays: tuple[int, ...] = ()
    doctor_id: str = ""
    visit_type_id: str = ""
    duration_minutes: int | None = None
    swaps: str = ""
    offered_appointment_id: str = ""
    patient_phone: Annotated[str | None, SENSITIVE] = None
    patient_email: Annotated[str | None, SENSITIVE] = None


class EntryList(msgspec.Struct, frozen=True):
    """Part of a list. Ask again with `cursor` for what follows; without one this is the end."""

    items: tuple[EntryView, ...]
    cursor: str | None = None


async def show_waiting(unit: Unit, id: str) -> Stored[Entry]:
    """Return one entry, to the clinic's people. Raises NotFound."""
    stored = await open_entry(unit, id)
    await note(unit, "waiting list entry", {stored.value.clinic_id: [stored.value.patient_id]})
    return stored


async def list_waiting(unit: Unit, query: ListWaiting) -> Page[Entry]:
    """Return who waits at a clinic, the next first; or who is in another state, newest first. Raises NotFound, Invalid.

    Those of a state are found among all: a page may hold fewer than asked for, or none, and still have a cursor.
    """
    clinic_id = clinic_of(unit.caller, query.clinic_id)
    check_staff(unit.caller, clinic_id)
    waiting = query.state is EntryState.WAITING
    index, position, found = (
        ("queue" if waiting else "by_clinic"),
        position_of(query.cursor),
        list[Stored[Entry]](),
    )
    for _ in range(MAX_SCANNED_PAGES):
        page = await unit.query(
            ENTRIES,
            index,
            clinic_id,
            cursor=position,
            limit=query.limit - len(found),
            newest_first=not waiting,
        )
        found += [one for one in page.items if one.value.state is query.state]
        position = page.cursor
        if not position or len(found) == query.limit:
            break
    await note(unit, "waiting list", {clinic_id: [one.value.patient_id for one in found]})
    return Page(tuple(found), position)


def entry_view(stored: Stored[Entry]) -> EntryView:
    """Show an entry."""
    entry, wishes = stored.value, stored.value.wishes
    patient = entry.patient or Patient("")
    return EntryView(
        entry_id=stored.id,
        clinic_id=entry.clinic_id,
        patient_id=entry.patient_id,
        patient_name=patient.name,
        state=entry.state,
        priority=entry.priority,
        joined_at=entry.joined_at,
        earliest=wishes.earliest,
        latest=wishes.latest,
        window_from=wishes.since,
        window_to=wishes.until,
        notice_minutes=wishes.notice_minutes,
        weekdays=wishes.weekdays,
        doctor_id=wishes.doctor_id,
        visit_type_id=wishes.visit_type_id,
        duration_minutes=wishes.minutes,
        swaps=entry.swaps,
        offered_appointment_id=entry.offer_id,
        patient_phone=patient.phone,
        patient_email=patient.email,
    )


def entry_list(page: Page[Entry]) -> EntryList:
    """Show part of a list."""
    return EntryList(tuple(entry_view(stored) for stored in page.items), cursor_of(page.cursor))
