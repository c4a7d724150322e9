"""How far somebody may reach: scopes, and roles at places. A token never carries more than this says."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from frontdesk.kernel.callers import Caller

OPERATE = "operate"  # of whoever runs the whole desk

Scope = Annotated[str, Meta(pattern=r"^[a-z][a-z-]{0,39}(:[a-z][a-z-]{0,39})?(?!\n)$")]
Place = Annotated[str, Meta(pattern=r"^shop:[a-z0-9][a-z0-9-]{0,39}(?!\n)$")]


class RoleName(StrEnum):
    """What somebody may be at a shop."""

    STAFF = "staff"
    OWNER = "owner"


CUSTOMER_SCOPES = ("catalogue:read", "orders:read", "orders:write", "stock:hold", "stock:read")
# A scope opens a door, the role decides behind it: with `catalogue:write` staff open and close, and set no price.
STAFF_SCOPES = (
    *CUSTOMER_SCOPES,
    "books:read",
    "catalogue:write",
    "orders:fulfil",
    "stock:write",
    "webhooks:read",
)
OWNER_SCOPES = (
    *STAFF_SCOPES,
    "books:write",
    "clients:read",
    "clients:write",
    "orders:import",
    "users:read",
    "users:write",
    "webhooks:write",
)
ROLE_SCOPES: Mapping[str, tuple[str, ...]] = {RoleName.STAFF: STAFF_SCOPES, RoleName.OWNER: OWNER_SCOPES}


def reach(scopes: Iterable[str], grants: Mapping[str, str]) -> tuple[str, ...]:
    """Return the scopes of somebody with these of their own and these roles, in order of name."""
    of_roles = (scope for role in grants.values() for scope in ROLE_SCOPES.get(role, ()))
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
