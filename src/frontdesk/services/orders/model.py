"""Orders: what is accepted, at what price, and which way from there.

Pure. Nothing here reads a clock or a store: moments and ids are handed in, new values and events handed back.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from frontdesk.kernel.callers import Caller
from frontdesk.kernel.errors import Fault, Invalid, Rejected
from frontdesk.kernel.kinds import Index, Kind
from frontdesk.kernel.money import MAX_MINOR, Minor
from frontdesk.kernel.sensitive import SENSITIVE
from frontdesk.kernel.time import sortable
from frontdesk.services.orders.commands import Method, NewDelivery, PlaceOrder, Window
from frontdesk.services.orders.events import OrderCancelled, OrderCreated, OrderedLine, OrderProcessed
from frontdesk.services.orders.prices import Line, PriceList


class Status(StrEnum):
    """Where an order stands."""

    NEW = "NEW"
    PROCESSED = "PROCESSED"
    CANCELLED = "CANCELLED"


class Verb(StrEnum):
    """What can be done with an order."""

    PROCESS = "process"
    CANCEL = "cancel"


# The guard, the documentation and the tests: whatever is not in here does not happen.
TRANSITIONS: Mapping[Status, Mapping[Verb, Status]] = {
    Status.NEW: {Verb.PROCESS: Status.PROCESSED, Verb.CANCEL: Status.CANCELLED},
    Status.PROCESSED: {Verb.CANCEL: Status.CANCELLED},
    Status.CANCELLED: {},
}


class IllegalTransition(Rejected):
    """The order's present status does not allow this."""


class PriceChanged(Rejected):
    """The order does not come to the expected total at the shop's present prices."""


class Customer(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who an order is for, as they said when it was placed."""

    name: Annotated[str, SENSITIVE]
    email: Annotated[str | None, SENSITIVE] = None
    phone: Annotated[str | None, SENSITIVE] = None


class Delivery(msgspec.Struct, frozen=True, omit_defaults=True):
    """How an order reaches its customer."""

    method: Method
    address: Annotated[str | None, SENSITIVE] = None
    window: Window | None = None
    note: Annotated[str | None, SENSITIVE] = None


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entry of an order's history: the status it came to, when, and the subject whose doing it was."""

    status: Status
    at: datetime
    by: str
    reason: Annotated[str | None, SENSITIVE] = None


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One accepted order, at the prices of the moment it was placed. `steps` begins with that moment."""

    shop_id: str
    channel: str
    customer_id: str
    customer: Customer
    delivery: Delivery
    currency: str
    tax_included: bool
    lines: tuple[Line, ...]
    net: Minor
    tax: Minor
    gross: Minor
    steps: tuple[Step, ...]

    @property
    def status(self) -> Status:
        """Where the order stands now."""
        return self.steps[-1].status

    @property
    def placed_at(self) -> datetime:
        """When the order was accepted."""
        return self.steps[0].at

    def is_open_to(self, caller: Caller) -> bool:
        """Return whether a caller may see and cancel this: its customer, and the staff of its shop."""
        return caller.subject == self.customer_id or is_staff(caller, self.shop_id)

    def process(self, id: str, by: str, now: datetime) -> tuple["Order", OrderProcessed]:
        """Take the order in hand. Raises IllegalTransition."""
        event = OrderProcessed(
            order_id=id, shop_id=self.shop_id, customer_id=self.customer_id, processed_at=now
        )
        return self._moved(Verb.PROCESS, by, now), event

    def cancel(self, id: str, by: str, reason: str | None, now: datetime) -> tuple["Order", OrderCancelled]:
        """Call the order off. Raises IllegalTransition. The reason may be personal: no event has it."""
        event = OrderCancelled(
            order_id=id,
            shop_id=self.shop_id,
            customer_id=self.customer_id,
            cancelled_at=now,
            previous=self.status,
        )
        return self._moved(Verb.CANCEL, by, now, reason), event

    def as_placed(self) -> "Order":
        """Return the order as its creation left it."""
        return msgspec.structs.replace(self, steps=self.steps[:1])

    def _moved(self, verb: Verb, by: str, now: datetime, reason: str | None = None) -> "Order":
        ways = TRANSITIONS[self.status]
        if verb not in ways:
            raise IllegalTransition(order_status=self.status, allowed=list(ways))
        return msgspec.structs.replace(self, steps=(*self.steps, Step(ways[verb], now, by, reason)))


ORDERS = Kind(
    "order",
    Order,
    indexes=(
        Index("by_customer", lambda order: order.customer_id, lambda order: sortable(order.placed_at)),
        Index("by_shop", lambda order: order.shop_id, lambda order: sortable(order.placed_at)),
    ),
    as_created=Order.as_placed,
)


def is_staff(caller: Caller, shop_id: str) -> bool:
    """Return whether a caller works for a shop."""
    return caller.has_role(f"shop:{shop_id}", "staff", "owner")


def place(
    id: str, wish: PlaceOrder, price_list: PriceList | None, caller: Caller, now: datetime
) -> tuple[Order, OrderCreated]:
    """Accept an order at the shop's prices; without a price list there is no such shop.

    Raises Invalid with every fault at once, or PriceChanged.
    """
    faults = (
        *_price_list_faults(wish, price_list),
        *_customer_faults(wish, caller),
        *_delivery_faults(wish.delivery),
    )
    if faults or price_list is None:
        raise Invalid(faults)
    lines = price_list.price(wish.lines)
    net, tax = sum(line.net for line in lines), sum(line.tax for line in lines)
    _check_total(wish, net + tax, price_list.shop.currency)
    order = Order(
        shop_id=wish.shop_id,
        channel=wish.channel,
        customer_id=wish.customer.id or caller.subject,
        customer=Customer(wish.customer.name, wish.customer.email, wish.customer.phone),
        delivery=_delivery(wish.delivery),
        currency=price_list.shop.currency,
        tax_included=price_list.tax_included,
        lines=lines,
        net=net,
        tax=tax,
        gross=net + tax,
        steps=(Step(Status.NEW, now, caller.subject),),
    )
    return order, _created(id, order)


def _created(id: str, order: Order) -> OrderCreated:
    return OrderCreated(
        order_id=id,
        shop_id=order.shop_id,
        channel=order.channel,
        customer_id=order.customer_id,
        placed_at=order.placed_at,
        currency=order.currency,
        lines=tuple(
            [OrderedLine(line.sku, line.quantity, line.net, line.tax, line.gross) for line in order.lines]
        ),
        net=order.net,
        tax=order.tax,
        gross=order.gross,
    )


def _delivery(wish: NewDelivery) -> Delivery:
    return Delivery(wish.method, wish.address, wish.window, wish.note)


def _check_total(wish: PlaceOrder, gross: int, currency: str) -> None:
    if gross > MAX_MINOR:
        raise Invalid((Fault("/lines", "total_too_large", "Split this into smaller orders."),))
    if wish.expected_total not in {None, gross}:
        raise PriceChanged(total=gross, currency=currency)


def _price_list_faults(wish: PlaceOrder, price_list: PriceList | None) -> Iterator[Fault]:
    if price_list is None:
        yield Fault("/shop_id", "unknown_shop", "There is no such shop.")
    else:
        yield from price_list.faults(wish.lines)


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
