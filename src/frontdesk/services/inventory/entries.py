"""Stock entries: goods that came in, and counts that were corrected. Each is written once and never changed."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from frontdesk.kernel.errors import Conflict, CounterRefused, NotFound, Rejected
from frontdesk.kernel.kinds import Index, Kind, Stored
from frontdesk.kernel.records import Add
from frontdesk.kernel.sensitive import SENSITIVE
from frontdesk.kernel.shapes import check_slugs
from frontdesk.kernel.time import sortable
from frontdesk.kernel.unit import Unit
from frontdesk.services.inventory.commands import AdjustStock, ReceiveStock, SetShelf
from frontdesk.services.inventory.events import StockReceived
from frontdesk.services.inventory.queues import look_at
from frontdesk.services.inventory.shelves import SHELVES, Shelf, shelf_id
from frontdesk.services.inventory.stock import free_key, held_key


class PiecesAreReserved(Rejected):
    """So many pieces are not free there: the rest is on hand for orders, or not there at all."""


class LocationsDiffer(Rejected):
    """The list must name every location that the shelf has, each once, and no other."""


class EntryKind(StrEnum):
    """Why a count changed."""

    RECEIPT = "receipt"
    ADJUSTMENT = "adjustment"


class StockEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """So many pieces more (or fewer) of a product at a location. `reference` is the supplier's, `by` a subject."""

    shop_id: str
    sku: str
    location: str
    kind: EntryKind
    quantity: int
    at: datetime
    by: str
    reference: str | None = None
    reason: Annotated[str | None, SENSITIVE] = None


ENTRIES = Kind(
    "stock_entry",
    StockEntry,
    indexes=(
        Index("by_shelf", lambda entry: shelf_id(entry.shop_id, entry.sku), lambda entry: sortable(entry.at)),
    ),
)


async def receive_stock(unit: Unit, command: ReceiveStock, shop_id: str, sku: str) -> Stored[StockEntry]:
    """Book goods in, for the shop's staff. The catalogue need not know the product yet.

    Raises NotFound, Invalid, TooManyLocations.
    """
    id = unit.new_id("ent")
    check_staff(unit, shop_id, sku)
    found = await unit.find(SHELVES, shelf_id(shop_id, sku))
    entry = StockEntry(
        shop_id=shop_id,
        sku=sku,
        location=command.location,
        kind=EntryKind.RECEIPT,
        quantity=command.quantity,
        at=unit.now,
        by=unit.caller.subject,
        reference=command.reference,
    )
    return await _book(unit, ENTRIES.new(id, entry), found, command.low_at)


async def adjust_stock(unit: Unit, command: AdjustStock, shop_id: str, sku: str) -> Stored[StockEntry]:
    """Correct a count, for the shop's staff. What is kept for orders cannot be taken.

    Raises NotFound, Invalid, PiecesAreReserved, TooManyLocations.
    """
    id = unit.new_id("ent")
    check_staff(unit, shop_id, sku)
    found = await unit.find(SHELVES, shelf_id(shop_id, sku))
    key = free_key(shop_id, command.location, sku)
    free = (await unit.counts([key]))[key]
    if free + command.quantity < 0:
        raise PiecesAreReserved(free=free)
    entry = StockEntry(
        shop_id=shop_id,
        sku=sku,
        location=command.location,
        kind=EntryKind.ADJUSTMENT,
        quantity=command.quantity,
        at=unit.now,
        by=unit.caller.subject,
        reason=command.reason,
    )
    return await _book(unit, ENTRIES.new(id, entry), found)


async def _book(
    unit: Unit, stored: Stored[StockEntry], found: Stored[Shelf] | None, low_at: int | None = None
) -> Stored[StockEntry]:
    """Commit an entry and the shelf that it changes.

    A shelf that does not change need not be guarded: an order that begins to wait guards the counters of every location
    that it knows, and the keeper looks at the shelf afterwards.
    """
    entry = stored.value
    before = Shelf(entry.shop_id, entry.sku) if found is None else found.value
    shelf = before.at(entry.location)
    if low_at is not None:
        shelf = msgspec.structs.replace(shelf, low_at=low_at)
    if found is None:
        shelves = [SHELVES.new(shelf_id(entry.shop_id, entry.sku), shelf)]
    else:
        shelves = [found.changed(shelf)] if shelf != before else []
    received = StockReceived(
        shop_id=entry.shop_id,
        sku=entry.sku,
        location=entry.location,
        quantity=entry.quantity,
        received_at=unit.now,
    )
    place = (entry.shop_id, entry.location, entry.sku)
    try:
        return await unit.commit(
            stored,
            *shelves,
            counters=[Add(free_key(*place), entry.quantity), Add(held_key(*place), entry.quantity)],
            events=(received, *look_at(entry.shop_id, [entry.sku])),
        )
    except CounterRefused as refused:
        raise Conflict from refused


async def set_shelf(unit: Unit, command: SetShelf, shop_id: str, sku: str) -> Stored[Shelf]:
    """Set a shelf's warning level and the order of its locations, for the shop's staff.

    Raises NotFound, Invalid, LocationsDiffer.
    """
    check_staff(unit, shop_id, sku)
    stored = await unit.get(SHELVES, shelf_id(shop_id, sku))
    if sorted(command.locations) != sorted(stored.value.locations):
        raise LocationsDiffer(locations=stored.value.locations)
    shelf = msgspec.structs.replace(stored.value, low_at=command.low_at, locations=command.locations)
    return await unit.commit(stored.changed(shelf), events=look_at(shop_id, [sku]))


def check_staff(unit: Unit, shop_id: str, sku: str = "") -> None:
    """Refuse whoever does not work for the shop, and names that cannot be ids. Raises NotFound, Invalid."""
    if not unit.caller.has_role(f"shop:{shop_id}", "staff", "owner"):
        raise NotFound
    check_slugs(shop_id=shop_id, **({"sku": sku} if sku else {}))
