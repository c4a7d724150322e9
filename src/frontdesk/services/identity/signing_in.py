"""People sign in, and their clients turn codes and refresh tokens into access."""

from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.unit import Unit
from frontdesk.services.identity import guesses, outside
from frontdesk.services.identity.accounts import ACCOUNTS, Account, address_claim, plain
from frontdesk.services.identity.acts import What, act, withdrawal
from frontdesk.services.identity.admissions import PERSON_TOKEN_LIVES, Admission, Denial, Reason
from frontdesk.services.identity.clients import find_client, proved
from frontdesk.services.identity.commands import Knock, RedeemCode, Refresh, RevokeToken, SignIn
from frontdesk.services.identity.guesses import GUESSES, Guesses
from frontdesk.services.identity.logins import (
    LOGINS,
    Login,
    code_for,
    login_of_code,
    refresh_token_for,
    turn_of,
)
from frontdesk.services.identity.registrations import Registration
from frontdesk.services.identity.scopes import narrowed

_NO_GRANT = Denial(Reason.INVALID_GRANT, "This is not valid, or not any more: sign in again.")
_SCOPE = Denial(Reason.INVALID_SCOPE, "These scopes are beyond what this person and this client may have.")


async def find_account(unit: Unit, address: str) -> Stored[Account] | None:
    """Return the account with an address."""
    claim = await unit.store.claim(address_claim(sealed(unit, address)))
    return await unit.get(ACCOUNTS, claim.owner) if claim is not None else None


def sealed(unit: Unit, address: str) -> str:
    """Return what stands for an address where the address itself must not be."""
    return outside.seals(unit).seal("address", plain(address))


def device_mark(unit: Unit, device: str) -> str:
    """Return what is kept of what a browser is known by, "" of nothing."""
    return outside.seals(unit).seal("device", device) if device else ""


def guesses_id(unit: Unit, account: Stored[Account] | None, address: str, device: str) -> str:
    """Return under which id tries for an address from a browser are counted."""
    known = account.value.devices if account else ()
    mark = device_mark(unit, device)
    return guesses.guesses_id(account.id if account else "", sealed(unit, address), mark, known)


async def knock(unit: Unit, command: Knock) -> int:
    """Count a try to sign in, and return the seconds to wait: 0 lets it be looked at."""
    account = await find_account(unit, command.address)
    id = guesses_id(unit, account, command.address, command.device)
    found = await unit.find(GUESSES, id)
    if found is None:
        await unit.commit(GUESSES.new(id, guesses.first(unit.now)))
        return 0
    wait = found.value.seconds_to_wait(unit.now)
    if not wait:
        await unit.commit(found.changed(found.value.tried(unit.now)))
    return wait


async def sign_in(unit: Unit, command: SignIn) -> str | Denial:
    """Return a code for a client, after a `knock`. A wrong password and an unknown address look and last the same."""
    client = await find_client(unit, command.client_id)
    account = await find_account(unit, command.address)
    passwords = outside.passwords(unit)
    kept = account.value.password if account else ""
    right = await passwords.matches(kept, command.password)
    if not right or account is None or account.value.closed_at or client is None:
        about = account.id if account else ""
        await unit.commit(act(unit, What.SIGN_IN_FAILED, about, command.client_id))
        return _NO_GRANT
    scopes = narrowed(command.scopes, client.value.reach(), account.value.reach())
    if not scopes:
        return _SCOPE
    value = account.value.remembering(device_mark(unit, command.new_device))
    if passwords.is_outdated(kept):
        value = value.rehashed(await passwords.hash(command.password))
    return await _begin(unit, account.changed(value), command, scopes)


async def _begin(unit: Unit, account: Stored[Account], command: SignIn, scopes: tuple[str, ...]) -> str:
    login = Login(
        account_id=account.id,
        client_id=command.client_id,
        scopes=scopes,
        redirect_uri=command.redirect_uri,
        challenge=command.challenge,
        began_at=unit.now,
    )
    stored = LOGINS.new(unit.new_id("lgn"), login)
    tries = await unit.find(GUESSES, guesses_id(unit, account, command.address, command.device))
    forgotten = [tries.changed(Guesses(0, unit.now))] if tries else []
    done = act(unit, What.SIGNED_IN, account.id, command.client_id, by=account.id)
    await unit.commit(stored, account, done, *forgotten)
    return code_for(stored.id, outside.seals(unit).seal)


