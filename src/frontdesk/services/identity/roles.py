"""Who has which role, listed by place. What counts is in the account or the client itself; this is the list."""

from datetime import datetime

import msgspec

from frontdesk.kernel.kinds import Index, Kind, Stored
from frontdesk.kernel.time import sortable
from frontdesk.kernel.unit import Unit


class Role(msgspec.Struct, frozen=True):
    """What somebody is at a place; None when they were something once."""

    place: str
    subject: str
    role: str | None
    since: datetime


def _list_of(role: Role) -> str | None:
    return partition(role.place, role.subject) if role.role is not None else None


ROLES = Kind("role", Role, indexes=(Index("by_place", _list_of, lambda role: sortable(role.since)),))


def partition(place: str, subject_or_prefix: str) -> str:
    """Return the list of people, or of clients, with a role at a place: their ids begin alike."""
    return f"{place}|{subject_or_prefix.partition('_')[0]}"


async def role_changed(unit: Unit, subject: str, place: str, role: str | None) -> Stored[Role]:
    """Return the line of the list as it is to be."""
    id = f"{place}|{subject}"
    found = await unit.find(ROLES, id)
    value = Role(place, subject, role, unit.now)
    return ROLES.new(id, value) if found is None else found.changed(value)
