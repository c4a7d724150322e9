"""People choose their password by a link: whoever signs up, and whoever has forgotten it."""

from frontdesk.kernel.errors import ClaimTaken, Conflict
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.records import Take
from frontdesk.kernel.unit import Unit
from frontdesk.services.identity import outside
from frontdesk.services.identity.accounts import (
    ACCOUNTS,
    Account,
    address_claim,
    check_password,
    plain,
)
from frontdesk.services.identity.acts import What, act, withdrawal
from frontdesk.services.identity.admissions import Denial, Reason
from frontdesk.services.identity.commands import AskForLink, ChoosePassword
from frontdesk.services.identity.events import NoticeWanted
from frontdesk.services.identity.guesses import GUESSES, Guesses
from frontdesk.services.identity.notices import NOTICES, ONE_IN, Notice, link_token, notice_of
from frontdesk.services.identity.signing_in import find_account, sealed

_NO_LINK = Denial(Reason.INVALID_REQUEST, "The link is not valid, or not any more: ask for another one.")


async def ask_for_link(unit: Unit, command: AskForLink) -> None:
    """Have a link sent, at most one a minute to one address. Nothing tells the caller what became of it."""
    account = await find_account(unit, command.address)
    notice = Notice(
        address=plain(command.address),
        is_known=account is not None,
        language=command.language,
        asked_at=unit.now,
        return_to=command.return_to,
    )
    stored = NOTICES.new(unit.new_id("ntc"), notice)
    pause = f"identity:notice:{sealed(unit, command.address)}"
    done = act(unit, What.LINK_ASKED_FOR, account.id if account else "")
    try:
        await unit.commit(
            stored,
            done,
            claims=[Take(pause, stored.id, unit.now + ONE_IN)],
            events=[NoticeWanted(notice_id=stored.id)],
        )
    except ClaimTaken:
        return


async def send_notice(unit: Unit, event: NoticeWanted) -> None:
    """Send a message, unless it was sent or is of no use any more. A repeat goes out under the same id."""
    stored = await unit.get(NOTICES, event.notice_id)
    notice = stored.value
    if notice.sent_at is not None or not notice.is_open(unit.now):
        return
    subject, text = notice.text(outside.site(unit), link_token(stored.id, outside.seals(unit).seal))
    await outside.messenger(unit).send(stored.id, notice.address, subject, text)
    await unit.commit(stored.changed(notice.sent(unit.now)))


async def open_notice(unit: Unit, token: str) -> Stored[Notice] | None:
    """Return the notice whose link this is, if it still leads somewhere. Looking at it uses nothing up."""
    notice_id = notice_of(token, outside.seals(unit).seal)
    stored = await unit.find(NOTICES, notice_id) if notice_id else None
    return stored if stored is not None and stored.value.is_open(unit.now) else None


async def choose_password(unit: Unit, command: ChoosePassword) -> Stored[Notice] | Denial:
    """Set the password of an account, opening it if there is none. Ends its logins. Raises Invalid."""
    stored = await open_notice(unit, command.token)
    if stored is None:
        return _NO_LINK
    check_password(command.password, stored.value.address)
    account = await find_account(unit, stored.value.address)
    kept = await outside.passwords(unit).hash(command.password)
    if account is None:
        return await _opened(unit, stored, kept)
    if account.value.closed_at is not None:
        return _NO_LINK
    return await _changed(unit, stored, account, kept)


async def _opened(unit: Unit, stored: Stored[Notice], kept: str) -> Stored[Notice]:
    fresh = Account(address=stored.value.address, password=kept, opened_at=unit.now)
    account = ACCOUNTS.new(unit.new_id("usr"), fresh)
    claim = Take(address_claim(sealed(unit, fresh.address)), account.id)
    try:
        return await unit.commit(
            stored.changed(stored.value.used(unit.now)),
            account,
            act(unit, What.ACCOUNT_OPENED, account.id, by=account.id),
            claims=[claim],
        )
    except ClaimTaken as taken:
        raise Conflict from taken  # somebody followed two links at once: look again


async def _changed(unit: Unit, stored: Stored[Notice], account: Stored[Account], kept: str) -> Stored[Notice]:
    value = account.value.with_password(kept, unit.now)
    gone, told = withdrawal(unit, account.id, value.generation)
    tries = await unit.find(GUESSES, account.id)
    forgotten = [tries.changed(Guesses(0, unit.now))] if tries else []
    return await unit.commit(
        stored.changed(stored.value.used(unit.now)),
        account.changed(value),
        gone,
        act(unit, What.PASSWORD_SET, account.id, by=account.id),
        *forgotten,
        events=[told],
    )
