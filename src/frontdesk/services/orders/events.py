"""What orders tells everybody. No field says who a customer is: that stays with the order.

Amounts are minor units of `currency`; `event_source` is how the shop signs its events on a bus that others share.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

import msgspec

from frontdesk.kernel.messages import Event, Upcast

# Events of schema 1 are from before there were books and stock: nothing moves.
_NO_MONEY = {"net": 0, "tax": 0, "gross": 0}


def _untracked(body: dict[str, Any]) -> dict[str, Any]:
    return body | _NO_MONEY | {"lines": [line | {"tracked": False} for line in body["lines"]]}


class OrderedLine(msgspec.Struct, frozen=True):
    """So many of one product for so much (the whole line). Only `tracked` products have a stock.

    An invoice must say what was sold and at which rate it is taxed (basis points), so a line does.
    """

    sku: str
    quantity: int
    net: int
    tax: int
    gross: int
    tracked: bool
    name: str = ""
    tax_rate: int = 0


class OrderCreated(Event, frozen=True, kw_only=True):
    """An order was accepted at these prices, and paid for.

    `waits` tells what the shop does when something is short: the order waits for stock (else it is rejected).
    `hold_id` names a hold whose stock the order may take, "" for none.
    """

    NAME: ClassVar[str] = "Order Created"
    SCHEMA: ClassVar[int] = 2
    UPCASTS: ClassVar[Mapping[int, Upcast]] = {1: _untracked}
    order_id: str
    shop_id: str
    channel: str
    customer_id: str
    placed_at: datetime
    currency: str
    lines: tuple[OrderedLine, ...]
    net: int
    tax: int
    gross: int
    waits: bool = False
    hold_id: str = ""
    event_source: str = ""


class OrderReady(Event, frozen=True, kw_only=True):
    """An order was accepted that needs no stock: nothing stands in the way of taking it in hand.

    An event of its own, so that the processor is not woken by the many orders that must wait for their stock.
    """

    NAME: ClassVar[str] = "Order Ready"
    order_id: str
    shop_id: str


class OrderEvent(Event, frozen=True, kw_only=True):
    """What every later fact about an order says."""

    order_id: str
    shop_id: str
    customer_id: str
    event_source: str = ""


class MoneyEvent(OrderEvent, frozen=True, kw_only=True):
    """What a fact says that moves money: the order's whole amounts."""

    currency: str
    net: int
    tax: int
    gross: int


class OrderProcessed(OrderEvent, frozen=True, kw_only=True):
    """An order's stock is reserved, or it needs none: it can be packed."""

    NAME: ClassVar[str] = "Order Processed"
    processed_at: datetime


class OrderBackordered(OrderEvent, frozen=True, kw_only=True):
    """Something is short, and the order waits for it."""

    NAME: ClassVar[str] = "Order Backordered"
    backordered_at: datetime


class OrderRejected(MoneyEvent, frozen=True, kw_only=True):
    """Something is short, and the shop does not let orders wait. The money goes back."""

    NAME: ClassVar[str] = "Order Rejected"
    rejected_at: datetime


class OrderCancelled(MoneyEvent, frozen=True, kw_only=True):
    """An order was called off. `previous` is the status that it had until then. The money goes back."""

    NAME: ClassVar[str] = "Order Cancelled"
    SCHEMA: ClassVar[int] = 2
    UPCASTS: ClassVar[Mapping[int, Upcast]] = {1: lambda body: body | _NO_MONEY | {"currency": ""}}
    cancelled_at: datetime
    previous: str


class OrderDispatched(MoneyEvent, frozen=True, kw_only=True):
    """An order left the house."""

    NAME: ClassVar[str] = "Order Dispatched"
    dispatched_at: datetime
    carrier: str


class OrderDelivered(OrderEvent, frozen=True, kw_only=True):
    """An order reached its customer."""

    NAME: ClassVar[str] = "Order Delivered"
    delivered_at: datetime


class OrderReturned(MoneyEvent, frozen=True, kw_only=True):
    """An order came back. `restock` tells whether its goods can be sold again. The money goes back."""

    NAME: ClassVar[str] = "Order Returned"
    returned_at: datetime
    restock: bool
