"""Holds: stock that is kept for a customer for some minutes, before there is an order."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

import msgspec

from frontdesk.kernel.errors import ClaimTaken, Conflict, CounterRefused, NotFound, Rejected
from frontdesk.kernel.kinds import Kind, Stored
from frontdesk.kernel.messages import Event
from frontdesk.kernel.records import Free, Take
from frontdesk.kernel.shapes import check_slugs
from frontdesk.kernel.unit import Timer, Unit
from frontdesk.services.inventory.commands import HoldStock
from frontdesk.services.inventory.events import ShortLine
from frontdesk.services.inventory.queues import look_at
from frontdesk.services.inventory.reservations import Kept
from frontdesk.services.inventory.shelves import Turn
from frontdesk.services.inventory.stock import allot, given_back, look, wanted


class HoldState(StrEnum):
    """What became of a hold. Only a LIVE one keeps anything."""

    LIVE = "LIVE"
    CONSUMED = "CONSUMED"  # its order has the goods now
    RELEASED = "RELEASED"
    LAPSED = "LAPSED"


class StockIsShort(Rejected):
    """There is not enough of what is wanted; see lines."""


class HoldExists(Rejected):
    """The caller has a live hold at this shop. Release it, order with it, or let it lapse."""


class HoldOver(Rejected):
    """The hold keeps nothing any more."""


class HoldLapsed(Event, frozen=True, kw_only=True):
    """A hold's time is over. A timer: it fires also for one that is over already, and then changes nothing."""

    NAME: ClassVar[str] = "Hold Lapsed"
    hold_id: str


class Hold(msgspec.Struct, frozen=True):
    """What is kept at a shop for its holder, until a moment."""

    shop_id: str
    holder: str
    until: datetime
    lines: tuple[Kept, ...]
    state: HoldState = HoldState.LIVE

    def became(self, state: HoldState) -> "Hold":
        """Return the hold in another state."""
        return msgspec.structs.replace(self, state=state)


HOLDS = Kind("hold", Hold, as_created=lambda hold: hold.became(HoldState.LIVE))


def hold_claim(hold: Hold) -> str:
    """Return what makes a holder's hold the only live one at a shop: nobody can empty the shelves by many."""
    return f"inventory:hold:{hold.shop_id}:{hold.holder}"


def unclaimed(hold: Stored[Hold], now: datetime) -> tuple[Free, ...]:
    """Return what lets the holder have another hold. After its time this one's claim has lapsed by itself."""
    return (Free(hold_claim(hold.value), hold.id),) if now < hold.value.until else ()


async def consumable(unit: Unit, id: str, shop_id: str, customer_id: str) -> Stored[Hold] | None:
    """Return a hold that an order of this customer at this shop may take over."""
    stored = await unit.find(HOLDS, id)
    if stored is None or stored.value.state is not HoldState.LIVE:
        return None
    return stored if (stored.value.shop_id, stored.value.holder) == (shop_id, customer_id) else None


async def hold_stock(unit: Unit, command: HoldStock, shop_id: str) -> Stored[Hold]:
    """Keep stock for the caller. Raises Invalid, StockIsShort, HoldExists."""
    id = unit.new_id("hld")
    check_slugs(shop_id=shop_id)
    wishes = wanted(command.lines)
    stock = await look(unit, shop_id, wishes)
    kept, lacks = allot(stock, Turn(unit.now, id, 0), wishes)
    if lacks:
        raise StockIsShort(lines=[ShortLine(lack.sku, lack.turn.quantity, lack.available) for lack in lacks])
    stock.move(kept, -1)
    counters, unsettled = stock.counters()
    hold = Hold(shop_id, unit.caller.subject, unit.now + timedelta(minutes=command.minutes), kept)
    try:
        return await unit.commit(
            HOLDS.new(id, hold),
            counters=counters,
            claims=(Take(hold_claim(hold), id, hold.until),),
            events=look_at(shop_id, unsettled),
            timers=(Timer("lapse", hold.until, HoldLapsed(hold_id=id)),),
        )
    except CounterRefused as refused:
        raise Conflict from refused
    except ClaimTaken as taken:
        raise HoldExists from taken


async def release_hold(unit: Unit, id: str) -> Stored[Hold]:
    """Give back what a hold keeps, for its holder. Raises NotFound, HoldOver."""
    stored = await open_hold(unit, id)
    if stored.value.state is HoldState.RELEASED:
        return stored
    if stored.value.state is not HoldState.LIVE:
        raise HoldOver(hold_state=stored.value.state)
    return await _end(unit, stored, HoldState.RELEASED)


async def lapse(unit: Unit, event: HoldLapsed) -> None:
    """Give back what a hold still keeps when its time is over."""
    stored = await unit.get(HOLDS, event.hold_id)
    if stored.value.state is HoldState.LIVE:
        await _end(unit, stored, HoldState.LAPSED)


async def open_hold(unit: Unit, id: str) -> Stored[Hold]:
    """Return the caller's own hold. Raises NotFound."""
    stored = await unit.get(HOLDS, id)
    if stored.value.holder != unit.caller.subject:
        raise NotFound
    return stored


async def _end(unit: Unit, stored: Stored[Hold], state: HoldState) -> Stored[Hold]:
    hold = stored.value
    return await unit.commit(
        stored.changed(hold.became(state)),
        counters=given_back(hold.shop_id, hold.lines),
        claims=unclaimed(stored, unit.now),
        events=look_at(hold.shop_id, [line.sku for line in hold.lines]),
    )
