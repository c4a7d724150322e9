"""Shops and products: what they are, and what may not be said of them.

Pure. Nothing here reads a clock or a store. The one outside fact is which time zones there are.
"""

from collections.abc import Iterator
from datetime import time

import msgspec

from frontdesk.kernel.callers import Caller
from frontdesk.kernel.errors import Fault, Invalid, Rejected
from frontdesk.kernel.kinds import Index, Kind
from frontdesk.kernel.shapes import check_slugs
from frontdesk.services.catalogue.commands import (
    Channels,
    Hours,
    SetProduct,
    SetShop,
    Shortage,
    WholesaleTerms,
)
from frontdesk.services.catalogue.events import (
    OpenHours,
    ProductChanged,
    ShopChanged,
    SoldChannel,
    WholesalePrice,
)
from frontdesk.services.catalogue.words import in_order

MAX_PRODUCTS = 10_000  # on the list of one shop; the search is measured at this ceiling
ALL_SHOPS = "all"
RESERVED_SKU = "search"  # its path is that of the search


class CurrencyFixed(Rejected):
    """A shop keeps its currency: its prices, its orders and its books are counted in it."""


class CatalogueFull(Rejected):
    """The shop has as many products on its list as a list may have. Take one off before another is put on."""


class Shop(msgspec.Struct, frozen=True, kw_only=True):
    """A shop, as its owner wants it and its staff opens and closes it."""

    name: str
    currency: str
    channels: Channels
    on_shortage: Shortage
    time_zone: str
    hours: tuple[Hours, ...]
    open: bool
    event_source: str

    def announced(self, shop_id: str) -> ShopChanged:
        """Return how everybody hears of the shop."""
        sold = ((name, getattr(self.channels, name)) for name in self.channels.__struct_fields__)
        return ShopChanged(
            shop_id=shop_id,
            name=self.name,
            currency=self.currency,
            channels=tuple(
                SoldChannel(name, terms.tax_included) for name, terms in sold if terms is not None
            ),
            open=self.open,
            time_zone=self.time_zone,
            hours=tuple(OpenHours(span.weekday, _time(span.start), _time(span.end)) for span in self.hours),
            waits=self.on_shortage is Shortage.BACKORDER,
            event_source=self.event_source,
        )


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """What a shop sells. Taken off the list, it stays known: orders that name it are still about something."""

    shop_id: str
    sku: str
    name: str
    category: str
    tax_rate: int
    retail: int
    wholesale: WholesaleTerms | None
    tracked: bool
    on_sale: bool

    def off_the_list(self) -> "Product":
        """Return the product as it is when nobody can buy it any more."""
        return msgspec.structs.replace(self, on_sale=False)

    def announced(self) -> ProductChanged:
        """Return how everybody hears of the product."""
        terms = self.wholesale
        return ProductChanged(
            shop_id=self.shop_id,
            sku=self.sku,
            name=self.name,
            category=self.category,
            retail=self.retail,
            tax_rate=self.tax_rate,
            wholesale=WholesalePrice(terms.unit_price, terms.minimum_quantity) if terms else None,
            tracked=self.tracked,
            on_sale=self.on_sale,
        )


def list_of(shop_id: str, *, on_sale: bool, category: str = "") -> str:
    """Return the partition of a shop's products: what is off the list has lists of its own."""
    return f"{shop_id}:{'on' if on_sale else 'off'}:{category}"


# A space sorts before every character of a sku, so that "tea" comes before "tea-green".
SHOPS = Kind("shop", Shop, indexes=(Index("by_name", lambda _: ALL_SHOPS, lambda shop: in_order(shop.name)),))
PRODUCTS = Kind(
    "product",
    Product,
    indexes=(
        Index(
            "by_shop",
            lambda product: list_of(product.shop_id, on_sale=product.on_sale),
            lambda product: f"{product.sku} ",
        ),
        Index(
            "by_category",
            lambda product: list_of(product.shop_id, on_sale=product.on_sale, category=product.category),
            lambda product: f"{product.sku} ",
        ),
    ),
)


def product_id(shop_id: str, sku: str) -> str:
    """Return the id of a product."""
    return f"{shop_id}:{sku}"


def is_owner(caller: Caller, shop_id: str) -> bool:
    """Return whether a shop is the caller's."""
    return caller.has_role(f"shop:{shop_id}", "owner")


def is_staff(caller: Caller, shop_id: str) -> bool:
    """Return whether a caller works for a shop."""
    return caller.has_role(f"shop:{shop_id}", "staff", "owner")


def shop_as(wish: SetShop, before: Shop | None) -> Shop:
    """Return a shop as its owner wants it. Raises Invalid with every fault, CurrencyFixed."""
    faults = (*_zone_faults(wish.time_zone), *_hours_faults(wish.hours))
    if faults:
        raise Invalid(faults)
    if before is not None and wish.currency != before.currency:
        raise CurrencyFixed(currency=before.currency)
    was_open = before is None or before.open
    return Shop(
        name=wish.name,
        currency=wish.currency,
        channels=wish.channels,
        on_shortage=wish.on_shortage,
        time_zone=wish.time_zone,
        hours=tuple(sorted(wish.hours, key=_place)),
        open=was_open if wish.open is None else wish.open,
        event_source=wish.event_source,
    )


def product_as(wish: SetProduct, shop_id: str, sku: str) -> Product:
    """Return a product as its shop's owner wants it, on the list."""
    return Product(
        shop_id=shop_id,
        sku=sku,
        name=wish.name,
        category=wish.category,
        tax_rate=wish.tax_rate,
        retail=wish.retail,
        wholesale=wish.wholesale,
        tracked=wish.tracked,
        on_sale=True,
    )


def check_names(shop_id: str, sku: str) -> None:
    """Refuse names in a path that cannot be a product's. Raises Invalid."""
    check_slugs(shop_id=shop_id, sku=sku)
    if sku == RESERVED_SKU:
        raise Invalid(
            (Fault("/sku", "reserved", "This word has a meaning of its own here; choose another."),)
        )


def _zone_faults(name: str) -> Iterator[Fault]:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 - slow to import, and rarely asked

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder
        yield Fault("/time_zone", "unknown_time_zone", "Must be a zone of the IANA time zone database.")


def _hours_faults(hours: tuple[Hours, ...]) -> Iterator[Fault]:
    until = dict.fromkeys(range(1, 8), "")
    for place, span in sorted(enumerate(hours), key=lambda numbered: _place(numbered[1])):
        if span.end <= span.start:
            yield Fault(
                f"/hours/{place}/end", "ends_before_start", "Must be after `start`; midnight is 24:00."
            )
        elif span.start < until[span.weekday]:
            yield Fault(
                f"/hours/{place}/start", "overlaps", "Must not be before the end of the span before it."
            )
        until[span.weekday] = max(until[span.weekday], span.end)


def _place(span: Hours) -> tuple[int, str]:
    return span.weekday, span.start


def _time(text: str) -> time:
    """Return a local time; 24:00, where a day ends, is its last microsecond: what comes before it is open."""
    return time.max if text == "24:00" else time.fromisoformat(text)
