"""The journal: entries that balance, the rules by which an order's facts become entries, and what they do to balances.

Pure. Amounts are minor units. An entry about an order has a fixed id, so no fact is booked twice, and none of the rules
looks at another entry, so facts may come in any order.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Protocol
from zlib import crc32

import msgspec

from frontdesk.kernel.kinds import Index, Kind
from frontdesk.kernel.records import Add
from frontdesk.kernel.sensitive import SENSITIVE
from frontdesk.kernel.time import sortable

SHARDS = 8  # counters an account has: one alone would be a hot item on DynamoDB


class Account(StrEnum):
    """Where money is, or whose it is."""

    CASH_CLEARING = "cash_clearing"  # taken by the payment gateway for us, less what went back
    DEPOSITS = "deposits"  # paid for what has not left the house
    REVENUE = "revenue"
    TAX = "tax"  # owed to the tax office
    REFUNDS_DUE = "refunds_due"  # owed to customers
    OPENING = "opening"  # the other side of what a business brings along


class Occasion(StrEnum):
    """What an entry is about."""

    PAID = "paid"
    SOLD = "sold"
    REFUND = "refund"
    CREDIT = "credit"
    REFUND_PAID = "refund-paid"
    MANUAL = "manual"


class EntryLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One side of an entry: so much debited to an account, or credited."""

    account: Account
    debit: int = 0
    credit: int = 0


class Goods(msgspec.Struct, frozen=True, array_like=True):
    """So many of one product for so much (all of them together): a line of the invoice to come."""

    sku: str
    name: str
    quantity: int
    tax_rate: int
    net: int
    tax: int
    gross: int


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry of a shop's journal. It never changes and always balances: another one cannot be built.

    `at` is when the fact happened, not when it was heard. `goods` are kept with a payment, for the invoice.
    """

    shop_id: str
    what: Occasion
    at: datetime
    currency: str
    lines: tuple[EntryLine, ...]
    order_id: str = ""
    goods: tuple[Goods, ...] = ()
    by: str = ""
    note: Annotated[str, SENSITIVE] = ""

    def __post_init__(self) -> None:
        difference = 0
        for line in self.lines:
            difference += line.debit - line.credit
            if min(line.debit, line.credit) != 0 or line.debit + line.credit <= 0:
                raise ValueError("a line has a debit or a credit, and it is positive")
        if difference:
            raise ValueError("debits and credits of an entry differ")

    @property
    def id(self) -> str:
        """The one id that an order's entry of this sort can have."""
        return entry_id(self.order_id, self.what)

    def credited(self, account: Account) -> int:
        """Return what this credits to an account."""
        return sum(line.credit for line in self.lines if line.account is account)


ENTRIES = Kind(
    "entry", Entry, indexes=(Index("by_shop", lambda entry: entry.shop_id, lambda entry: sortable(entry.at)),)
)


class OrderMoney(Protocol):
    """What every fact about an order's money says."""

    @property
    def order_id(self) -> str: ...
    @property
    def shop_id(self) -> str: ...
    @property
    def currency(self) -> str: ...
    @property
    def net(self) -> int: ...
    @property
    def tax(self) -> int: ...
    @property
    def gross(self) -> int: ...


def paid(order: OrderMoney, at: datetime, goods: tuple[Goods, ...] = ()) -> Entry:
    """Book an order's payment, which the gateway took before the order came: it is the customer's until dispatch."""
    lines = (debit(Account.CASH_CLEARING, order.gross), credit(Account.DEPOSITS, order.gross))
    return _entry(order, Occasion.PAID, at, *lines, goods=goods)


def sold(order: OrderMoney, at: datetime) -> Entry:
    """Book the sale: the deposit has become revenue and tax."""
    lines = (
        debit(Account.DEPOSITS, order.gross),
        credit(Account.REVENUE, order.net),
        credit(Account.TAX, order.tax),
    )
    return _entry(order, Occasion.SOLD, at, *lines)


def refunded(order: OrderMoney, at: datetime) -> Entry:
    """Book that an order which never left is to be paid back."""
    lines = (debit(Account.DEPOSITS, order.gross), credit(Account.REFUNDS_DUE, order.gross))
    return _entry(order, Occasion.REFUND, at, *lines)


def credited(order: OrderMoney, at: datetime) -> Entry:
    """Book that an order which had left is to be paid back: revenue and tax are taken back."""
    lines = (
        debit(Account.REVENUE, order.net),
        debit(Account.TAX, order.tax),
        credit(Account.REFUNDS_DUE, order.gross),
    )
    return _entry(order, Occasion.CREDIT, at, *lines)


def debit(account: Account, amount: int) -> EntryLine:
    """Return a line that debits an account."""
    return EntryLine(account, debit=amount)


def credit(account: Account, amount: int) -> EntryLine:
    """Return a line that credits an account."""
    return EntryLine(account, credit=amount)


def entry_id(order_id: str, what: Occasion) -> str:
    """Return the one id that an order's entry of this sort can have."""
    return f"{order_id}:{what}"


def balance_changes(id: str, entry: Entry) -> Iterator[Add]:
    """Yield what an entry does to the balances (debits less credits), for the commit that makes it.

    All entries of an order are counted in one shard. The embedded runtime folds a batch of entries into one write a
    counter; on DynamoDB the shards share the load.
    """
    shard = crc32((entry.order_id or id).encode()) % SHARDS
    for line in entry.lines:
        key = balance_key(entry.shop_id, entry.currency, line.account, shard)
        yield Add(key, line.debit - line.credit, floor=None)


def summed(entries: Mapping[str, Entry]) -> list[Add]:
    """Return what entries, by id, do to the balances together: a commit names each counter once."""
    sums: dict[str, int] = {}
    for id, entry in entries.items():
        for add in balance_changes(id, entry):
            sums[add.key] = sums.get(add.key, 0) + add.amount
    return [Add(key, amount, floor=None) for key, amount in sums.items()]


def balance_key(shop_id: str, currency: str, account: Account, shard: int) -> str:
    """Return the counter that holds one shard of an account's balance."""
    return f"accounting:balance:{shop_id}:{currency}:{account}:{shard}"


def balance_keys(shop_id: str, currency: str) -> tuple[str, ...]:
    """Return all counters of a shop's balances: 48, which is one read."""
    return tuple(balance_key(shop_id, currency, account, n) for account in Account for n in range(SHARDS))


def _entry(
    order: OrderMoney, what: Occasion, at: datetime, *lines: EntryLine, goods: tuple[Goods, ...] = ()
) -> Entry:
    return Entry(
        shop_id=order.shop_id,
        what=what,
        at=at,
        currency=order.currency,
        lines=tuple([line for line in lines if line.debit or line.credit]),
        order_id=order.order_id,
        goods=goods,
    )