async def redeem_code(unit: Unit, command: RedeemCode) -> Admission | Denial:
    """Turn a code into tokens, once. A code that comes again ends what came of it."""
    client = await proved(unit, command.proof)
    if isinstance(client, Denial):
        return client
    login_id = login_of_code(command.code, outside.seals(unit).seal)
    stored = await unit.find(LOGINS, login_id) if login_id else None
    if stored is None:
        return _NO_GRANT
    if stored.value.turn:
        return await _end(unit, stored, What.CODE_REUSED)
    if not stored.value.takes_code(client.id, command.redirect_uri, command.verifier, unit.now):
        return _NO_GRANT
    return await _turn(unit, stored, client.value, stored.value.scopes)


async def refresh(unit: Unit, command: Refresh) -> Admission | Denial:
    """Turn a refresh token into fresh ones. One that was used before ends the login, unless it comes at once."""
    client = await proved(unit, command.proof)
    if isinstance(client, Denial):
        return client
    found = turn_of(command.refresh_token, outside.seals(unit).seal)
    stored = await unit.find(LOGINS, found[0]) if found else None
    if found is None or stored is None or stored.value.client_id != client.id:
        return _NO_GRANT
    if not stored.value.is_live(unit.now):
        return _NO_GRANT
    is_newest = found[1] == stored.value.turn
    if not is_newest and not stored.value.is_repeat(found[1], unit.now):
        return await _end(unit, stored, What.REFRESH_REUSED)
    if set(command.scopes) - set(stored.value.scopes):
        return _SCOPE
    scopes = command.scopes or stored.value.scopes
    return await _turn(unit, stored, client.value, scopes, again=not is_newest)


async def _turn(
    unit: Unit, stored: Stored[Login], client: Registration, wanted: tuple[str, ...], *, again: bool = False
) -> Admission | Denial:
    login = stored.value
    account = await unit.get(ACCOUNTS, login.account_id)
    if not account.value.lets_in(login.began_at):
        return _NO_GRANT
    scopes = narrowed(wanted, client.reach(), account.value.reach())
    if not scopes:
        return _SCOPE
    turned = login if again else login.turned(unit.now)
    if not again:
        await unit.commit(stored.changed(turned), unchanged=[account])
    return Admission(
        subject=account.id,
        client_id=login.client_id,
        scopes=scopes,
        grants=account.value.grants,
        lives=PERSON_TOKEN_LIVES,
        generation=account.value.generation,
        login_id=stored.id,
        refresh_token=refresh_token_for(stored.id, turned.turn, outside.seals(unit).seal),
    )


async def _end(unit: Unit, stored: Stored[Login], what: What) -> Denial:
    if stored.value.ended_at is None:
        gone, told = withdrawal(unit, stored.id)
        done = act(unit, what, stored.value.account_id, stored.value.client_id)
        await unit.commit(stored.changed(stored.value.ended(unit.now)), done, gone, events=(told,))
    return _NO_GRANT


async def revoke_token(unit: Unit, command: RevokeToken) -> Denial | None:
    """Take a token back, with all of its login. A token of another client, or of nobody, is left alone (RFC 7009)."""
    client = await proved(unit, command.proof)
    if isinstance(client, Denial):
        return client
    found = turn_of(command.refresh_token, outside.seals(unit).seal)
    login_id = found[0] if found else command.login_id
    stored = await unit.find(LOGINS, login_id) if login_id else None
    if stored is not None and stored.value.client_id == client.id:
        await _end(unit, stored, What.LOGIN_REVOKED)
    elif not login_id and command.token_id and command.client_id == client.id:
        gone, told = withdrawal(unit, command.token_id)
        await unit.commit(gone, act(unit, What.TOKEN_REVOKED, client.id), events=(told,))
    return None
