"""Accounts of people: an address that is proved, a password, what they may do. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import msgspec

from frontdesk.kernel.errors import Fault, Invalid, Rejected
from frontdesk.kernel.kinds import Index, Kind
from frontdesk.kernel.sensitive import SENSITIVE
from frontdesk.kernel.time import sortable
from frontdesk.services.identity.scopes import CUSTOMER_SCOPES, reach

MAX_GRANTS = 50  # places of one account or client
MAX_DEVICES = 5  # browsers that an account remembers, newest last
MIN_DIFFERENT = 4  # characters in a password: ten times the same letter is none


class AddressTaken(Rejected):
    """There is an account with this address."""


class TooManyGrants(Rejected):
    """One can have a role at so many places, and at no more."""


class Account(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One person. `password` is a slow hash, "" for none yet; `devices` are keyed hashes.

    `generation` counts up when tokens that are out there must not be good any more. Logins from before
    `signed_out_at` are over.
    """

    address: Annotated[str, SENSITIVE]
    name: Annotated[str, SENSITIVE] = ""
    password: Annotated[str, SENSITIVE] = ""
    scopes: tuple[str, ...] = CUSTOMER_SCOPES
    grants: Mapping[str, str] = {}
    opened_at: datetime
    generation: int = 1
    signed_out_at: datetime | None = None
    closed_at: datetime | None = None
    devices: tuple[str, ...] = ()

    def reach(self) -> tuple[str, ...]:
        """Return every scope that this person may have."""
        return reach(self.scopes, self.grants)

    def lets_in(self, began_at: datetime) -> bool:
        """Return whether a login that began then still counts."""
        return self.closed_at is None and (self.signed_out_at is None or began_at > self.signed_out_at)

    def signed_out(self, now: datetime) -> "Account":
        """End every login, and every token that came of one."""
        return msgspec.structs.replace(self, signed_out_at=now, generation=self.generation + 1)

    def with_password(self, kept: str, now: datetime) -> "Account":
        """Take a new password. Whoever was signed in with the old one is not any more."""
        return msgspec.structs.replace(self.signed_out(now), password=kept)

    def rehashed(self, kept: str) -> "Account":
        """Keep the same password in another form."""
        return msgspec.structs.replace(self, password=kept)

    def closed(self, now: datetime) -> "Account":
        """Let nobody in any more. Closing again changes nothing."""
        return self if self.closed_at else msgspec.structs.replace(self.signed_out(now), closed_at=now)

    def remembering(self, device: str) -> "Account":
        """Know a browser again."""
        others = tuple(known for known in self.devices if known != device)
        return msgspec.structs.replace(self, devices=(*others, device)[-MAX_DEVICES:])

    def granted(self, place: str, role: str | None) -> "Account":
        """Have this role at a place, or none there. Raises TooManyGrants. Less than before ends present tokens."""
        before = self.grants.get(place)
        grants = changed_grants(self.grants, place, role)
        generation = self.generation + (before is not None and before != role)
        return msgspec.structs.replace(self, grants=grants, generation=generation)


ACCOUNTS = Kind(
    "account",
    Account,
    indexes=(Index("all", lambda _: "all", lambda account: sortable(account.opened_at)),),
)


def changed_grants(grants: Mapping[str, str], place: str, role: str | None) -> Mapping[str, str]:
    """Return grants with this role at a place, or none there. Raises TooManyGrants."""
    others = {at: held for at, held in grants.items() if at != place}
    if role is None:
        return others
    if len(others) >= MAX_GRANTS:
        raise TooManyGrants(limit=MAX_GRANTS)
    return {**others, place: role}


def plain(address: str) -> str:
    """Return an address as it is compared: nobody has two accounts by writing it in capitals."""
    return address.strip().lower()


def check_password(password: str, address: str) -> None:
    """Refuse what is guessed first. Raises Invalid. How long it must be is in its shape."""
    mailbox = plain(address).partition("@")[0]
    if len(set(password)) < MIN_DIFFERENT or password.lower() in {plain(address), mailbox}:
        raise Invalid((Fault("/password", "too_easy", "This is among the first that somebody would try."),))


def address_claim(sealed_address: str) -> str:
    """Return the claim that makes an address one account's alone."""
    return f"identity:address:{sealed_address}"
