"""Entries that a person makes: balances brought along, and refunds that have been paid."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from frontdesk.kernel.errors import Fault, Invalid, Rejected
from frontdesk.kernel.money import MAX_MINOR
from frontdesk.lists import FIRST_YEAR, LAST_YEAR
from frontdesk.services.accounting.commands import NewLine, PostEntry
from frontdesk.services.accounting.model import Account, Entry, EntryLine, Occasion, credit, debit


class NothingDue(Rejected):
    """Nothing is due to the customer of this order, or it has been paid back already."""


def refund_payment(known: Mapping[Occasion, Entry], *, by: str, reference: str, now: datetime) -> Entry:
    """Return the entry that pays back what an order's entries say is due. Raises NothingDue."""
    owed = [known[what] for what in (Occasion.REFUND, Occasion.CREDIT) if what in known]
    if Occasion.REFUND_PAID in known or not owed:
        raise NothingDue
    amount = sum(entry.credited(Account.REFUNDS_DUE) for entry in owed)
    return Entry(
        shop_id=owed[0].shop_id,
        what=Occasion.REFUND_PAID,
        at=now,
        currency=owed[0].currency,
        lines=(debit(Account.REFUNDS_DUE, amount), credit(Account.CASH_CLEARING, amount)),
        order_id=owed[0].order_id,
        by=by,
        note=reference,
    )


def new_entry(wish: PostEntry, shop_id: str, currency: str, *, by: str, now: datetime) -> Entry:
    """Return an entry as the shop's owner wants it. Raises Invalid with every fault at once."""
    faults = (*_faults(wish, currency),)
    if faults:
        raise Invalid(faults)
    return Entry(
        shop_id=shop_id,
        what=Occasion.MANUAL,
        at=(wish.at or now).astimezone(UTC),
        currency=currency,
        lines=tuple(EntryLine(line.account, line.debit or 0, line.credit or 0) for line in wish.lines),
        by=by,
        note=wish.note,
    )


def _faults(wish: PostEntry, currency: str) -> Iterator[Fault]:
    if wish.currency != currency:
        yield Fault("/currency", "wrong_currency", f"The books of this shop are kept in {currency}.")
    if wish.at is not None and not FIRST_YEAR <= wish.at.year <= LAST_YEAR:
        yield Fault("/at", "out_of_range", f"Must be between the years {FIRST_YEAR} and {LAST_YEAR}.")
    yield from _line_faults(wish.lines)
    debits = sum(line.debit or 0 for line in wish.lines)
    if debits != sum(line.credit or 0 for line in wish.lines):
        yield Fault("/lines", "unbalanced", "Debits and credits must come to the same sum.")
    elif debits > MAX_MINOR:
        yield Fault("/lines", "total_too_large", "Split this into smaller entries.")


def _line_faults(lines: tuple[NewLine, ...]) -> Iterator[Fault]:
    seen: set[Account] = set()
    for place, line in enumerate(lines):
        if (line.debit is None) == (line.credit is None):
            yield Fault(f"/lines/{place}", "one_side", "Give a debit or a credit, and not both.")
        if line.account in seen:
            yield Fault(f"/lines/{place}/account", "repeated_account", "Name each account once.")
        seen.add(line.account)
