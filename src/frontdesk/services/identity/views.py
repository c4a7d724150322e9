"""Reading: accounts, clients, roles, the audit and the keys, and what each looks like from outside."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, TypeVar

import msgspec

from frontdesk.kernel.errors import MissingScope, NotFound
from frontdesk.kernel.kinds import Kind, Stored
from frontdesk.kernel.sensitive import SENSITIVE
from frontdesk.kernel.unit import Page, Unit
from frontdesk.lists import cursor_of, moment_of
from frontdesk.services.identity import outside
from frontdesk.services.identity.accounts import ACCOUNTS, Account
from frontdesk.services.identity.acts import ACTS, Act, What
from frontdesk.services.identity.commands import ListActs, ListThem
from frontdesk.services.identity.managing_accounts import redacted, seen_account
from frontdesk.services.identity.managing_clients import managed_client
from frontdesk.services.identity.managing_clients import redacted as redacted_client
from frontdesk.services.identity.registrations import REGISTRATIONS, Registration
from frontdesk.services.identity.roles import ROLES, partition
from frontdesk.services.identity.scopes import OPERATE, may_grant

T = TypeVar("T")


class UserView(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person's account. A shop's owner sees the roles at their own shops, and neither address nor name."""

    user_id: str
    opened_at: datetime
    email: Annotated[str, SENSITIVE] = ""
    name: Annotated[str, SENSITIVE] = ""
    scopes: tuple[str, ...] = ()
    grants: Mapping[str, str] = {}
    closed_at: datetime | None = None


class ClientView(msgspec.Struct, frozen=True, omit_defaults=True):
    """A client. `client_secret` is in the one answer that made it; `secrets` are the moments when each was made."""

    client_id: str
    name: str
    registered_at: datetime
    registered_by: str
    scopes: tuple[str, ...] = ()
    grants: Mapping[str, str] = {}
    redirect_uris: tuple[str, ...] = ()
    secrets: tuple[datetime, ...] = ()
    revoked_at: datetime | None = None
    client_secret: Annotated[str, SENSITIVE] = ""


class ActView(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the audit."""

    at: datetime
    what: What
    by: str
    about: str = ""
    detail: Annotated[str, SENSITIVE] = ""


class UserList(msgspec.Struct, frozen=True):
    """Part of a list, newest first. Ask again with `cursor` for what follows; without one this is the end."""

    items: tuple[UserView, ...]
    cursor: str | None = None


class ClientList(msgspec.Struct, frozen=True):
    """Part of a list, newest first, as above."""

    items: tuple[ClientView, ...]
    cursor: str | None = None


class ActList(msgspec.Struct, frozen=True):
    """Part of the audit, newest first, as above."""

    items: tuple[ActView, ...]
    cursor: str | None = None


class KeyView(msgspec.Struct, frozen=True):
    """A signing key: its id, and the moment from which it signs."""

    kid: str
    signs_from: datetime


class KeyList(msgspec.Struct, frozen=True):
    """Every key that is published, oldest first."""

    items: tuple[KeyView, ...]


async def show_user(unit: Unit, id: str) -> Stored[Account]:
    """Return one account. Raises NotFound."""
    return await seen_account(unit, id)


async def show_client(unit: Unit, id: str) -> Stored[Registration]:
    """Return one client. Raises NotFound."""
    return await managed_client(unit, id)


async def list_users(unit: Unit, query: ListThem) -> Page[Account]:
    """Return all accounts, or those with a role at a place. Raises NotFound, MissingScope, Invalid."""
    page = await _listed(unit, ACCOUNTS, "usr", query)
    return Page(tuple(redacted(unit.caller, account) for account in page.items), page.cursor)


async def list_clients(unit: Unit, query: ListThem) -> Page[Registration]:
    """Return all clients, or those with a role at a place. Raises NotFound, MissingScope, Invalid."""
    page = await _listed(unit, REGISTRATIONS, "cli", query)
    return Page(tuple(redacted_client(unit, client) for client in page.items), page.cursor)


async def _listed(unit: Unit, kind: Kind[T], prefix: str, query: ListThem) -> Page[T]:
    cursor = moment_of(query.cursor)
    if query.place is None:
        if OPERATE not in unit.caller.scopes:
            raise MissingScope("Name a `place` of which you are the owner.", needs=[OPERATE])
        return await unit.query(kind, "all", "all", cursor=cursor, limit=query.limit)
    if not may_grant(unit.caller, query.place):
        raise NotFound
    where = partition(query.place, f"{prefix}_")
    roles = await unit.query(ROLES, "by_place", where, cursor=cursor, limit=query.limit)
    found = await unit.get_many(kind, [role.value.subject for role in roles.items])
    return Page(tuple(found[role.value.subject] for role in roles.items), roles.cursor)


async def list_acts(unit: Unit, query: ListActs) -> Page[Act]:
    """Return part of the audit, newest first. Raises Invalid."""
    index, where = ("about", query.about) if query.about else ("all", "all")
    return await unit.query(ACTS, index, where, cursor=moment_of(query.cursor), limit=query.limit)


async def list_keys(unit: Unit) -> Mapping[str, datetime]:
    """Return the published keys."""
    return outside.signing_keys(unit).moments()


def user_view(stored: Stored[Account]) -> UserView:
    """Show an account."""
    account = stored.value
    return UserView(
        user_id=stored.id,
        opened_at=account.opened_at,
        email=account.address,
        name=account.name,
        scopes=account.reach() if account.scopes else (),
        grants=account.grants,
        closed_at=account.closed_at,
    )


def client_view(stored: Stored[Registration]) -> ClientView:
    """Show a client."""
    client = stored.value
    return ClientView(
        client_id=stored.id,
        name=client.name,
        registered_at=client.registered_at,
        registered_by=client.registered_by,
        scopes=client.reach(),
        grants=client.grants,
        redirect_uris=client.redirect_uris,
        secrets=tuple(secret.made_at for secret in client.secrets),
        revoked_at=client.revoked_at,
        client_secret=client.shown,
    )


def act_list(page: Page[Act]) -> ActList:
    """Show part of the audit."""
    return ActList(tuple(_act_view(stored.value) for stored in page.items), cursor_of(page.cursor))


def _act_view(act: Act) -> ActView:
    return ActView(act.at, act.what, act.by, act.about, act.detail)


def user_list(page: Page[Account]) -> UserList:
    """Show part of a list."""
    return UserList(tuple(map(user_view, page.items)), cursor_of(page.cursor))


def client_list(page: Page[Registration]) -> ClientList:
    """Show part of a list."""
    return ClientList(tuple(map(client_view, page.items)), cursor_of(page.cursor))


def key_list(moments: Mapping[str, datetime]) -> KeyList:
    """Show the published keys."""
    return KeyList(tuple(KeyView(kid, moment) for kid, moment in moments.items()))
