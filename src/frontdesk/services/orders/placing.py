"""Accepting an order: at the shop's prices, or as another system had counted it. Pure, as `model` is."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from frontdesk.kernel.callers import Caller
from frontdesk.kernel.errors import Fault, Invalid, Rejected
from frontdesk.kernel.messages import Event
from frontdesk.kernel.money import MAX_MINOR
from frontdesk.services.orders.commands import (
    ImportOrder,
    Method,
    NewCustomer,
    NewDelivery,
    OldLine,
    PlaceOrder,
    Status,
)
from frontdesk.services.orders.events import OrderCreated, OrderedLine, OrderReady
from frontdesk.services.orders.model import Customer, Delivery, Order, Step, is_staff
from frontdesk.services.orders.prices import Line, PriceList

HISTORY = (Status.DELIVERED, Status.CANCELLED, Status.RETURNED)


class PriceChanged(Rejected):
    """The order does not come to the expected total at the shop's present prices."""


def place(
    id: str, wish: PlaceOrder, price_list: PriceList | None, caller: Caller, now: datetime
) -> tuple[Order, tuple[Event, ...]]:
    """Accept an order at the shop's prices; without a price list there is no such shop.

    Raises Invalid with every fault at once, or PriceChanged.
    """
    faults = (
        *(price_list.faults(wish.lines, now) if price_list else _NO_SHOP),
        *_customer_faults(wish, caller),
        *_delivery_faults(wish.delivery),
    )
    if faults or price_list is None:
        raise Invalid(faults)
    lines = price_list.price(wish.lines)
    net, tax = sum([line.net for line in lines]), sum([line.tax for line in lines])
    _check_total(wish, net + tax, price_list.shop.currency)
    order = Order(
        shop_id=wish.shop_id,
        channel=wish.channel,
        customer_id=wish.customer.id or caller.subject,
        customer=_customer(wish.customer),
        delivery=_delivery(wish.delivery),
        currency=price_list.shop.currency,
        tax_included=price_list.tax_included,
        lines=lines,
        net=net,
        tax=tax,
        gross=net + tax,
        steps=(Step(Status.NEW, now, caller.subject),),
        event_source=price_list.shop.event_source,
    )
    return order, _told(id, order, waits=price_list.shop.waits, hold_id=wish.hold_id or "")


def take_over(
    id: str, old: ImportOrder, price_list: PriceList | None, caller: Caller, now: datetime
) -> tuple[Order, tuple[Event, ...]]:
    """Accept an order of another system: one that is NEW with its events, history without.

    Raises Invalid with every fault at once.
    """
    faults = (
        *(_import_faults(old, price_list, now) if price_list else _NO_SHOP),
        *_delivery_faults(old.delivery),
    )
    if faults or price_list is None:
        raise Invalid(faults)
    order = Order(
        shop_id=old.shop_id,
        channel=old.channel,
        customer_id=old.customer.id or f"{old.shop_id}:unknown",
        customer=_customer(old.customer),
        delivery=_delivery(old.delivery),
        currency=old.currency,
        tax_included=old.tax_included,
        lines=tuple(_line(line, price_list, is_open=old.status is Status.NEW) for line in old.lines),
        net=sum(line.net for line in old.lines),
        tax=sum(line.tax for line in old.lines),
        gross=sum(line.gross for line in old.lines),
        steps=(Step(old.status, old.placed_at, caller.subject),),
        event_source=price_list.shop.event_source,
        reference=old.reference,
        history=old.status in HISTORY,
    )
    if order.history:
        return order, ()
    return order, _told(id, order, waits=price_list.shop.waits, hold_id="")


def _told(id: str, order: Order, *, waits: bool, hold_id: str) -> tuple[Event, ...]:
    created = _created(id, order, waits=waits, hold_id=hold_id)
    return (created,) if order.is_tracked else (created, OrderReady(order_id=id, shop_id=order.shop_id))


