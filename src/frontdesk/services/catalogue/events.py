"""What the catalogue tells everybody: each time the whole state of a shop or product, for those who keep a copy."""

from datetime import time
from typing import ClassVar

import msgspec

from frontdesk.kernel.messages import Event


class SoldChannel(msgspec.Struct, frozen=True):
    """A channel that is open, and whether its unit prices contain the tax."""

    name: str
    tax_included: bool


class OpenHours(msgspec.Struct, frozen=True):
    """From when to when a shop takes orders on a weekday (1 is Monday), in its own time zone. `end` is exclusive."""

    weekday: int
    start: time
    end: time


class ShopChanged(Event, frozen=True, kw_only=True):
    """A shop is so from now on. Without `hours` it is always open, unless `open` says no.

    `waits`: an order for which stock is short waits; else it is rejected.
    """

    NAME: ClassVar[str] = "Shop Changed"
    shop_id: str
    name: str
    currency: str
    channels: tuple[SoldChannel, ...]
    open: bool
    time_zone: str
    hours: tuple[OpenHours, ...]
    waits: bool
    event_source: str


class WholesalePrice(msgspec.Struct, frozen=True):
    """What one piece costs in wholesale, and from which quantity on."""

    unit_price: int
    minimum_quantity: int


class ProductChanged(Event, frozen=True, kw_only=True):
    """A product is so from now on, in minor units of its shop's currency; `tax_rate` in basis points.

    `on_sale` is false for one that was taken off the list. Only `tracked` products have a stock.
    """

    NAME: ClassVar[str] = "Product Changed"
    shop_id: str
    sku: str
    name: str
    category: str
    retail: int
    tax_rate: int
    wholesale: WholesalePrice | None
    tracked: bool
    on_sale: bool
