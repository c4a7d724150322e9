"""Reading: what lies where, what moved it, what is kept for whom; and what each looks like from outside."""

from datetime import datetime

import msgspec

from frontdesk.kernel.errors import NotFound
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.shapes import check_slugs
from frontdesk.kernel.unit import Page, Unit
from frontdesk.lists import cursor_of, position_of
from frontdesk.services.inventory.commands import AskAvailability, ListStock
from frontdesk.services.inventory.entries import ENTRIES, EntryKind, StockEntry, check_staff
from frontdesk.services.inventory.holds import Hold, HoldState, open_hold
from frontdesk.services.inventory.reservations import Kept
from frontdesk.services.inventory.shelves import SHELVES, Level, Shelf, Turn, shelf_id
from frontdesk.services.inventory.stock import count, free_key, held_key

SHOWN_WAITING = 20  # orders of one shelf, the oldest


class PlaceView(msgspec.Struct, frozen=True):
    """What lies at one location. `reserved` is what is on hand and not free."""

    location: str
    on_hand: int
    free: int
    reserved: int


class WaitingView(msgspec.Struct, frozen=True):
    """An order that waits for so many pieces."""

    order_id: str
    placed_at: datetime
    quantity: int


class StockView(msgspec.Struct, frozen=True):
    """One product of a shop. Of `waiting` orders, oldest first, the first few are named."""

    shop_id: str
    sku: str
    level: Level
    low_at: int
    on_hand: int
    free: int
    reserved: int
    places: tuple[PlaceView, ...]
    waiting_orders: int
    waiting: tuple[WaitingView, ...]


class StockList(msgspec.Struct, frozen=True):
    """Part of a list, by sku. Ask again with `cursor` for what follows; without one this is the end."""

    items: tuple[StockView, ...]
    cursor: str | None = None


class EntryView(msgspec.Struct, frozen=True):
    """A receipt or an adjustment."""

    entry_id: str
    shop_id: str
    sku: str
    location: str
    kind: EntryKind
    quantity: int
    at: datetime
    by: str
    reference: str | None
    reason: str | None


class EntryList(msgspec.Struct, frozen=True):
    """Part of a list, newest first. Ask again with `cursor` for what follows; without one this is the end."""

    items: tuple[EntryView, ...]
    cursor: str | None = None


class ShelfView(msgspec.Struct, frozen=True):
    """How a shelf is set up: what is read can be changed and sent back."""

    low_at: int
    locations: tuple[str, ...]


class Offer(msgspec.Struct, frozen=True):
    """How much of a product can be had: `ok`, `low` or `out`."""

    sku: str
    level: Level


class Availability(msgspec.Struct, frozen=True):
    """Of each product that has ever lain on a shelf. It may lag by a moment; only an order or a hold is sure."""

    items: tuple[Offer, ...]


class HoldView(msgspec.Struct, frozen=True):
    """What is kept for a customer, and until when."""

    hold_id: str
    shop_id: str
    state: HoldState
    until: datetime
    lines: tuple[Kept, ...]


class Lying(msgspec.Struct, frozen=True):
    """Shelves with their counters as they stand, and the cursor of what follows."""

    shelves: tuple[Shelf, ...]
    counts: dict[str, int]
    cursor: str = ""


async def show_stock(unit: Unit, shop_id: str, sku: str) -> Lying:
    """Return what there is of one product, for the shop's staff. Raises NotFound, Invalid."""
    check_staff(unit, shop_id, sku)
    stored = await unit.get(SHELVES, shelf_id(shop_id, sku))
    return await _lying(unit, (stored.value,))


async def list_stock(unit: Unit, query: ListStock, shop_id: str) -> Lying:
    """Return what there is of every product, for the shop's staff. Raises NotFound, Invalid."""
    check_staff(unit, shop_id)
    page = await unit.query(
        SHELVES, "by_shop", shop_id, cursor=position_of(query.cursor), limit=query.limit, newest_first=False
    )
    return await _lying(unit, tuple(stored.value for stored in page.items), page.cursor)


async def _lying(unit: Unit, shelves: tuple[Shelf, ...], cursor: str = "") -> Lying:
    places = [(shelf.shop_id, location, shelf.sku) for shelf in shelves for location in shelf.locations]
    keys = [key(*place) for place in places for key in (free_key, held_key)]
    return Lying(shelves, await count(unit, keys), cursor)


