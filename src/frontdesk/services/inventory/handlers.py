"""What inventory does about orders: reserve, give back, let go, take back.

Every event may come twice, early or late: a reservation moves along `WAYS` only, and what is not on its way changes
nothing.
"""

from frontdesk.kernel.errors import Conflict, CounterRefused
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.unit import Unit
from frontdesk.services.inventory.events import GoodsReturned, ShortLine, StockReserved, StockShort
from frontdesk.services.inventory.holds import Hold, HoldState, consumable, unclaimed
from frontdesk.services.inventory.queues import look_at, parked
from frontdesk.services.inventory.reservations import RESERVATIONS, Kept, Reservation, State
from frontdesk.services.inventory.shelves import SHELVES, Turn, shelf_id
from frontdesk.services.inventory.stock import (
    Lack,
    Stock,
    allot,
    given_back,
    look,
    on_hand,
    still_short,
    wanted,
)
from frontdesk.services.orders.events import (
    OrderCancelled,
    OrderCreated,
    OrderDispatched,
    OrderRejected,
    OrderReturned,
)


async def reserve(unit: Unit, event: OrderCreated) -> None:
    """Keep everything that a new order wants of what has a stock, or nothing of it.

    What its customer holds goes to it first; a hold that does not bring the whole order about is left to lapse. An
    order that was cancelled before it was heard of is left alone. Raises Conflict when the shelves moved meanwhile.
    """
    wishes = wanted([line for line in event.lines if line.tracked])
    if not wishes or await unit.find(RESERVATIONS, event.order_id) is not None:
        return
    hold = await consumable(unit, event.hold_id, event.shop_id, event.customer_id) if event.hold_id else None
    held = {line.sku: line for line in hold.value.lines} if hold else {}
    stock = await look(unit, event.shop_id, {**wishes, **held} if held else wishes)
    if held:
        stock.move(held.values(), 1)
    kept, lacks = allot(stock, Turn(event.placed_at, event.order_id, 0), wishes, held)
    try:
        if lacks:
            await _do_without(unit, event, wishes, stock, lacks)
        else:
            stock.move(kept, -1)
            await _keep(unit, event, stock, kept, hold)
    except CounterRefused as refused:
        raise Conflict from refused


async def _keep(
    unit: Unit, event: OrderCreated, stock: Stock, kept: tuple[Kept, ...], hold: Stored[Hold] | None
) -> None:
    counters, unsettled = stock.counters()
    reserved = StockReserved(order_id=event.order_id, shop_id=event.shop_id, reserved_at=unit.now)
    await unit.commit(
        RESERVATIONS.new(event.order_id, Reservation(event.shop_id, State.RESERVED, kept)),
        *(() if hold is None else (hold.changed(hold.value.became(HoldState.CONSUMED)),)),
        counters=counters,
        claims=() if hold is None else unclaimed(hold, unit.now),
        events=(reserved, *look_at(event.shop_id, unsettled)),
    )


async def _do_without(
    unit: Unit, event: OrderCreated, wishes: dict[str, int], stock: Stock, lacks: tuple[Lack, ...]
) -> None:
    """Let the order wait for one of the products that it lacks, if its shop lets it and a queue has room."""
    lines = tuple([Kept(sku, quantity) for sku, quantity in wishes.items()])
    open_to_it = (lack for lack in lacks if event.waits and stock.has_room(lack.sku))
    lack = next(open_to_it, None)
    short = StockShort(
        order_id=event.order_id,
        shop_id=event.shop_id,
        noticed_at=unit.now,
        lines=tuple([ShortLine(lack.sku, lack.turn.quantity, lack.available) for lack in lacks]),
        waits=lack is not None,
    )
    if lack is None:
        reservation = Reservation(event.shop_id, State.SHORT, lines)
        await unit.commit(RESERVATIONS.new(event.order_id, reservation), events=(short,))
        return
    shelf, moved = parked(stock, lack)
    reservation = Reservation(event.shop_id, State.WAITING, lines, lack.sku)
    await unit.commit(
        RESERVATIONS.new(event.order_id, reservation),
        shelf,
        counters=still_short(stock, lack),
        events=(short, *look_at(event.shop_id, moved)),
    )


async def give_back(unit: Unit, event: OrderCancelled | OrderRejected) -> None:
    """Make free again what an order has kept, or take it out of its queue.

    One that was never heard of is noted, so that it gets nothing when it is.
    """
    stored = await unit.find(RESERVATIONS, event.order_id)
    if stored is None:
        await unit.commit(RESERVATIONS.new(event.order_id, Reservation(event.shop_id, State.CANCELLED)))
    elif stored.value.state is State.WAITING:
        await _stop_waiting(unit, stored)
    elif stored.value.may_become(State.CANCELLED):
        lines = stored.value.lines
        await unit.commit(
            stored.changed(stored.value.became(State.CANCELLED)),
            counters=given_back(event.shop_id, lines),
            events=look_at(event.shop_id, [line.sku for line in lines]),
        )


async def _stop_waiting(unit: Unit, stored: Stored[Reservation]) -> None:
    reservation = stored.value
    shelf = await unit.get(SHELVES, shelf_id(reservation.shop_id, reservation.waiting_on))
    await unit.commit(
        stored.changed(reservation.became(State.CANCELLED)),
        shelf.changed(shelf.value.left_by([stored.id])),
        events=look_at(reservation.shop_id, [reservation.waiting_on]),
    )


async def let_go(unit: Unit, event: OrderDispatched) -> None:
    """Note that an order's goods have left."""
    stored = await unit.find(RESERVATIONS, event.order_id)
    if stored is not None and stored.value.may_become(State.SHIPPED):
        await unit.commit(
            stored.changed(stored.value.became(State.SHIPPED)),
            counters=on_hand(event.shop_id, stored.value.lines, -1),
        )


async def take_back(unit: Unit, event: OrderReturned) -> None:
    """Note that an order's goods are here again, or came back and cannot be sold.

    An order comes back only after it has left: if that was not heard of yet, its goods never left as far as the counts
    know, and what is late then changes nothing.
    """
    state = State.RETURNED if event.restock else State.DISCARDED
    stored = await unit.find(RESERVATIONS, event.order_id)
    if stored is None or not stored.value.may_become(state):
        return
    has_left = stored.value.state is State.SHIPPED
    is_counted = has_left == event.restock
    await unit.commit(
        stored.changed(stored.value.became(state)),
        counters=on_hand(event.shop_id, stored.value.lines, 1 if has_left else -1) if is_counted else (),
        events=(GoodsReturned(order_id=stored.id, shop_id=event.shop_id),) if event.restock else (),
    )


async def restock(unit: Unit, event: GoodsReturned) -> None:
    """Make free what came back. A step of its own: 50 lines have 100 counters, and a commit takes 80 actions."""
    stored = await unit.get(RESERVATIONS, event.order_id)
    if stored.value.may_become(State.RESTOCKED):
        lines = stored.value.lines
        await unit.commit(
            stored.changed(stored.value.became(State.RESTOCKED)),
            counters=given_back(event.shop_id, lines),
            events=look_at(event.shop_id, [line.sku for line in lines]),
        )
