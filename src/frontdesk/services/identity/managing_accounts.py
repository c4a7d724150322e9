"""Accounts are managed: by whoever runs the desk; and their roles by the owner of each shop."""

from msgspec.structs import replace

from frontdesk.kernel.callers import Caller
from frontdesk.kernel.errors import ClaimTaken, NotFound
from frontdesk.kernel.kinds import AnyStored, Stored
from frontdesk.kernel.records import Take
from frontdesk.kernel.unit import Unit
from frontdesk.services.identity import outside
from frontdesk.services.identity.accounts import (
    ACCOUNTS,
    Account,
    AddressTaken,
    address_claim,
    check_password,
    plain,
)
from frontdesk.services.identity.acts import What, act, withdrawal
from frontdesk.services.identity.commands import OpenAccount, Revoke, SendLink, SetRole, SignOut
from frontdesk.services.identity.events import NoticeWanted
from frontdesk.services.identity.notices import NOTICES, Language, Notice
from frontdesk.services.identity.roles import role_changed
from frontdesk.services.identity.scopes import CUSTOMER_SCOPES, OPERATE, may_grant
from frontdesk.services.identity.signing_in import sealed


async def open_account(unit: Unit, command: OpenAccount) -> Stored[Account]:
    """Open an account; without a password its person is sent a link. Raises Invalid, AddressTaken."""
    account_id = unit.new_id("usr")
    await unit.find(ACCOUNTS, account_id)  # a repeat ends here, before the address is found taken
    value = Account(
        address=plain(command.email),
        name=command.name or "",
        password=await _hashed(unit, command.password, command.email),
        scopes=command.scopes if command.scopes is not None else CUSTOMER_SCOPES,
        grants=dict(command.grants),
        opened_at=unit.now,
    )
    others: list[AnyStored] = [act(unit, What.ACCOUNT_OPENED, account_id)]
    others += [await role_changed(unit, account_id, place, role) for place, role in command.grants.items()]
    events = []
    if not value.password:
        notice = _link(unit, value, command.language)
        others.append(notice)
        events.append(NoticeWanted(notice_id=notice.id))
    claim = Take(address_claim(sealed(unit, value.address)), account_id)
    try:
        return await unit.commit(ACCOUNTS.new(account_id, value), *others, claims=[claim], events=events)
    except ClaimTaken:
        raise AddressTaken from None


async def _hashed(unit: Unit, password: str | None, address: str) -> str:
    if password is None:
        return ""
    check_password(password, address)
    return await outside.passwords(unit).hash(password)


def _link(unit: Unit, account: Account, language: Language) -> Stored[Notice]:
    notice = Notice(address=account.address, is_known=True, language=language, asked_at=unit.now)
    return NOTICES.new(unit.new_id("ntc"), notice)


async def send_link(unit: Unit, command: SendLink, id: str) -> Stored[Account]:
    """Send somebody a link to choose a new password. Raises NotFound."""
    account = await unit.get(ACCOUNTS, id)
    if account.value.closed_at is not None:
        raise NotFound
    notice = _link(unit, account.value, command.language)
    wanted = NoticeWanted(notice_id=notice.id)
    done = act(unit, What.LINK_ASKED_FOR, id)
    if not command.sign_out:
        return await unit.commit(account.changed(account.value), notice, done, events=[wanted])
    value = account.value.signed_out(unit.now)
    gone, told = withdrawal(unit, id, value.generation)
    return await unit.commit(account.changed(value), notice, done, gone, events=[wanted, told])


async def sign_out(unit: Unit, _: SignOut, id: str) -> Stored[Account]:
    """End every login of an account. Raises NotFound."""
    if unit.caller.subject != id and OPERATE not in unit.caller.scopes:
        raise NotFound
    account = await unit.get(ACCOUNTS, id)
    value = account.value.signed_out(unit.now)
    gone, told = withdrawal(unit, id, value.generation)
    return await unit.commit(account.changed(value), gone, act(unit, What.SIGNED_OUT, id), events=[told])


async def close_account(unit: Unit, command: Revoke, id: str) -> Stored[Account]:
    """Let somebody in no more, for good. Its address stays taken. Raises NotFound."""
    account = await unit.get(ACCOUNTS, id)
    value = account.value.closed(unit.now)
    if value is account.value:
        return account
    gone, told = withdrawal(unit, id)
    done = act(unit, What.ACCOUNT_CLOSED, id, command.reason or "")
    return await unit.commit(account.changed(value), gone, done, events=[told])


async def grant_account(unit: Unit, command: SetRole, id: str, place: str) -> Stored[Account]:
    """Give a role at a place, for its owner. Raises NotFound, TooManyGrants."""
    return await _granted(unit, id, place, command.role)


async def take_from_account(unit: Unit, id: str, place: str) -> Stored[Account]:
    """Take the role at a place away, for its owner. Tokens that carry it end at once. Raises NotFound."""
    return await _granted(unit, id, place, None)


async def _granted(unit: Unit, id: str, place: str, role: str | None) -> Stored[Account]:
    if not may_grant(unit.caller, place):
        raise NotFound
    account = await unit.get(ACCOUNTS, id)
    if account.value.grants.get(place) == role:
        return redacted(unit.caller, account)
    value = account.value.granted(place, role)
    others: list[AnyStored] = [await role_changed(unit, id, place, role)]
    what = What.ROLE_GRANTED if role else What.ROLE_TAKEN
    others.append(act(unit, what, id, f"{place}={role}" if role else place))
    events = []
    if value.generation != account.value.generation:
        gone, told = withdrawal(unit, id, value.generation)
        others.append(gone)
        events.append(told)
    return redacted(unit.caller, await unit.commit(account.changed(value), *others, events=events))


async def seen_account(unit: Unit, id: str) -> Stored[Account]:
    """Return an account to its person, who runs the desk, and the owners of its shops. Raises NotFound."""
    account = await unit.get(ACCOUNTS, id)
    seen = redacted(unit.caller, account)
    if unit.caller.subject != id and OPERATE not in unit.caller.scopes and not seen.value.grants:
        raise NotFound
    return seen


def redacted(caller: Caller, account: Stored[Account]) -> Stored[Account]:
    """Return what a caller may see: a shop's owner sees no address, and the roles at their own shops alone."""
    if OPERATE in caller.scopes or caller.subject == account.id:
        return account
    grants = {place: role for place, role in account.value.grants.items() if may_grant(caller, place)}
    value = replace(account.value, address="", name="", scopes=(), grants=grants)
    return replace(account, value=value)
