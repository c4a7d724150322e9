"""Stock: what lies on the shelves, as read for one decision, and how it is shared out.

Two counters for each shop, location and product: `free` is what may be promised to the next order, `held` what is on
hand. Between them is what is reserved. Neither is ever negative.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import msgspec

from frontdesk.kernel import limits
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.records import Add
from frontdesk.kernel.unit import Unit
from frontdesk.services.inventory.reservations import Kept
from frontdesk.services.inventory.shelves import SHELVES, Shelf, Turn, shelf_id


def free_key(shop_id: str, location: str, sku: str) -> str:
    """Return the counter of what may be promised."""
    return f"inventory:free:{shop_id}:{location}:{sku}"


def held_key(shop_id: str, location: str, sku: str) -> str:
    """Return the counter of what is on hand."""
    return f"inventory:held:{shop_id}:{location}:{sku}"


class Wish(Protocol):
    """So many pieces of one product."""

    @property
    def sku(self) -> str: ...

    @property
    def quantity(self) -> int: ...


class Lack(msgspec.Struct, frozen=True):
    """A product that an order cannot have now. `available` is the most that one location could give it.

    `queued`: others have waited for it longer, so what lies there is theirs.
    """

    turn: Turn
    sku: str
    available: int
    queued: bool = False


class Pile(msgspec.Struct):
    """What is free of one product at one location, by the counter `key`, and what this decision has moved so far."""

    key: str
    free: int
    moved: int = 0


class Stock(msgspec.Struct):
    """Some shelves of a shop by sku, and what lies on them by location and sku."""

    shop_id: str
    shelves: dict[str, Stored[Shelf]]
    piles: dict[tuple[str, str], Pile]

    def pieces(self, sku: str) -> dict[str, int]:
        """Return how many pieces are free, by location."""
        stored = self.shelves.get(sku)
        locations = () if stored is None else stored.value.locations
        return {location: self.piles[location, sku].free for location in locations}

    def location_for(self, sku: str, quantity: int, turn: Turn) -> str | None:
        """Return the first location that has all of it, unless it is for somebody who came before."""
        stored = self.shelves.get(sku)
        if stored is None or stored.value.keeps_back(turn):
            return None
        for location in stored.value.locations:
            if self.piles[location, sku].free >= quantity:
                return location
        return None

    def lack(self, sku: str, quantity: int, turn: Turn) -> Lack:
        """Return why there is no location for it."""
        stored = self.shelves.get(sku)
        mine = Turn(turn.placed_at, turn.order_id, quantity)
        if stored is not None and stored.value.keeps_back(turn):
            return Lack(mine, sku, 0, queued=True)
        return Lack(mine, sku, max(self.pieces(sku).values(), default=0))

    def has_room(self, sku: str) -> bool:
        """Return whether one more order may wait for a product."""
        stored = self.shelves.get(sku)
        return stored is None or not stored.value.is_full

    def move(self, lines: Iterable[Kept], sign: int) -> None:
        """Take these lines (-1), or put them back (1)."""
        for line in lines:
            pile = self.piles[line.location, line.sku]
            pieces = sign * line.quantity
            pile.free += pieces
            pile.moved += pieces

    def counters(self) -> tuple[list[Add], list[str]]:
        """Return what has moved as counters, and the skus whose shelf the keeper must look at.

        What leaves more than the warning level at its location changes nobody's level, and its floor proves that this
        is so when it commits. All else asks the keeper: no change of a level goes unseen, and few looks are in vain.
        """
        adds: list[Add] = []
        unsettled: list[str] = []
        for (_, sku), pile in self.piles.items():
            low_at = self.shelves[sku].value.low_at
            if pile.moved < 0 and pile.free > low_at:
                adds.append(Add(pile.key, pile.moved, low_at + 1))
            elif pile.moved:
                adds.append(Add(pile.key, pile.moved))
                unsettled.append(sku)
        return adds, unsettled


async def look(unit: Unit, shop_id: str, skus: Iterable[str]) -> Stock:
    """Read at most 100 shelves of a shop and what is free on them."""
    found = await unit.get_many(SHELVES, [shelf_id(shop_id, sku) for sku in skus])
    shelves: dict[str, Stored[Shelf]] = {}
    keys: dict[tuple[str, str], str] = {}
    for stored in found.values():
        sku = stored.value.sku
        shelves[sku] = stored
        for location in stored.value.locations:
            keys[location, sku] = free_key(shop_id, location, sku)
    counts = await count(unit, tuple(keys.values()))
    return Stock(shop_id, shelves, {place: Pile(key, counts[key]) for place, key in keys.items()})


async def count(unit: Unit, keys: Sequence[str]) -> dict[str, int]:
    """Read any number of counters."""
    found: dict[str, int] = {}
    for start in range(0, len(keys), limits.GET_MANY_MAX):
        found.update(await unit.counts(keys[start : start + limits.GET_MANY_MAX]))
    return found


def wanted(lines: Iterable[Wish]) -> dict[str, int]:
    """Return how many pieces are wanted by sku, in the order of the lines."""
    found: dict[str, int] = {}
    for line in lines:
        found[line.sku] = found.get(line.sku, 0) + line.quantity
    return found


def allot(
    stock: Stock, turn: Turn, wishes: Mapping[str, int], own: Mapping[str, Kept] | None = None
) -> tuple[tuple[Kept, ...], tuple[Lack, ...]]:
    """Find each product at the first location that has all of it: what is to be kept, and what is lacking.

    Takes nothing, and nothing may be taken unless nothing is lacking. `own` is what the buyer has held so far, already
    put back in `stock`: nobody who waits comes before that.
    """
    kept: list[Kept] = []
    lacks: list[Lack] = []
    for sku, quantity in wishes.items():
        held = own.get(sku) if own else None
        if held is not None and held.quantity >= quantity:
            location: str | None = held.location
        else:
            location = stock.location_for(sku, quantity, turn)
        if location is None:
            lacks.append(stock.lack(sku, quantity, turn))
        else:
            kept.append(Kept(sku, quantity, location))
    return tuple(kept), tuple(lacks)


def still_short(stock: Stock, lack: Lack) -> tuple[Add, ...]:
    """Return guards that refuse the commit if enough for this turn has come meanwhile.

    Without them a delivery and an order that begins to wait could miss each other, and the order would wait beside a
    full shelf. Behind somebody else no guard is needed: whoever leaves the head of a queue sees to the next.
    """
    if lack.queued:
        return ()
    keys = [free_key(stock.shop_id, location, lack.sku) for location in stock.pieces(lack.sku)]
    return tuple([Add(key, 0, ceiling=lack.turn.quantity - 1) for key in keys])


def given_back(shop_id: str, lines: Iterable[Kept]) -> list[Add]:
    """Return the counters that make these lines free again."""
    return [Add(free_key(shop_id, line.location, line.sku), line.quantity) for line in lines]


def on_hand(shop_id: str, lines: Iterable[Kept], sign: int) -> list[Add]:
    """Return the counters of these lines leaving the premises (-1) or coming back (1)."""
    return [Add(held_key(shop_id, line.location, line.sku), sign * line.quantity) for line in lines]
