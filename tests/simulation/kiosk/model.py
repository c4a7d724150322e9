"""What the kiosk keeps, what it tells, and what it may be asked for."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

import msgspec

from frontdesk.kernel.errors import Rejected
from frontdesk.kernel.kinds import Kind
from frontdesk.kernel.messages import Event

HOLD = timedelta(seconds=8)  # how long a slot is held for somebody who does not confirm
STOCK_CEILING = 60
POISON = 666  # a tag of this amount breaks the crank, on purpose
JAM = 13  # and this one it refuses
ROTA = ("rota_ann", "rota_bob")  # one of them must be on duty
TILL_ID, BOARD_ID = "till", "board"


class ReservationState(StrEnum):
    """Where the goods of an order are."""

    HELD = "HELD"
    SHORT = "SHORT"  # not enough was there
    RELEASED = "RELEASED"


class HoldState(StrEnum):
    """Where a hold stands."""

    HELD = "HELD"
    CONFIRMED = "CONFIRMED"
    RELEASED = "RELEASED"
    LAPSED = "LAPSED"


class Reservation(msgspec.Struct, frozen=True):
    """Goods taken from the stock for one order, by sku, and what they were worth by the tags of that moment."""

    state: ReservationState
    goods: dict[str, int] = {}
    worth: int = 0


class Till(msgspec.Struct, frozen=True):
    """The orders that were paid, as they came in: all of them change this one record. `banked` went to the bank."""

    orders: tuple[str, ...] = ()
    banked: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Every order that was ever paid, oldest first."""
        return (*self.banked, *self.orders)


class Delivery(msgspec.Struct, frozen=True):
    """Goods that came in. `note` is the sender's own."""

    sku: str
    quantity: int
    note: str


class Sale(msgspec.Struct, frozen=True):
    """Goods sold over the counter. `note` is the sender's own."""

    sku: str
    quantity: int
    note: str


class Tag(msgspec.Struct, frozen=True):
    """What one piece costs. `edition` counts its changes."""

    edition: int
    amount: int


class Board(msgspec.Struct, frozen=True):
    """A copy of every tag, by sku, and what people scribble under it."""

    tags: dict[str, Tag] = {}
    scribbles: tuple[str, ...] = ()


class Turn(msgspec.Struct, frozen=True):
    """One turn of the crank, for one tag."""

    sku: str
    edition: int


class Hold(msgspec.Struct, frozen=True):
    """A slot kept for somebody until a moment, or for good when confirmed."""

    slot: str
    until: datetime
    state: HoldState
    note: str


class Closure(msgspec.Struct, frozen=True):
    """A slot that takes no more holds. Those it has stay."""


class Duty(msgspec.Struct, frozen=True):
    """Whether one person is on duty."""

    on: bool


RESERVATIONS = Kind("reservation", Reservation)
TILLS = Kind("till", Till)
DELIVERIES = Kind("delivery", Delivery)
SALES = Kind("sale", Sale)
TAGS = Kind("tag", Tag)
BOARDS = Kind("board", Board)
TURNS = Kind("turn", Turn)
HOLDS = Kind("hold", Hold)
CLOSURES = Kind("closure", Closure)
DUTIES = Kind("duty", Duty)
KINDS = (RESERVATIONS, TILLS, DELIVERIES, SALES, TAGS, BOARDS, TURNS, HOLDS, CLOSURES, DUTIES)


class TagSet(Event, frozen=True, kw_only=True):
    """A tag has a new amount."""

    NAME: ClassVar[str] = "Tag Set"
    sku: str
    edition: int
    amount: int


class HoldLapsed(Event, frozen=True, kw_only=True):
    """The deadline of a hold has come."""

    NAME: ClassVar[str] = "Hold Lapsed"
    hold_id: str
    until: datetime


class TakeHold(msgspec.Struct, frozen=True):
    """Hold a slot. `note` is the sender's own."""

    slot: str
    note: str


class SetTag(msgspec.Struct, frozen=True):
    """Give a tag an amount."""

    amount: int


class Scribble(msgspec.Struct, frozen=True):
    """Write something on the board."""

    text: str


class SlotClosed(Rejected):
    """The slot takes no more holds."""


class HoldOver(Rejected):
    """The hold is not live any more."""


class LastOnDuty(Rejected):
    """The other one is off duty: somebody must stay."""


class CrankJammed(Rejected):
    """The crank does not take this amount."""


class AlreadySo(Rejected):
    """They are on, or off, duty already."""


def stock_key(sku: str) -> str:
    """Return the counter of what is on the shelf."""
    return f"kiosk:stock:{sku}"


def slot_key(slot: str) -> str:
    """Return the claim on a slot."""
    return f"kiosk:slot:{slot}"
