"""Places on the waiting list: nobody stands there twice for the same thing."""

from datetime import datetime

import msgspec

from frontdesk.kernel.errors import Rejected
from frontdesk.kernel.ids import derived_id
from frontdesk.kernel.kinds import Kind, Stored
from frontdesk.kernel.unit import Unit
from frontdesk.services.appointments.waiting.entries import ENTRIES, ON_THE_LIST, Entry


class AlreadyWaiting(Rejected):
    """They wait for the same already; see entry_id. Other weekdays or hours are another wish."""


class Place(msgspec.Struct, frozen=True):
    """Who last stood at a place, under a digest of who waits and for what."""

    entry_id: str


PLACES = Kind("waiting_place", Place)


async def place_for(unit: Unit, id: str, entry: Entry) -> Stored[Place]:
    """Return the place of a new entry, for the commit that keeps it. Raises AlreadyWaiting."""
    found = await unit.find(PLACES, _place_id(entry))
    if found is None:
        return PLACES.new(_place_id(entry), Place(id))
    if found.value.entry_id != id and await _stands_there(unit, found.value.entry_id, unit.now):
        raise AlreadyWaiting(entry_id=found.value.entry_id)
    return found.changed(Place(id))


async def _stands_there(unit: Unit, entry_id: str, now: datetime) -> bool:
    stored = await unit.find(ENTRIES, entry_id)
    if stored is None or stored.value.patient is None or stored.value.state not in ON_THE_LIST:
        return False
    return now < stored.value.expires_at


def _place_id(entry: Entry) -> str:
    """Return the same for all wishes that differ in nothing but their dates and urgency."""
    wishes = entry.wishes
    hours = f"{wishes.since}-{wishes.until} {wishes.weekdays} {wishes.minutes}"
    return derived_id("wpl", entry.patient_id, wishes.doctor_id, wishes.visit_type_id, entry.swaps, hours)
