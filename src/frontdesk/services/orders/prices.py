"""Orders' own copy of shops and prices: no order waits for another service to learn what something costs.

Each line is rounded by itself, so the lines of an order add up to its totals exactly.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from frontdesk.kernel.errors import Fault, Rejected
from frontdesk.kernel.kinds import Kind
from frontdesk.kernel.money import BasisPoints, Minor, tax_on_top, tax_within
from frontdesk.services.orders.commands import (
    Channel,
    Channels,
    ChannelTerms,
    SetPrice,
    SetShop,
    WantedLine,
    WholesaleTerms,
)


class CurrencyFixed(Rejected):
    """A shop keeps its currency: its prices and its orders are counted in it."""


class Shop(msgspec.Struct, frozen=True):
    """A shop as orders needs it."""

    name: str
    currency: str
    channels: Channels
    open: bool

    def terms(self, channel: Channel) -> ChannelTerms | None:
        """Return how a channel counts, or None when it is closed."""
        found: ChannelTerms | None = getattr(self.channels, channel)
        return found

    def changed(self, wish: SetShop) -> "Shop":
        """Return the shop as its owner wants it. Raises CurrencyFixed."""
        if wish.currency != self.currency:
            raise CurrencyFixed(currency=self.currency)
        return new_shop(wish)


class Price(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one piece of a product costs, in minor units of its shop's currency."""

    name: str
    retail: Minor
    tax_rate: BasisPoints
    wholesale: WholesaleTerms | None = None


class Line(msgspec.Struct, frozen=True):
    """A priced line: `net + tax == gross`. `unit_price` is what the price list says on this channel."""

    sku: str
    name: str
    quantity: int
    unit_price: Minor
    tax_rate: BasisPoints
    net: Minor
    tax: Minor
    gross: Minor


SHOPS = Kind("shop", Shop, often_read=True)
PRICES = Kind("price", Price, often_read=True)


def new_shop(wish: SetShop) -> Shop:
    """Return a shop as its owner wants it."""
    return Shop(wish.name, wish.currency, wish.channels, wish.open)


def new_price(wish: SetPrice) -> Price:
    """Return a price as the shop's owner wants it."""
    return Price(wish.name, wish.retail, wish.tax_rate, wish.wholesale)


def price_id(shop_id: str, sku: str) -> str:
    """Return the id of a product's price."""
    return f"{shop_id}:{sku}"


@dataclass(frozen=True, slots=True)
class PriceList:
    """What a shop asks on one channel. `prices` are by sku and need hold no more than was asked for."""

    shop: Shop
    channel: Channel
    prices: Mapping[str, Price]

    def faults(self, wanted: Sequence[WantedLine]) -> Iterator[Fault]:
        """Yield what keeps these lines from being sold: one fault a line at most."""
        if not self.shop.open:
            yield Fault("/shop_id", "shop_closed", "This shop takes no orders at the moment.")
        if self.shop.terms(self.channel) is None:
            yield Fault("/channel", "channel_closed", "This shop takes no orders on this channel.")
        seen: set[str] = set()
        for place, want in enumerate(wanted):
            if want.sku in seen:
                yield Fault(
                    f"/lines/{place}/sku", "repeated_sku", "Name each product once, with the whole quantity."
                )
            else:
                yield from self._line_faults(place, want)
            seen.add(want.sku)

    def _line_faults(self, place: int, want: WantedLine) -> Iterator[Fault]:
        price = self.prices.get(want.sku)
        if price is None:
            yield Fault(f"/lines/{place}/sku", "unknown_sku", "This shop has no such product.")
        elif self.channel is Channel.WHOLESALE:
            terms = price.wholesale
            if terms is None:
                yield Fault(
                    f"/lines/{place}/sku", "not_sold_here", "This product is not sold on this channel."
                )
            elif want.quantity < terms.minimum_quantity:
                advice = f"Must be at least {terms.minimum_quantity} on this channel."
                yield Fault(f"/lines/{place}/quantity", "below_minimum", advice)

    @property
    def tax_included(self) -> bool:
        """Whether unit prices on this channel contain the tax."""
        terms = self.shop.terms(self.channel)
        return terms is not None and terms.tax_included

    def price(self, wanted: Sequence[WantedLine]) -> tuple[Line, ...]:
        """Return the lines priced. Only for what has no faults."""
        split = tax_within if self.tax_included else tax_on_top
        lines = []
        for want in wanted:
            price = self.prices[want.sku]
            unit_price = self._unit_price(price)
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
                )
            )
        return tuple(lines)

    def _unit_price(self, price: Price) -> int:
        if self.channel is Channel.WHOLESALE and price.wholesale is not None:
            return price.wholesale.unit_price
        return price.retail
