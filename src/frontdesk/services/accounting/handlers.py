"""What is done about an event or a request: load, decide, save. The rules are in `model` and `invoices`.

Every entry about an order has one id that it can have, so a fact that is told twice, even under two message ids, is
booked once; and no entry waits for another, so facts may come in any order. Only the credit note needs its invoice: it
is issued with whichever of sale and return comes last.
"""

from collections.abc import Sequence

from frontdesk.kernel.errors import NotFound
from frontdesk.kernel.kinds import AnyStored, Stored
from frontdesk.kernel.unit import Unit
from frontdesk.services.accounting import model
from frontdesk.services.accounting.commands import PayRefund, PostEntry
from frontdesk.services.accounting.invoices import (
    INVOICES,
    NUMBERINGS,
    Form,
    Invoice,
    Numbering,
    credit_note_of,
    document_id,
    invoice_of,
    told,
)
from frontdesk.services.accounting.manual import new_entry, refund_payment
from frontdesk.services.accounting.model import (
    ENTRIES,
    Entry,
    Goods,
    Occasion,
    balance_changes,
    entry_id,
    summed,
)
from frontdesk.services.accounting.shops import SHOPS, Shop, check_owner
from frontdesk.services.catalogue.events import ShopChanged
from frontdesk.services.orders.events import (
    OrderCancelled,
    OrderCreated,
    OrderDispatched,
    OrderRejected,
    OrderReturned,
)


async def book_payments(unit: Unit, events: Sequence[OrderCreated]) -> None:
    """Book what was paid with some orders. The busiest reaction: one record an order, two counters a shop and shard."""
    paid = [_payment(event) for event in events]
    entries = {entry.id: entry for entry in paid if entry.lines}
    booked = await unit.get_many(ENTRIES, tuple(entries))
    new = {id: entry for id, entry in entries.items() if id not in booked}
    if new:
        await unit.commit(*[ENTRIES.new(id, entry) for id, entry in new.items()], counters=summed(new))


def _payment(event: OrderCreated) -> Entry:
    goods = [
        Goods(line.sku, line.name, line.quantity, line.tax_rate, line.net, line.tax, line.gross)
        for line in event.lines
    ]
    return model.paid(event, event.placed_at, tuple(goods))


async def book_rejection(unit: Unit, event: OrderRejected) -> None:
    """Book that a rejected order is to be paid back."""
    await _book(unit, model.refunded(event, event.rejected_at))


async def book_cancellation(unit: Unit, event: OrderCancelled) -> None:
    """Book that a cancelled order is to be paid back."""
    await _book(unit, model.refunded(event, event.cancelled_at))


async def book_sale(unit: Unit, event: OrderDispatched) -> None:
    """Book a sale and issue its invoice, and its credit note if the order is back already."""
    entry = model.sold(event, event.dispatched_at)
    if await _is_booked(unit, entry):
        return
    credit_id = entry_id(event.order_id, Occasion.CREDIT)
    returned = await unit.find(ENTRIES, credit_id)
    numbering = await _numbering(unit, event.shop_id)
    documents = [invoice_of(event, numbering.value, supplied_at=event.dispatched_at, now=unit.now)]
    if returned is not None:
        came_back = returned.value.at
        documents.append(credit_note_of(documents[0], numbering.value, supplied_at=came_back, now=unit.now))
    await unit.commit(
        ENTRIES.new(entry.id, entry),
        *_issued(numbering, documents),
        absent=[] if returned else [(ENTRIES, credit_id)],  # one that comes now would miss its credit note
        counters=balance_changes(entry.id, entry),
        events=[told(document, event.event_source) for document in documents],
    )


async def book_return(unit: Unit, event: OrderReturned) -> None:
    """Book that a sale is taken back, and issue the credit note; without an invoice yet, `book_sale` will."""
    entry = model.credited(event, event.returned_at)
    if await _is_booked(unit, entry):
        return
    invoice_id = document_id(event.order_id, Form.INVOICE)
    invoice = await unit.find(INVOICES, invoice_id)
    documents: list[Invoice] = []
    changes: list[AnyStored] = []
    if invoice is not None:
        numbering = await _numbering(unit, event.shop_id)
        came_back = event.returned_at
        documents = [credit_note_of(invoice.value, numbering.value, supplied_at=came_back, now=unit.now)]
        changes = _issued(numbering, documents)
    await unit.commit(
        ENTRIES.new(entry.id, entry),
        *changes,
        absent=[] if invoice else [(INVOICES, invoice_id)],
        counters=balance_changes(entry.id, entry),
        events=[told(document, event.event_source) for document in documents],
    )


async def keep_shop(unit: Unit, event: ShopChanged) -> None:
    """Take over what the catalogue says of a shop."""
    shop = Shop(event.name, event.currency)
    found = await unit.find(SHOPS, event.shop_id)
    await unit.commit(SHOPS.new(event.shop_id, shop) if found is None else found.changed(shop))


async def pay_refund(unit: Unit, command: PayRefund, shop_id: str, order_id: str) -> Stored[Entry]:
    """Book that a refund has been paid, for the shop's owner. Raises NotFound, NothingDue."""
    check_owner(unit.caller, shop_id)
    ids = [entry_id(order_id, what) for what in Occasion]
    known = {stored.value.what: stored.value for stored in (await unit.get_many(ENTRIES, ids)).values()}
    if not any(entry.shop_id == shop_id for entry in known.values()):
        raise NotFound
    entry = refund_payment(known, by=unit.caller.subject, reference=command.reference or "", now=unit.now)
    return await unit.commit(ENTRIES.new(entry.id, entry), counters=balance_changes(entry.id, entry))


async def post_entry(unit: Unit, command: PostEntry, shop_id: str) -> Stored[Entry]:
    """Put an entry of the owner's own into the journal. Raises NotFound, Invalid."""
    check_owner(unit.caller, shop_id)
    shop = await unit.get(SHOPS, shop_id)
    id = unit.new_id("jnl")
    entry = new_entry(command, shop_id, shop.value.currency, by=unit.caller.subject, now=unit.now)
    return await unit.commit(ENTRIES.new(id, entry), counters=balance_changes(id, entry))


async def _book(unit: Unit, entry: Entry) -> None:
    if not await _is_booked(unit, entry):
        id = entry.id
        await unit.commit(ENTRIES.new(id, entry), counters=balance_changes(id, entry))


async def _is_booked(unit: Unit, entry: Entry) -> bool:
    """Return whether there is nothing to book: no money moves, or another message has told it already."""
    return not entry.lines or await unit.find(ENTRIES, entry.id) is not None


async def _numbering(unit: Unit, shop_id: str) -> Stored[Numbering]:
    """Return a shop's numbering as it stands; one that is not stored yet has version 0."""
    found = await unit.find(NUMBERINGS, shop_id)
    return found or Stored(NUMBERINGS, shop_id, Numbering(), 0)


def _issued(numbering: Stored[Numbering], documents: list[Invoice]) -> list[AnyStored]:
    after = numbering.value.after(*documents)
    return [numbering.changed(after), *[INVOICES.new(document.id, document) for document in documents]]
