"""What customers and the people of a shop may send: its shape. The rules are in `placing`, `model` and `prices`."""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from frontdesk.kernel import limits
from frontdesk.kernel.money import BasisPoints, Currency, Minor
from frontdesk.kernel.shapes import (
    Address,
    Body,
    Email,
    Moment,
    Note,
    PersonName,
    Phone,
    Slug,
    Subject,
    Title,
)

MAX_LINES = 50
MAX_QUANTITY = 10_000  # of one line

ShopId = Slug
Sku = Slug
Quantity = Annotated[int, Meta(ge=1, le=MAX_QUANTITY)]
HoldId = Annotated[str, Meta(pattern=r"^hld_[a-z0-9]{26}(?!\n)$")]
# What one order is called in another system. Opaque: it is part of nothing that is published.
Reference = Annotated[str, Meta(pattern=r"^[\x21-\x7e]{1,100}(?!\n)$")]


class Channel(StrEnum):
    """Where an order comes from. Web and mobile are retail."""

    WEB = "web"
    MOBILE = "mobile"
    WHOLESALE = "wholesale"


class Method(StrEnum):
    """How an order reaches its customer."""

    DELIVERY = "delivery"
    COLLECTION = "collection"


class Status(StrEnum):
    """Where an order stands."""

    NEW = "NEW"
    BACKORDERED = "BACKORDERED"
    PROCESSED = "PROCESSED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"
    DISPATCHED = "DISPATCHED"
    DELIVERED = "DELIVERED"
    RETURNED = "RETURNED"


class WantedLine(Body, frozen=True):
    """So many of one product."""

    sku: Sku
    quantity: Quantity


class NewCustomer(Body, frozen=True):
    """Who the order is for. Only staff of the shop may send an `id` other than their own subject."""

    name: PersonName
    email: Email | None = None
    phone: Phone | None = None
    id: Subject | None = None


class Window(Body, frozen=True):
    """Between which moments the order is wanted."""

    start: Moment = msgspec.field(name="from")
    end: Moment = msgspec.field(name="to")


class NewDelivery(Body, frozen=True):
    """How the order is wanted. A delivery needs an address."""

    method: Method
    address: Address | None = None
    window: Window | None = None
    note: Note | None = None


class PlaceOrder(Body, frozen=True):
    """Order these lines at the shop's prices; with `expected_total` (gross), only if they come to that.

    `hold_id` names stock that the customer had put aside before paying.
    """

    shop_id: ShopId
    channel: Channel
    customer: NewCustomer
    lines: Annotated[tuple[WantedLine, ...], Meta(min_length=1, max_length=MAX_LINES)]
    delivery: NewDelivery
    expected_total: Minor | None = None
    hold_id: HoldId | None = None


class CancelOrder(Body, frozen=True):
    """Call an order off. The reason is kept with the order and published to nobody."""

    reason: Note | None = None


class DispatchOrder(Body, frozen=True):
    """Send an order on its way. What the carrier calls the parcel is kept with the order, and published to nobody."""

    carrier: Title
    tracking: Title | None = None


class ReturnOrder(Body, frozen=True):
    """Take an order back. `restock`: its goods can be sold again."""

    restock: bool
    reason: Note | None = None


class OldLine(Body, frozen=True):
    """A line as another system had counted it: `net + tax == gross`."""

    sku: Sku
    name: Title
    quantity: Quantity
    unit_price: Minor
    tax_rate: BasisPoints
    net: Minor
    tax: Minor
    gross: Minor


class ImportOrder(Body, frozen=True):
    """Take over an order from another system. A NEW one goes the whole way here; any other is history.

    `reference` is its name there. Amounts are taken as they are.
    """

    shop_id: ShopId
    reference: Reference
    channel: Channel
    customer: NewCustomer
    placed_at: Moment
    status: Status
    currency: Currency
    tax_included: bool
    lines: Annotated[tuple[OldLine, ...], Meta(min_length=1, max_length=MAX_LINES)]
    delivery: NewDelivery


class ListOrders(Body, frozen=True):
    """Which orders: one's own, or with `shop_id` those of a shop; `since` <= placed_at < `until`."""

    shop_id: ShopId | None = None
    customer_id: Subject | None = None
    status: Status | None = None
    since: Moment | None = None
    until: Moment | None = None
    cursor: Annotated[str, Meta(max_length=200)] = ""
    limit: Annotated[int, Meta(ge=1, le=limits.PAGE_MAX)] = limits.PAGE_DEFAULT