def _created(id: str, order: Order, *, waits: bool, hold_id: str) -> OrderCreated:
    lines = [
        OrderedLine(
            line.sku,
            line.quantity,
            line.net,
            line.tax,
            line.gross,
            line.tracked,
            line.name,
            line.tax_rate,
        )
        for line in order.lines
    ]
    return OrderCreated(
        order_id=id,
        shop_id=order.shop_id,
        channel=order.channel,
        customer_id=order.customer_id,
        placed_at=order.placed_at,
        currency=order.currency,
        lines=tuple(lines),
        net=order.net,
        tax=order.tax,
        gross=order.gross,
        waits=waits,
        hold_id=hold_id,
        event_source=order.event_source,
    )


def _customer(wish: NewCustomer) -> Customer:
    return Customer(wish.name, wish.email, wish.phone)


def _delivery(wish: NewDelivery) -> Delivery:
    return Delivery(wish.method, wish.address, wish.window, wish.note)


def _line(old: OldLine, price_list: PriceList, *, is_open: bool) -> Line:
    price = price_list.prices.get(old.sku)
    tracked = is_open and price is not None and price.tracked
    return Line(
        old.sku, old.name, old.quantity, old.unit_price, old.tax_rate, old.net, old.tax, old.gross, tracked
    )


_NO_SHOP = (Fault("/shop_id", "unknown_shop", "There is no such shop."),)


def _check_total(wish: PlaceOrder, gross: int, currency: str) -> None:
    if gross > MAX_MINOR:
        raise Invalid((Fault("/lines", "total_too_large", "Split this into smaller orders."),))
    if wish.expected_total not in {None, gross}:
        raise PriceChanged(total=gross, currency=currency)


def _customer_faults(wish: PlaceOrder, caller: Caller) -> Iterator[Fault]:
    if wish.customer.id not in {None, caller.subject} and not is_staff(caller, wish.shop_id):
        yield Fault(
            "/customer/id", "staff_only", "Only the shop's staff may order for somebody else; leave it out."
        )


def _delivery_faults(delivery: NewDelivery) -> Iterator[Fault]:
    if delivery.method is Method.DELIVERY and delivery.address is None:
        yield Fault("/delivery/address", "missing", "A delivery needs an address.")
    window = delivery.window
    if window is not None and window.end < window.start:
        yield Fault("/delivery/window/to", "ends_before_start", "Must not be before `from`.")


def _import_faults(old: ImportOrder, price_list: PriceList, now: datetime) -> Iterator[Fault]:
    if old.currency != price_list.shop.currency:
        yield Fault("/currency", "other_currency", f"This shop counts in {price_list.shop.currency}.")
    if old.placed_at > now:
        yield Fault("/placed_at", "in_the_future", "Must not be in the future.")
    if old.status is not Status.NEW and old.status not in HISTORY:
        known = ", ".join([Status.NEW, *HISTORY])
        yield Fault("/status", "not_importable", f"Must be one of {known}.")
    if sum(line.gross for line in old.lines) > MAX_MINOR:
        yield Fault("/lines", "total_too_large", "No order may come to this much.")
    yield from _old_line_faults(old.lines, price_list, is_open=old.status is Status.NEW)


def _old_line_faults(lines: Sequence[OldLine], price_list: PriceList, *, is_open: bool) -> Iterator[Fault]:
    seen: set[str] = set()
    for place, line in enumerate(lines):
        if line.net + line.tax != line.gross:
            yield Fault(f"/lines/{place}/gross", "wrong_sum", "Must be `net` and `tax` together.")
        if is_open and line.sku not in price_list.prices:
            yield Fault(
                f"/lines/{place}/sku", "unknown_sku", "An open order needs products that the shop has."
            )
        if is_open and line.sku in seen:
            yield Fault(f"/lines/{place}/sku", "repeated_sku", "Name each product once in an open order.")
        seen.add(line.sku)
