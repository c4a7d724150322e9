"""The keeper: serves who waits at a shelf, oldest first, and tells when one has become low, empty or full again.

`Stock Moved` only says where to look, so a repeat is harmless. Whatever makes pieces free, or changes who is first in a
queue, publishes it in the same commit: there is always one on its way for a shelf whose first in the queue can be
served. One look takes one step, and asks for the next by another `Stock Moved` where more may be left to do.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from frontdesk.kernel.errors import Conflict, CounterRefused
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.messages import Event
from frontdesk.kernel.unit import Unit
from frontdesk.services.inventory.events import BackInStock, StockLow, StockMoved, StockOut, StockReserved
from frontdesk.services.inventory.reservations import RESERVATIONS, Reservation, State
from frontdesk.services.inventory.shelves import SHELVES, Level, Shelf, Turn, shelf_id
from frontdesk.services.inventory.stock import Lack, Stock, allot, look, still_short, wanted

MAX_SKUS = 50  # in one `Stock Moved`
MAX_SERVED = 10  # orders in one step
MAX_SERVED_LINES = 60  # of all of them, so that a step fits into the 80 actions of a commit


def look_at(shop_id: str, skus: Iterable[str]) -> list[StockMoved]:
    """Return what asks the keeper to look at these shelves."""
    once = tuple(dict.fromkeys(skus))
    starts = range(0, len(once), MAX_SKUS)
    return [StockMoved(shop_id=shop_id, skus=once[start : start + MAX_SKUS]) for start in starts]


def parked(stock: Stock, lack: Lack) -> tuple[Stored[Shelf], list[str]]:
    """Return the shelf in whose queue a lacking order now stands, and its sku if its level has to be looked at."""
    stored = stock.shelves.get(lack.sku)
    if stored is None:
        shelf = Shelf(stock.shop_id, lack.sku, waiting=(lack.turn,))
        return SHELVES.new(shelf_id(stock.shop_id, lack.sku), shelf), []
    unsettled = [] if stored.value.level is Level.OUT else [lack.sku]
    return stored.changed(stored.value.joined_by(lack.turn)), unsettled


async def keep_shelves(unit: Unit, event: StockMoved) -> None:
    """Take the first step that there is to take at these shelves. Raises Conflict when they move meanwhile."""
    stock = await look(unit, event.shop_id, event.skus)
    for place, sku in enumerate(event.skus):
        stored = stock.shelves.get(sku)
        if stored is None:
            continue
        pieces = stock.pieces(sku).values()
        waiting = stored.value.waiting
        if waiting and waiting[0].quantity <= max(pieces, default=0):
            await _serve(unit, stored, event.skus[place:])
            return
        level = stored.value.level_at(sum(pieces))
        if level is not stored.value.level:
            changed = msgspec.structs.replace(stored.value, level=level)
            news = _news(stored.value, level, sum(pieces))
            next_look = look_at(event.shop_id, event.skus[place + 1 :])
            await unit.commit(stored.changed(changed), events=(*news, *next_look))
            return


def _news(shelf: Shelf, level: Level, free: int) -> Iterator[Event]:
    if level is Level.OUT:
        yield StockOut(shop_id=shelf.shop_id, sku=shelf.sku)
    elif shelf.level is Level.OUT:
        yield BackInStock(shop_id=shelf.shop_id, sku=shelf.sku, available=free)
    elif level is Level.LOW:
        yield StockLow(shop_id=shelf.shop_id, sku=shelf.sku, available=free)


async def _serve(unit: Unit, seen: Stored[Shelf], skus: Sequence[str]) -> None:
    """Serve the first of a queue, or let its head go where it lacks something else."""
    shop_id, sku = seen.value.shop_id, seen.value.sku
    heads = seen.value.waiting[:MAX_SERVED]
    found = await unit.get_many(RESERVATIONS, [turn.order_id for turn in heads])
    wishes = _wishes(heads, found)
    stock = await look(unit, shop_id, {sku, *(wish for order in wishes.values() for wish in order)})
    shelf = stock.shelves[sku]
    if shelf.version != seen.version:
        raise Conflict
    served: list[Stored[Reservation]] = []
    lacks: tuple[Lack, ...] = ()
    for turn in heads[: len(wishes)]:
        kept, lacks = allot(stock, turn, wishes[turn.order_id])
        if lacks:
            break
        stock.move(kept, -1)
        served.append(found[turn.order_id].changed(found[turn.order_id].value.filled(kept)))
        rest = shelf.value.left_by([order.id for order in served])
        stock.shelves[sku] = msgspec.structs.replace(shelf, value=rest)
    try:
        if served:
            await _reserve(unit, stock, served, skus)
        else:
            await _move_on(unit, stock, found[heads[0].order_id], lacks, skus)
    except CounterRefused as refused:
        raise Conflict from refused


def _wishes(heads: Iterable[Turn], found: Mapping[str, Stored[Reservation]]) -> dict[str, dict[str, int]]:
    """Return what the first few orders want, as far as one commit can serve them."""
    wishes: dict[str, dict[str, int]] = {}
    lines = 0
    for turn in heads:
        wishes[turn.order_id] = wanted(found[turn.order_id].value.lines)
        lines += len(wishes[turn.order_id])
        if lines > MAX_SERVED_LINES and len(wishes) > 1:
            del wishes[turn.order_id]
            break
    return wishes


async def _reserve(unit: Unit, stock: Stock, served: list[Stored[Reservation]], skus: Sequence[str]) -> None:
    counters, unsettled = stock.counters()
    shelf, shop_id = stock.shelves[skus[0]], stock.shop_id
    reserved = [StockReserved(order_id=order.id, shop_id=shop_id, reserved_at=unit.now) for order in served]
    events = (*reserved, *look_at(shop_id, (*skus, *unsettled)))
    await unit.commit(shelf.changed(shelf.value), *served, counters=counters, events=events)


async def _move_on(
    unit: Unit, stock: Stock, order: Stored[Reservation], lacks: tuple[Lack, ...], skus: Sequence[str]
) -> None:
    """Let an order wait for another product: it has the turn there that its age gives it, room or no room."""
    if any(lack.sku == skus[0] for lack in lacks):
        raise Conflict  # somebody was faster
    shelf, lack = stock.shelves[skus[0]], lacks[0]
    other, unsettled = parked(stock, lack)
    await unit.commit(
        shelf.changed(shelf.value.left_by([order.id])),
        order.changed(Reservation(stock.shop_id, State.WAITING, order.value.lines, lack.sku)),
        other,
        counters=still_short(stock, lack),
        events=look_at(stock.shop_id, (*skus, *unsettled)),
    )
