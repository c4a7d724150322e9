"""What orders tells everybody. No field says who a customer is: that stays with the order."""

from datetime import datetime
from typing import ClassVar

import msgspec

from frontdesk.kernel.messages import Event


class OrderedLine(msgspec.Struct, frozen=True):
    """So many of one product for so much (the whole line, minor units)."""

    sku: str
    quantity: int
    net: int
    tax: int
    gross: int


class OrderCreated(Event, frozen=True, kw_only=True):
    """An order was accepted at these prices. Amounts are minor units of `currency`."""

    NAME: ClassVar[str] = "Order Created"
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


class OrderProcessed(Event, frozen=True, kw_only=True):
    """An order was taken in hand."""

    NAME: ClassVar[str] = "Order Processed"
    order_id: str
    shop_id: str
    customer_id: str
    processed_at: datetime


class OrderCancelled(Event, frozen=True, kw_only=True):
    """An order was called off. `previous` is the status that it had until then."""

    NAME: ClassVar[str] = "Order Cancelled"
    order_id: str
    shop_id: str
    customer_id: str
    cancelled_at: datetime
    previous: str
