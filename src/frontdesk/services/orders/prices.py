"""Orders' own copy of shops and prices: no order waits for another service to learn what something costs.

The catalogue's events keep it up to date. Each line is rounded by itself, so the lines of an order add up to its totals
exactly.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time

import msgspec

from frontdesk.kernel.errors import Fault
from frontdesk.kernel.kinds import Kind
from frontdesk.kernel.money import Minor, tax_on_top, tax_within
from frontdesk.services.orders.commands import Channel, WantedLine


class Hours(msgspec.Struct, frozen=True):
    """From when to when orders are taken on a weekday (1 is Monday), in the shop's time zone; `end` is exclusive."""

    weekday: int
    start: time
    end: time


class Shop(msgspec.Struct, frozen=True):
    """A shop as orders needs it. `channels` are those that are open, and whether their prices contain the tax."""

    currency: str
    channels: Mapping[str, bool]
    open: bool
    time_zone: str
    hours: tuple[Hours, ...]
    waits: bool
    event_source: str

    def takes_orders(self, now: datetime) -> bool:
        """Return whether the shop is open at `now`. Without hours it always is, unless it was closed by hand."""
        if not self.open or not self.hours:
            return self.open
        from zoneinfo import ZoneInfo  # noqa: PLC0415 - a shop without hours saves every cold start 7 ms

        local = now.astimezone(ZoneInfo(self.time_zone))
        return any(
            hours.weekday == local.isoweekday() and hours.start <= local.time() < hours.end
            for hours in self.hours
        )


class Wholesale(msgspec.Struct, frozen=True):
    """What one piece costs from a quantity on."""

    unit_price: Minor
    minimum_quantity: int


class Price(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one piece of a product costs, in minor units of its shop's currency. Only `tracked` ones have a stock."""

    name: str
    retail: Minor
    tax_rate: int
    tracked: bool
    on_sale: bool
    wholesale: Wholesale | None = None


class Line(msgspec.Struct, frozen=True):
    """A priced line: `net + tax == gross`. `unit_price` is what the price list says on this channel."""

    sku: str
    name: str
    quantity: int
    unit_price: Minor
    tax_rate: int
    net: Minor
    tax: Minor
    gross: Minor
    tracked: bool = False


SHOPS = Kind("orders_shop", Shop, often_read=True)
PRICES = Kind("orders_price", Price, often_read=True)


def price_id(shop_id: str, sku: str) -> str:
    """Return the id of a product's price."""
    return f"{shop_id}:{sku}"


class PriceList(msgspec.Struct, frozen=True):
    """What a shop asks on one channel. `prices` are by sku and need hold no more than was asked for."""

    shop: Shop
    channel: Channel
    prices: Mapping[str, Price]

    def faults(self, wanted: Sequence[WantedLine], now: datetime) -> Iterator[Fault]:
        """Yield what keeps these lines from being sold: one fault a line at most."""
        if not self.shop.takes_orders(now):
            yield Fault("/shop_id", "shop_closed", "This shop takes no orders at the moment.")
        if self.channel not in self.shop.channels:
            yield Fault("/channel", "channel_closed", "This shop takes no orders on this channel.")
        seen: set[str] = set()
        for place, want in enumerate(wanted):
            price = self.prices.get(want.sku)
            if want.sku in seen:
                advice = "Name each product once, with the whole quantity."
                yield Fault(f"/lines/{place}/sku", "repeated_sku", advice)
            elif price is None or not price.on_sale:
                yield Fault(f"/lines/{place}/sku", "unknown_sku", "This shop sells no such product.")
            elif self.channel is Channel.WHOLESALE:
                yield from _terms_faults(place, want, price.wholesale)
            seen.add(want.sku)

    @property
    def tax_included(self) -> bool:
        """Whether unit prices on this channel contain the tax."""
        return self.shop.channels.get(self.channel, False)

    def price(self, wanted: Sequence[WantedLine]) -> tuple[Line, ...]:
        """Return the lines priced. Only for what has no faults."""
        split = tax_within if self.tax_included else tax_on_top
        is_wholesale = self.channel is Channel.WHOLESALE
        lines = []
        for want in wanted:
            price = self.prices[want.sku]
            terms = price.wholesale if is_wholesale else None
            unit_price = price.retail if terms is None else terms.unit_price
            cost = split(unit_price * want.quantity, price.tax_rate)
            lines.append(
                Line(
                    want.sku,
                    price.name,
                    want.quantity,
                    unit_price,
                    price.tax_rate,
                    cost.net,
                    cost.tax,
                    cost.gross,
                    price.tracked,
                )
            )
        return tuple(lines)


def _terms_faults(place: int, want: WantedLine, terms: Wholesale | None) -> Iterator[Fault]:
    if terms is None:
        yield Fault(f"/lines/{place}/sku", "not_sold_here", "This product is not sold on this channel.")
    elif want.quantity < terms.minimum_quantity:
        advice = f"Must be at least {terms.minimum_quantity} on this channel."
        yield Fault(f"/lines/{place}/quantity", "below_minimum", advice)
