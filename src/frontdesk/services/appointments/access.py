"""Who may see and change what at a clinic: its staff, by their role there."""

from frontdesk.kernel.callers import Caller
from frontdesk.kernel.errors import NotFound

OWNER, RECEPTION, DOCTOR = "owner", "reception", "doctor"
STAFF = (OWNER, RECEPTION, DOCTOR)
DESK = (OWNER, RECEPTION)


def check_staff(caller: Caller, clinic_id: str, *roles: str) -> None:
    """Refuse whoever has none of these roles at the clinic (without roles: does not work there). Raises NotFound."""
    if not caller.has_role(f"clinic:{clinic_id}", *(roles or STAFF)):
        raise NotFound


def own_clinics(caller: Caller) -> tuple[str, ...]:
    """Return the clinics at which the caller works."""
    places = (place.partition(":") for place, role in caller.grants.items() if role in STAFF)
    return tuple(id for what, _, id in places if what == "clinic")
