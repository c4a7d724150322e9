"""What owners and staff of a shop may send: its shape. The rules are in `model`."""

from typing import Annotated

from msgspec import Meta

from frontdesk.kernel import limits
from frontdesk.kernel.money import MAX_MINOR, Currency
from frontdesk.kernel.shapes import Body, Moment, Note
from frontdesk.services.accounting.model import Account

Amount = Annotated[int, Meta(ge=1, le=MAX_MINOR, description="amount in minor units of the currency")]


class PayRefund(Body, frozen=True):
    """The refund has been paid. `reference` is what the bank or the gateway calls it."""

    reference: Note | None = None


class NewLine(Body, frozen=True):
    """One side of an entry: a debit or a credit."""

    account: Account
    debit: Amount | None = None
    credit: Amount | None = None


class PostEntry(Body, frozen=True):
    """Put an entry of one's own into the journal, as when a business brings its balances along.

    `at` is when it happened, now by default.
    """

    currency: Currency
    lines: Annotated[tuple[NewLine, ...], Meta(min_length=2, max_length=len(Account))]
    note: Note
    at: Moment | None = None


class ListBooks(Body, frozen=True):
    """Which part of a list: since <= moment < until, newest first unless `oldest_first`."""

    since: Moment | None = None
    until: Moment | None = None
    oldest_first: bool = False
    cursor: Annotated[str, Meta(max_length=200)] = ""
    limit: Annotated[int, Meta(ge=1, le=limits.PAGE_MAX)] = limits.PAGE_DEFAULT
