"""What the kiosk does about requests and events: load, decide, save."""

from collections.abc import Sequence

from msgspec.structs import replace

from frontdesk.kernel.errors import Conflict, CounterRefused
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.records import Add, Free, Take
from frontdesk.kernel.unit import Timer, Unit
from frontdesk.services.orders.events import OrderCancelled, OrderCreated, OrderProcessed
from tests.simulation.kiosk.model import (
    BOARD_ID,
    BOARDS,
    CLOSURES,
    DELIVERIES,
    DUTIES,
    HOLD,
    HOLDS,
    JAM,
    POISON,
    RESERVATIONS,
    ROTA,
    SALES,
    STOCK_CEILING,
    TAGS,
    TILL_ID,
    TILLS,
    TURNS,
    AlreadySo,
    Board,
    Closure,
    CrankJammed,
    Delivery,
    Duty,
    Hold,
    HoldLapsed,
    HoldOver,
    HoldState,
    LastOnDuty,
    Reservation,
    ReservationState,
    Sale,
    Scribble,
    SetTag,
    SlotClosed,
    Tag,
    TagSet,
    TakeHold,
    Till,
    Turn,
    slot_key,
    stock_key,
)


async def reserve_goods(unit: Unit, event: OrderCreated) -> None:
    """Take an order's goods from the stock, all or none. One that is cancelled already leaves the stock alone."""
    id = f"res_{event.order_id}"
    if await unit.find(RESERVATIONS, id) is not None:
        return
    goods = {line.sku: line.quantity for line in event.lines}
    for sku, quantity in goods.items():
        if (await unit.counts([stock_key(sku)]))[stock_key(sku)] < quantity:
            await unit.commit(RESERVATIONS.new(id, Reservation(ReservationState.SHORT)))
            return
    tags = await unit.get_many(TAGS, tuple(goods))
    worth = sum(tag.value.amount * goods[sku] for sku, tag in tags.items())
    taken = [Add(stock_key(sku), -quantity) for sku, quantity in goods.items()]
    try:
        await unit.commit(
            RESERVATIONS.new(id, Reservation(ReservationState.HELD, goods, worth)), counters=taken
        )
    except CounterRefused as refused:  # somebody took them since they were counted: decide again
        raise Conflict from refused


async def release_goods(unit: Unit, event: OrderCancelled) -> None:
    """Put a cancelled order's goods back. When the order was not heard of yet, remember that it is over."""
    id = f"res_{event.order_id}"
    stored = await unit.find(RESERVATIONS, id)
    released = Reservation(ReservationState.RELEASED)
    if stored is None:
        await unit.commit(RESERVATIONS.new(id, released))
    elif stored.value.state is not ReservationState.RELEASED:
        back = [Add(stock_key(sku), quantity) for sku, quantity in stored.value.goods.items()]
        await unit.commit(stored.changed(released), counters=back)


async def take_money(unit: Unit, event: OrderProcessed) -> None:
    """Enter an order in the one till."""
    till = await unit.find(TILLS, TILL_ID)
    counted = (Add("kiosk:takings", 1),)
    if till is None:
        await unit.commit(TILLS.new(TILL_ID, Till((event.order_id,))), counters=counted)
    else:
        fuller = replace(till.value, orders=(*till.value.orders, event.order_id))
        await unit.commit(till.changed(fuller), counters=counted)


async def copy_tag(unit: Unit, event: TagSet) -> None:
    """Write a tag on the board."""
    board = await unit.get(BOARDS, BOARD_ID)
    tags = {**board.value.tags, event.sku: Tag(event.edition, event.amount)}
    await unit.commit(board.changed(replace(board.value, tags=tags)))


async def turn_crank(unit: Unit, events: Sequence[TagSet]) -> None:
    """Turn the crank once for every tag that was set. Poison breaks it."""
    amounts = {event.amount for event in events}
    if POISON in amounts:
        raise RuntimeError("poison")
    if JAM in amounts:
        raise CrankJammed
    turns = {f"trn_{event.sku}_{event.edition}": Turn(event.sku, event.edition) for event in events}
    known = await unit.get_many(TURNS, tuple(turns))
    new = [TURNS.new(id, turn) for id, turn in turns.items() if id not in known]
    if new:
        await unit.commit(*new)


async def lapse_hold(unit: Unit, event: HoldLapsed) -> None:
    """Let a hold lapse, unless it was confirmed, released or extended meanwhile."""
    stored = await unit.get(HOLDS, event.hold_id)
    hold = stored.value
    if hold.state is HoldState.HELD and hold.until <= unit.now:
        await unit.commit(stored.changed(replace(hold, state=HoldState.LAPSED)))


async def receive_goods(unit: Unit, command: Delivery) -> Stored[Delivery]:
    """Put goods on the shelf. Raises CounterRefused when there is no room."""
    added = Add(stock_key(command.sku), command.quantity, ceiling=STOCK_CEILING)
    return await unit.commit(DELIVERIES.new(unit.new_id("dlv"), command), counters=(added,))