async def show_shelf(unit: Unit, shop_id: str, sku: str) -> Stored[Shelf]:
    """Return how a shelf is set up, for the shop's staff. Raises NotFound, Invalid."""
    check_staff(unit, shop_id, sku)
    return await unit.get(SHELVES, shelf_id(shop_id, sku))


async def show_entry(unit: Unit, id: str) -> Stored[StockEntry]:
    """Return a receipt or an adjustment, for the shop's staff. Raises NotFound."""
    stored = await unit.get(ENTRIES, id)
    if not unit.caller.has_role(f"shop:{stored.value.shop_id}", "staff", "owner"):
        raise NotFound
    return stored


async def list_entries(unit: Unit, query: ListStock, shop_id: str, sku: str) -> Page[StockEntry]:
    """Return what moved a product's counts, for the shop's staff. Raises NotFound, Invalid."""
    check_staff(unit, shop_id, sku)
    partition = shelf_id(shop_id, sku)
    return await unit.query(
        ENTRIES, "by_shelf", partition, cursor=position_of(query.cursor), limit=query.limit
    )


async def show_availability(unit: Unit, query: AskAvailability, shop_id: str) -> tuple[Shelf, ...]:
    """Return the shelves of some products, for everybody. Raises Invalid."""
    check_slugs(shop_id=shop_id)
    skus = tuple(dict.fromkeys(query.sku.split(",")))
    found = await unit.get_many(SHELVES, [shelf_id(shop_id, sku) for sku in skus])
    return tuple(found[id].value for sku in skus if (id := shelf_id(shop_id, sku)) in found)


async def show_hold(unit: Unit, id: str) -> Stored[Hold]:
    """Return the caller's own hold. Raises NotFound."""
    return await open_hold(unit, id)


def stock_view(lying: Lying) -> StockView:
    """Show one product."""
    return _shelf_stock(lying.shelves[0], lying.counts)


def stock_list(lying: Lying) -> StockList:
    """Show part of the list of products."""
    items = tuple(_shelf_stock(shelf, lying.counts) for shelf in lying.shelves)
    return StockList(items, cursor_of(lying.cursor))


def _shelf_stock(shelf: Shelf, counts: dict[str, int]) -> StockView:
    places = tuple(_place(shelf, location, counts) for location in shelf.locations)
    return StockView(
        shop_id=shelf.shop_id,
        sku=shelf.sku,
        level=shelf.level,
        low_at=shelf.low_at,
        on_hand=sum(place.on_hand for place in places),
        free=sum(place.free for place in places),
        reserved=sum(place.reserved for place in places),
        places=places,
        waiting_orders=len(shelf.waiting),
        waiting=tuple(_waiting(turn) for turn in shelf.waiting[:SHOWN_WAITING]),
    )


def _place(shelf: Shelf, location: str, counts: dict[str, int]) -> PlaceView:
    free = counts[free_key(shelf.shop_id, location, shelf.sku)]
    on_hand = counts[held_key(shelf.shop_id, location, shelf.sku)]
    return PlaceView(
        location, on_hand, free, max(0, on_hand - free)
    )  # two reads may fall on either side of a commit


def _waiting(turn: Turn) -> WaitingView:
    return WaitingView(turn.order_id, turn.placed_at, turn.quantity)


def shelf_view(stored: Stored[Shelf]) -> ShelfView:
    """Show how a shelf is set up."""
    return ShelfView(stored.value.low_at, stored.value.locations)


def entry_view(stored: Stored[StockEntry]) -> EntryView:
    """Show a receipt or an adjustment."""
    entry = stored.value
    return EntryView(
        entry_id=stored.id,
        shop_id=entry.shop_id,
        sku=entry.sku,
        location=entry.location,
        kind=entry.kind,
        quantity=entry.quantity,
        at=entry.at,
        by=entry.by,
        reference=entry.reference,
        reason=entry.reason,
    )


def entry_list(page: Page[StockEntry]) -> EntryList:
    """Show part of the list of receipts and adjustments."""
    return EntryList(tuple(entry_view(stored) for stored in page.items), cursor_of(page.cursor))


def availability(shelves: tuple[Shelf, ...]) -> Availability:
    """Show how much of each can be had."""
    return Availability(tuple(Offer(shelf.sku, shelf.level) for shelf in shelves))


def hold_view(stored: Stored[Hold]) -> HoldView:
    """Show a hold."""
    hold = stored.value
    return HoldView(stored.id, hold.shop_id, hold.state, hold.until, hold.lines)
