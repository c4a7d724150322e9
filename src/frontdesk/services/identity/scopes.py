"""How far somebody may reach: scopes, and roles at places. A token never carries more than this says."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from frontdesk.kernel.callers import Caller

OPERATE = "operate"  # of whoever runs the whole desk

Scope = Annotated[str, Meta(pattern=r"^[a-z][a-z-]{0,39}(:[a-z][a-z-]{0,39})?(?!\n)$")]
Place = Annotated[str, Meta(pattern=r"^(shop|clinic):[a-z0-9][a-z0-9-]{0,39}(?!\n)$")]


class RoleName(StrEnum):
    """What somebody may be at a shop (staff, owner) or a clinic (reception, doctor, owner)."""

    STAFF = "staff"
    RECEPTION = "reception"
    DOCTOR = "doctor"
    OWNER = "owner"


CUSTOMER_SCOPES = ("catalogue:read", "orders:read", "orders:write", "stock:hold", "stock:read")
_TALKING = ("consents:write", "inbox:write", "messages:read")  # with customers and patients
# A scope opens a door, the role decides behind it: with `catalogue:write` staff open and close, and set no price.
STAFF_SCOPES = (
    *CUSTOMER_SCOPES,
    *_TALKING,
    "books:read",
    "catalogue:write",
    "orders:fulfil",
    "stock:write",
    "webhooks:read",
)
_MANAGING = (
    "clients:read",
    "clients:write",
    "messages:send",
    "users:read",
    "users:write",
    "webhooks:read",
    "webhooks:write",
)
OWNER_SCOPES = tuple(sorted({*STAFF_SCOPES, "books:write", "orders:import", *_MANAGING}))
DOCTOR_SCOPES = ("appointments:read", "appointments:write", "clinics:write", "waiting-list:read")
RECEPTION_SCOPES = (*DOCTOR_SCOPES, *_TALKING, "appointments:overbook", "waiting-list:write")
CLINIC_OWNER_SCOPES = tuple(sorted({*RECEPTION_SCOPES, "privacy:erase", "privacy:read", *_MANAGING}))
ROLE_SCOPES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("shop", RoleName.STAFF): STAFF_SCOPES,
    ("shop", RoleName.OWNER): OWNER_SCOPES,
    ("clinic", RoleName.DOCTOR): DOCTOR_SCOPES,
    ("clinic", RoleName.RECEPTION): RECEPTION_SCOPES,
    ("clinic", RoleName.OWNER): CLINIC_OWNER_SCOPES,
}


def reach(scopes: Iterable[str], grants: Mapping[str, str]) -> tuple[str, ...]:
    """Return the scopes of somebody with these of their own and these roles, in order of name."""
    held = ((place.partition(":")[0], role) for place, role in grants.items())
    of_roles = (scope for role in held for scope in ROLE_SCOPES.get(role, ()))
    return tuple(sorted({*scopes, *of_roles}))


def narrowed(wanted: Sequence[str], *limits: Iterable[str]) -> tuple[str, ...]:
    """Return what of `wanted` (all, if nothing is wanted in particular) is within every limit."""
    within = set.intersection(*map(set, limits))
    return tuple(sorted(within.intersection(wanted) if wanted else within))


def may_grant(caller: Caller, place: str) -> bool:
    """Return whether a caller may say who has which role at a place: its owner, and who runs the desk."""
    return caller.has_role(place, RoleName.OWNER) or OPERATE in caller.scopes


def beyond(caller: Caller, scopes: Iterable[str]) -> tuple[str, ...]:
    """Return the scopes that a caller may not give away, having less."""
    return () if OPERATE in caller.scopes else tuple(sorted(set(scopes) - caller.scopes))
