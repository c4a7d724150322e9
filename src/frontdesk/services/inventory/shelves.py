"""Shelves: where one product of a shop lies, when it counts as low, and who waits for it.

How much lies there is not written here but in counters, which many orders can move at once.
"""

from bisect import insort
from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

import msgspec

from frontdesk.kernel.errors import Rejected
from frontdesk.kernel.kinds import Index, Kind

MAX_LOCATIONS = 8  # of one product
MAX_WAITING = 500  # orders at one shelf: about 30 KB of its record


class TooManyLocations(Rejected):
    """The product already lies at as many locations as a shelf can name."""


class Level(StrEnum):
    """How much of a product is free, as far as has been told."""

    OK = "ok"
    LOW = "low"
    OUT = "out"


class Turn(msgspec.Struct, frozen=True, order=True, array_like=True):
    """An order's turn at a shelf: who was placed first comes first. `quantity` is what it wants there."""

    placed_at: datetime
    order_id: str
    quantity: int


class Shelf(msgspec.Struct, frozen=True):
    """One product of a shop. `locations` are in the order in which they are looked at; `waiting` is oldest first.

    An order waits at one shelf at a time, even if it lacks several products.
    """

    shop_id: str
    sku: str
    locations: tuple[str, ...] = ()
    low_at: int = 0  # pieces; no more than these are few
    level: Level = Level.OUT
    waiting: tuple[Turn, ...] = ()

    @property
    def is_full(self) -> bool:
        """Whether no further order may begin to wait here."""
        return len(self.waiting) >= MAX_WAITING

    def keeps_back(self, turn: Turn) -> bool:
        """Return whether what lies here is for somebody who came before."""
        return bool(self.waiting) and self.waiting[0] < turn

    def level_at(self, free: int) -> Level:
        """Return the level for so many free pieces. While somebody waits, nothing is free for anybody else."""
        if self.waiting or free == 0:
            return Level.OUT
        return Level.LOW if free <= self.low_at else Level.OK

    def joined_by(self, turn: Turn) -> "Shelf":
        """Return the shelf with one more order at its place in the queue."""
        queue = list(self.waiting)
        insort(queue, turn)
        return msgspec.structs.replace(self, waiting=tuple(queue))

    def left_by(self, order_ids: Collection[str]) -> "Shelf":
        """Return the shelf without these orders in its queue."""
        staying = tuple(turn for turn in self.waiting if turn.order_id not in order_ids)
        return msgspec.structs.replace(self, waiting=staying)

    def at(self, location: str) -> "Shelf":
        """Return the shelf with goods at a location too, as its last choice if it is new. Raises TooManyLocations."""
        if location in self.locations:
            return self
        if len(self.locations) >= MAX_LOCATIONS:
            raise TooManyLocations(limit=MAX_LOCATIONS)
        return msgspec.structs.replace(self, locations=(*self.locations, location))


SHELVES = Kind(
    "shelf",
    Shelf,
    indexes=(Index("by_shop", lambda shelf: shelf.shop_id, lambda shelf: shelf.sku),),
    often_read=True,
)


def shelf_id(shop_id: str, sku: str) -> str:
    """Return the id of a product's shelf."""
    return f"{shop_id}:{sku}"
