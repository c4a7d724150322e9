"""What customers, staff and shop owners may send: its shape. The rules are in `model` and `prices`."""

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


class Channel(StrEnum):
    """Where an order comes from. Web and mobile are retail."""

    WEB = "web"
    MOBILE = "mobile"
    WHOLESALE = "wholesale"


class Method(StrEnum):
    """How an order reaches its customer."""

    DELIVERY = "delivery"
    COLLECTION = "collection"


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
    """Order these lines at the shop's prices; with `expected_total` (gross), only if they come to that."""

    shop_id: ShopId
    channel: Channel
    customer: NewCustomer
    lines: Annotated[tuple[WantedLine, ...], Meta(min_length=1, max_length=MAX_LINES)]
    delivery: NewDelivery
    expected_total: Minor | None = None


class CancelOrder(Body, frozen=True):
    """Call an order off. The reason is kept with the order and published to nobody."""

    reason: Note | None = None


class ListOrders(Body, frozen=True):
    """Which orders: one's own, or with `shop_id` those of a shop; `since` <= placed_at < `until`."""

    shop_id: ShopId | None = None
    customer_id: Subject | None = None
    since: Moment | None = None
    until: Moment | None = None
    cursor: Annotated[str, Meta(max_length=200)] = ""
    limit: Annotated[int, Meta(ge=1, le=limits.PAGE_MAX)] = limits.PAGE_DEFAULT


class ChannelTerms(Body, frozen=True):
    """How a channel counts: whether its unit prices contain the tax."""

    tax_included: bool


class Channels(Body, frozen=True, omit_defaults=True):
    """The channels that a shop sells on. One left out is closed."""

    web: ChannelTerms | None = None
    mobile: ChannelTerms | None = None
    wholesale: ChannelTerms | None = None


class SetShop(Body, frozen=True):
    """Make the shop so."""

    name: Title
    currency: Currency
    channels: Channels
    open: bool = True


class WholesaleTerms(Body, frozen=True):
    """What one piece costs from a quantity on."""

    unit_price: Minor
    minimum_quantity: Quantity = 1


class SetPrice(Body, frozen=True):
    """Make the price so, in minor units of the shop's currency. Without `wholesale` it is sold in retail only."""

    name: Title
    retail: Minor
    tax_rate: BasisPoints
    wholesale: WholesaleTerms | None = None
