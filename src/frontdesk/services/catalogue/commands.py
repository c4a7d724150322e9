"""What shop owners and staff may send: its shape. The rules are in `model`."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from frontdesk.kernel import limits
from frontdesk.kernel.money import BasisPoints, Currency, Minor
from frontdesk.kernel.shapes import Body, Slug, Title

MAX_HOURS = 28  # four spans a day
MAX_MINIMUM = 10_000  # pieces of one product in one order line
MAX_QUERY = 100  # characters
MAX_CURSOR = 1_000  # characters

# IANA regions. Names that only some machines know ("localtime") or that only repeat another are left out.
_REGIONS = "Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Etc|Europe|Indian|Pacific"
_ZONE = rf"^(UTC|({_REGIONS})(/[A-Za-z0-9_+-]{{1,30}}){{1,2}})(?!\n)$"
# EventBridge refuses a source that begins as its own do. Source: `EventBridgeParameters`, EventBridge Scheduler's API.
_SOURCE = r"^(?!aws\.)[A-Za-z0-9/._-]{1,256}(?!\n)$"
_START = r"^([01][0-9]|2[0-3]):[0-5][0-9](?!\n)$"
_END = r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)(?!\n)$"

Zone = Annotated[str, Meta(pattern=_ZONE, description="IANA time zone")]
EventSource = Annotated[str, Meta(pattern=_SOURCE, description="how the shop signs its events")]
Start = Annotated[str, Meta(pattern=_START, description="local time, HH:MM")]
End = Annotated[str, Meta(pattern=_END, description="local time, HH:MM; midnight is 24:00")]
Weekday = Annotated[int, Meta(ge=1, le=7, description="1 is Monday")]
Quantity = Annotated[int, Meta(ge=1, le=MAX_MINIMUM)]


class Shortage(StrEnum):
    """What becomes of an order for which stock is short: it ends, or it waits."""

    REJECT = "reject"
    BACKORDER = "backorder"


class ChannelTerms(Body, frozen=True):
    """How a channel counts: whether its unit prices contain the tax."""

    tax_included: bool


class Channels(Body, frozen=True, omit_defaults=True):
    """The channels that a shop sells on. One left out is closed. Web and mobile are retail."""

    web: ChannelTerms | None = None
    mobile: ChannelTerms | None = None
    wholesale: ChannelTerms | None = None


class Hours(Body, frozen=True):
    """From when to when a shop takes orders on a weekday; `end` is the first minute when it no longer does."""

    weekday: Weekday
    start: Start
    end: End


class SetShop(Body, frozen=True, kw_only=True):
    """Make the shop so. Without `hours` it has no closing time; without `open` it stays open or closed as it is."""

    name: Title
    currency: Currency
    channels: Channels
    on_shortage: Shortage = Shortage.REJECT
    time_zone: Zone = "UTC"
    hours: Annotated[tuple[Hours, ...], Meta(max_length=MAX_HOURS)] = ()
    open: bool | None = None
    event_source: EventSource = "frontdesk"


class WholesaleTerms(Body, frozen=True):
    """What one piece costs in wholesale, and from which quantity on."""

    unit_price: Minor
    minimum_quantity: Quantity = 1


class SetProduct(Body, frozen=True, kw_only=True):
    """Make the product so, and put it on the list. Prices are minor units of the shop's currency.

    Without `wholesale` it is sold in retail only. One that is not `tracked` has no stock and is never short.
    """

    name: Title
    category: Slug
    tax_rate: BasisPoints
    retail: Minor
    wholesale: WholesaleTerms | None = None
    tracked: bool = True


class ListShops(Body, frozen=True):
    """Which part of the list."""

    cursor: Annotated[str, Meta(max_length=MAX_CURSOR)] = ""
    limit: Annotated[int, Meta(ge=1, le=limits.PAGE_MAX)] = limits.PAGE_DEFAULT


class ListProducts(ListShops, frozen=True):
    """Which products: those of one category, or with `off_list` those that were taken off the list."""

    category: Slug | None = None
    off_list: bool = False


class SearchProducts(Body, frozen=True):
    """Words, or beginnings of words, that a product's name, category or sku has, all of them."""

    q: Annotated[str, Meta(min_length=1, max_length=MAX_QUERY)]
    limit: Annotated[int, Meta(ge=1, le=limits.PAGE_MAX)] = limits.PAGE_DEFAULT
