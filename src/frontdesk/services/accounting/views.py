"""Reading the books: trial balance, journal and invoices, and what each looks like from outside."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import msgspec

from frontdesk.kernel.errors import NotFound
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.sensitive import SENSITIVE
from frontdesk.kernel.unit import Page, Unit
from frontdesk.lists import cursor_of
from frontdesk.services.accounting.commands import ListBooks
from frontdesk.services.accounting.invoices import INVOICES, Form, Invoice, document_id
from frontdesk.services.accounting.lists import page_of
from frontdesk.services.accounting.model import (
    ENTRIES,
    SHARDS,
    Account,
    Entry,
    EntryLine,
    Occasion,
    balance_key,
    balance_keys,
    entry_id,
)
from frontdesk.services.accounting.shops import SHOPS, Shop, check_staff


class AccountBalance(msgspec.Struct, frozen=True):
    """What an account comes to, on the side on which it stands. Minor units."""

    account: Account
    debit: int
    credit: int


class TrialBalance(msgspec.Struct, frozen=True):
    """Every account of a shop. `debit` and `credit` are the two columns' sums, and equal."""

    shop_id: str
    currency: str
    accounts: tuple[AccountBalance, ...]
    debit: int
    credit: int


class JournalEntry(msgspec.Struct, frozen=True):
    """One entry of the journal. Amounts are minor units of `currency`."""

    entry_id: str
    shop_id: str
    what: Occasion
    at: datetime
    currency: str
    lines: tuple[EntryLine, ...]
    order_id: str | None = None
    by: str | None = None
    note: Annotated[str | None, SENSITIVE] = None


class Journal(msgspec.Struct, frozen=True):
    """Part of the journal. Ask again with `cursor` for what follows; without one this is the end."""

    items: tuple[JournalEntry, ...]
    cursor: str | None = None


class InvoiceLine(msgspec.Struct, frozen=True):
    """So many of one product for so much, all of them together."""

    sku: str
    name: str
    quantity: int
    tax_rate: int
    net: int
    tax: int
    gross: int


class InvoiceView(msgspec.Struct, frozen=True):
    """An invoice, or a credit note that `refers_to` one. Amounts are minor units of `currency`."""

    number: str
    form: Form
    shop_id: str
    order_id: str
    customer_id: str
    issued_at: datetime
    supplied_at: datetime
    currency: str
    net: int
    tax: int
    gross: int
    refers_to: str | None = None


class InvoiceList(msgspec.Struct, frozen=True):
    """Part of the invoices and credit notes. Ask again with `cursor` for what follows."""

    items: tuple[InvoiceView, ...]
    cursor: str | None = None


class OrderInvoice(msgspec.Struct, frozen=True):
    """What an order was invoiced, with its goods, and what of it was taken back."""

    shop: str
    invoice: InvoiceView
    lines: tuple[InvoiceLine, ...]
    credit_note: InvoiceView | None = None


async def show_trial_balance(unit: Unit, shop_id: str) -> TrialBalance:
    """Return a shop's balances, to its staff. Raises NotFound."""
    check_staff(unit.caller, shop_id)
    shop = await unit.get(SHOPS, shop_id)
    counts = await unit.counts(balance_keys(shop_id, shop.value.currency))
    return trial_balance(shop_id, shop.value.currency, counts)


async def list_journal(unit: Unit, query: ListBooks, shop_id: str) -> Page[Entry]:
    """Return a part of a shop's journal in the order of what happened, to its staff. Raises NotFound, Invalid."""
    check_staff(unit.caller, shop_id)
    return await page_of(unit, ENTRIES, shop_id, query)


async def list_invoices(unit: Unit, query: ListBooks, shop_id: str) -> Page[Invoice]:
    """Return a part of a shop's invoices and credit notes as issued, to its staff. Raises NotFound, Invalid."""
    check_staff(unit.caller, shop_id)
    return await page_of(unit, INVOICES, shop_id, query)


async def show_invoice(unit: Unit, shop_id: str, order_id: str) -> OrderInvoice:
    """Return an order's invoice, to the shop's staff. Raises NotFound."""
    check_staff(unit.caller, shop_id)
    shop = await unit.get(SHOPS, shop_id)
    ids = [document_id(order_id, form) for form in Form]
    found = {stored.value.form: stored for stored in (await unit.get_many(INVOICES, ids)).values()}
    invoice = found.get(Form.INVOICE)
    if invoice is None or invoice.value.shop_id != shop_id:
        raise NotFound
    payment = await unit.find(ENTRIES, entry_id(order_id, Occasion.PAID))
    return _order_invoice(shop.value, found, payment)


def trial_balance(shop_id: str, currency: str, counts: Mapping[str, int]) -> TrialBalance:
    """Add up the shards of each account."""
    balances = {
        account: sum(counts[balance_key(shop_id, currency, account, n)] for n in range(SHARDS))
        for account in Account
    }
    accounts = [AccountBalance(name, max(sum_, 0), max(-sum_, 0)) for name, sum_ in balances.items()]
    debits, credits_ = (sum(row.debit for row in accounts), sum(row.credit for row in accounts))
    return TrialBalance(shop_id, currency, tuple(accounts), debits, credits_)


def entry_view(stored: Stored[Entry]) -> JournalEntry:
    """Show an entry."""
    entry = stored.value
    return JournalEntry(
        entry_id=stored.id,
        shop_id=entry.shop_id,
        what=entry.what,
        at=entry.at,
        currency=entry.currency,
        lines=entry.lines,
        order_id=entry.order_id or None,
        by=entry.by or None,
        note=entry.note or None,
    )


def journal(page: Page[Entry]) -> Journal:
    """Show part of the journal."""
    return Journal(tuple(entry_view(stored) for stored in page.items), cursor_of(page.cursor))


def invoice_view(stored: Stored[Invoice]) -> InvoiceView:
    """Show an invoice or a credit note."""
    document = stored.value
    return InvoiceView(
        number=document.number,
        form=document.form,
        shop_id=document.shop_id,
        order_id=document.order_id,
        customer_id=document.customer_id,
        issued_at=document.issued_at,
        supplied_at=document.supplied_at,
        currency=document.currency,
        net=document.net,
        tax=document.tax,
        gross=document.gross,
        refers_to=document.refers_to or None,
    )


def invoice_list(page: Page[Invoice]) -> InvoiceList:
    """Show part of the invoices."""
    return InvoiceList(tuple(invoice_view(stored) for stored in page.items), cursor_of(page.cursor))


def as_it_is(value: TrialBalance | OrderInvoice) -> TrialBalance | OrderInvoice:
    """Show what was put together for the answer."""
    return value


def _order_invoice(
    shop: Shop, found: Mapping[Form, Stored[Invoice]], payment: Stored[Entry] | None
) -> OrderInvoice:
    goods = payment.value.goods if payment is not None else ()
    note = found.get(Form.CREDIT_NOTE)
    return OrderInvoice(
        shop=shop.name,
        invoice=invoice_view(found[Form.INVOICE]),
        lines=tuple(
            InvoiceLine(one.sku, one.name, one.quantity, one.tax_rate, one.net, one.tax, one.gross)
            for one in goods
        ),
        credit_note=invoice_view(note) if note is not None else None,
    )