async def sell_goods(unit: Unit, command: Sale) -> Stored[Sale]:
    """Sell from the shelf. Raises CounterRefused when there is too little."""
    taken = Add(stock_key(command.sku), -command.quantity)
    return await unit.commit(SALES.new(unit.new_id("sal"), command), counters=(taken,))


async def bank_money(unit: Unit) -> Stored[Till]:
    """Take what is in the till to the bank. Raises NotFound when nobody has paid yet."""
    till = await unit.get(TILLS, TILL_ID)
    return await unit.commit(till.changed(Till((), till.value.all)))


async def scribble(unit: Unit, command: Scribble) -> Stored[Board]:
    """Write under the tags."""
    board = await unit.get(BOARDS, BOARD_ID)
    scribbles = (*board.value.scribbles, command.text)
    return await unit.commit(board.changed(replace(board.value, scribbles=scribbles)))


async def set_tag(unit: Unit, command: SetTag, sku: str) -> Stored[Tag]:
    """Give a tag an amount."""
    stored = await unit.find(TAGS, sku)
    tag = Tag(stored.value.edition + 1 if stored else 1, command.amount)
    told = TagSet(sku=sku, edition=tag.edition, amount=tag.amount)
    return await unit.commit(stored.changed(tag) if stored else TAGS.new(sku, tag), events=(told,))


async def take_hold(unit: Unit, command: TakeHold) -> Stored[Hold]:
    """Hold a slot. Raises SlotClosed, ClaimTaken."""
    id = unit.new_id("hld")
    if await unit.find(CLOSURES, command.slot) is not None:
        raise SlotClosed
    hold = Hold(command.slot, unit.now + HOLD, HoldState.HELD, command.note)
    return await unit.commit(
        HOLDS.new(id, hold),
        absent=((CLOSURES, command.slot),),
        claims=(Take(slot_key(hold.slot), id, hold.until),),
        timers=(_lapse_timer(id, hold),),
    )


async def extend_hold(unit: Unit, id: str) -> Stored[Hold]:
    """Hold a slot for longer. Raises HoldOver, ClaimTaken."""
    stored = await _live_hold(unit, id)
    hold = replace(stored.value, until=unit.now + HOLD)
    claim = Take(slot_key(hold.slot), id, hold.until)
    return await unit.commit(stored.changed(hold), claims=(claim,), timers=(_lapse_timer(id, hold),))


async def confirm_hold(unit: Unit, id: str) -> Stored[Hold]:
    """Keep a slot for good. Raises HoldOver, ClaimTaken."""
    stored = await _live_hold(unit, id)
    hold = replace(stored.value, state=HoldState.CONFIRMED)
    claim = Take(slot_key(hold.slot), id)
    return await unit.commit(stored.changed(hold), claims=(claim,), timers=(Timer("lapse"),))


async def release_hold(unit: Unit, id: str) -> Stored[Hold]:
    """Give a slot back. Raises HoldOver, ClaimTaken."""
    stored = await _live_hold(unit, id)
    hold = replace(stored.value, state=HoldState.RELEASED)
    claim = Free(slot_key(hold.slot), id)
    return await unit.commit(stored.changed(hold), claims=(claim,), timers=(Timer("lapse"),))


async def close_slot(unit: Unit, slot: str) -> Stored[Closure]:
    """Take no more holds on a slot. Raises AlreadySo."""
    if await unit.find(CLOSURES, slot) is not None:
        raise AlreadySo
    return await unit.commit(CLOSURES.new(slot, Closure()))


async def leave_duty(unit: Unit, id: str) -> Stored[Duty]:
    """Go off duty, when somebody stays. Raises LastOnDuty, AlreadySo."""
    own = await unit.get(DUTIES, id)
    other = await unit.get(DUTIES, next(name for name in ROTA if name != id))
    if not own.value.on:
        raise AlreadySo
    if not other.value.on:
        raise LastOnDuty
    return await unit.commit(own.changed(Duty(on=False)), unchanged=(other,))


async def join_duty(unit: Unit, id: str) -> Stored[Duty]:
    """Go on duty. Raises AlreadySo."""
    own = await unit.get(DUTIES, id)
    if own.value.on:
        raise AlreadySo
    return await unit.commit(own.changed(Duty(on=True)))


async def _live_hold(unit: Unit, id: str) -> Stored[Hold]:
    stored = await unit.get(HOLDS, id)
    if stored.value.state is not HoldState.HELD or stored.value.until <= unit.now:
        raise HoldOver
    return stored


def _lapse_timer(id: str, hold: Hold) -> Timer:
    return Timer("lapse", hold.until, HoldLapsed(hold_id=id, until=hold.until))
