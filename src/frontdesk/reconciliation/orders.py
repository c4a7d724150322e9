"""One order against its entries, its invoices and its reservation.

What a status demands is written here once more, and not taken from the services: a proof does not ask the accused.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from frontdesk.reconciliation.cases import Case
from frontdesk.reconciliation.causes import NOTHING, Awaited
from frontdesk.reconciliation.findings import Code, Finding
from frontdesk.services.accounting.invoices import Form, Invoice
from frontdesk.services.accounting.model import Account, Entry, Occasion
from frontdesk.services.inventory.reservations import Reservation, State
from frontdesk.services.orders.commands import Status
from frontdesk.services.orders.model import Order

ENTRIES: Mapping[Status, tuple[Occasion, ...]] = {
    Status.NEW: (Occasion.PAID,),
    Status.BACKORDERED: (Occasion.PAID,),
    Status.PROCESSED: (Occasion.PAID,),
    Status.REJECTED: (Occasion.PAID, Occasion.REFUND),
    Status.CANCELLED: (Occasion.PAID, Occasion.REFUND),
    Status.DISPATCHED: (Occasion.PAID, Occasion.SOLD),
    Status.DELIVERED: (Occasion.PAID, Occasion.SOLD),
    Status.RETURNED: (Occasion.PAID, Occasion.SOLD, Occasion.CREDIT),
}
FORMS: Mapping[Occasion, Form] = {Occasion.SOLD: Form.INVOICE, Occasion.CREDIT: Form.CREDIT_NOTE}
STATES: Mapping[Status, tuple[State, ...]] = {
    Status.NEW: (),
    Status.BACKORDERED: (State.WAITING,),
    Status.PROCESSED: (State.RESERVED,),
    Status.REJECTED: (State.SHORT,),
    Status.CANCELLED: (State.CANCELLED, State.SHORT),
    Status.DISPATCHED: (State.SHIPPED,),
    Status.DELIVERED: (State.SHIPPED,),
    Status.RETURNED: (State.RESTOCKED, State.DISCARDED),
}
TOLD_BY: Mapping[Occasion, Collection[str]] = {
    Occasion.PAID: ("Order Created",),
    Occasion.SOLD: ("Order Dispatched",),
    Occasion.REFUND: ("Order Rejected", "Order Cancelled"),
    Occasion.CREDIT: ("Order Returned",),
}
BOOKS = ("accounting",)  # whose reactions make entries and invoices ...
GOODS = ("inventory", "orders-processor")  # ... and whose bring orders and reservations together


class Doubt(NamedTuple):
    """Something that does not agree, unless what it awaits is on its way."""

    code: Code
    expected: str
    found: str
    awaits: Awaited = NOTHING


def differences(case: Case) -> Iterator[Finding]:
    """Yield what does not agree about one order."""
    order = case.order
    if order is None:
        yield from _without_order(case)
        return
    for doubt in (*_entries(case, order), *_invoices(case, order), *_stock(case, order)):
        cause, on_its_way = doubt.awaits.among(case.undelivered)
        yield Finding(doubt.code, order.shop_id, case.id, doubt.expected, doubt.found, cause, on_its_way)


def _without_order(case: Case) -> Iterator[Finding]:
    found = [
        (name, entry.shop_id) for name, entry in case.entries.items() if name
    ]  # without one it is manual
    found += [(name, invoice.shop_id) for name, invoice in case.invoices.items()]
    if case.reservation is not None:
        found.append(("reservation", case.reservation.shop_id))
    for name, shop_id in found:
        yield Finding(Code.NO_SUCH_ORDER, shop_id, case.id, "an order", f"its {name} alone")


def _demanded(order: Order) -> tuple[Occasion, ...]:
    return () if order.history or not order.gross else ENTRIES[order.status]


def _entries(case: Case, order: Order) -> Iterator[Doubt]:
    demanded = _demanded(order)
    for what in demanded:
        if what.value not in case.entries:
            yield Doubt(Code.MISSING_ENTRY, what.value, "none", Awaited(BOOKS, TOLD_BY[what]))
    allowed = {what.value for what in demanded}
    if Occasion.REFUND in demanded or Occasion.CREDIT in demanded:
        allowed.add(Occasion.REFUND_PAID.value)
    for name, entry in case.entries.items():
        if name not in allowed:
            yield Doubt(Code.SURPLUS_ENTRY, f"none of an order that is {_described(order)}", name)
            continue
        wanted, found = _as_it_should_be(Occasion(name), case.id, order), _as_it_is(entry)
        if found != wanted:
            yield Doubt(Code.WRONG_ENTRY, wanted.text(), found.text())


class Facts(NamedTuple):
    """What an entry says: of what, and what it adds to each account (debits less credits)."""

    what: Occasion
    order_id: str
    shop_id: str
    currency: str
    moves: Mapping[Account, int]

    def text(self) -> str:
        """Describe it in a line."""
        amounts = ", ".join(f"{account.value} {amount:+}" for account, amount in self.moves.items())
        return f"{self.what.value} of {self.order_id} at {self.shop_id}: {amounts} {self.currency}"


def _as_it_should_be(what: Occasion, id: str, order: Order) -> Facts:
    net, tax, gross = order.net, order.tax, order.gross
    if what is Occasion.PAID:
        moves = {Account.CASH_CLEARING: gross, Account.DEPOSITS: -gross}
    elif what is Occasion.SOLD:
        moves = {Account.DEPOSITS: gross, Account.REVENUE: -net, Account.TAX: -tax}
    elif what is Occasion.REFUND:
        moves = {Account.DEPOSITS: gross, Account.REFUNDS_DUE: -gross}
    elif what is Occasion.CREDIT:
        moves = {Account.REVENUE: net, Account.TAX: tax, Account.REFUNDS_DUE: -gross}
    else:
        moves = {Account.REFUNDS_DUE: gross, Account.CASH_CLEARING: -gross}
    if not (net and tax):
        moves = {account: amount for account, amount in moves.items() if amount}
    return Facts(what, id, order.shop_id, order.currency, moves)


def _as_it_is(entry: Entry) -> Facts:
    moves: dict[Account, int] = {}
    for line in entry.lines:
        moves[line.account] = moves.get(line.account, 0) + line.debit - line.credit
    return Facts(entry.what, entry.order_id, entry.shop_id, entry.currency, moves)


def _invoices(case: Case, order: Order) -> Iterator[Doubt]:
    demanded = {FORMS[what].value: what for what in _demanded(order) if what in FORMS}
    for name, what in demanded.items():
        if name not in case.invoices:
            yield Doubt(
                Code.MISSING_INVOICE, name, "none", Awaited(BOOKS, (*TOLD_BY[what], *TOLD_BY[Occasion.SOLD]))
            )
    for name, invoice in case.invoices.items():
        if name not in demanded:
            yield Doubt(Code.SURPLUS_INVOICE, f"none of an order that is {_described(order)}", name)
            continue
        wanted = _sums(name, case.id, order, _referred(name, case))
        found = _sums(invoice.form.value, invoice.order_id, invoice, invoice.refers_to)
        if found != wanted:
            yield Doubt(Code.WRONG_INVOICE, wanted, found)


def _referred(name: str, case: Case) -> str:
    invoice = case.invoices.get(Form.INVOICE.value)
    return invoice.number if name == Form.CREDIT_NOTE and invoice is not None else ""


def _sums(name: str, id: str, of: Order | Invoice, refers_to: str) -> str:
    back = f", taking back {refers_to}" if refers_to else ""
    return f"{name} of {id} at {of.shop_id}: {of.net} + {of.tax} = {of.gross} {of.currency}{back}"


def _stock(case: Case, order: Order) -> Iterator[Doubt]:
    reservation, awaits = case.reservation, Awaited(GOODS)
    state = reservation.state.value if reservation is not None else "none"
    if order.status is Status.NEW and not order.history:
        yield Doubt(Code.STUCK_ORDER, "an order that goes on", f"NEW, its reservation is {state}", awaits)
        return
    fitting = [wanted.value for wanted in STATES[order.status]] if order.is_tracked else ["none"]
    if order.status is Status.CANCELLED and not order.is_tracked:
        fitting.append(State.CANCELLED.value)  # inventory notes every cancellation
    if order.history:
        fitting = ["none"]
    if state not in fitting:
        yield Doubt(Code.WRONG_RESERVATION, f"{' or '.join(fitting)} while {order.status}", state, awaits)
    elif reservation is not None and not _keeps_all(reservation, order):
        yield Doubt(Code.WRONG_QUANTITY, "the pieces that were ordered", "others in its reservation")


def _keeps_all(reservation: Reservation, order: Order) -> bool:
    if reservation.state is State.CANCELLED and not reservation.lines:
        return True  # cancelled before it was heard of
    if reservation.shop_id != order.shop_id:
        return False
    wanted: dict[str, int] = {}
    for line in order.lines:
        if line.tracked:
            wanted[line.sku] = wanted.get(line.sku, 0) + line.quantity
    return wanted == {line.sku: line.quantity for line in reservation.lines}


def _described(order: Order) -> str:
    if order.history:
        return "history"
    return order.status.value if order.gross else "free of charge"
