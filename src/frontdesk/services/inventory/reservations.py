"""Reservations: what is kept for one order, and what became of it. The record has the id of its order."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from frontdesk.kernel.kinds import Kind


class State(StrEnum):
    """Where an order's goods are."""

    RESERVED = "RESERVED"
    WAITING = "WAITING"
    SHORT = "SHORT"  # and it does not wait
    CANCELLED = "CANCELLED"
    SHIPPED = "SHIPPED"
    RETURNED = "RETURNED"  # on the premises again, not yet free
    RESTOCKED = "RESTOCKED"
    DISCARDED = "DISCARDED"  # came back, and cannot be sold


# Whatever is not in here does not happen: the event is late or of no concern.
WAYS: Mapping[State, frozenset[State]] = {
    State.RESERVED: frozenset({State.CANCELLED, State.SHIPPED, State.RETURNED, State.DISCARDED}),
    State.WAITING: frozenset({State.RESERVED, State.CANCELLED}),
    State.SHORT: frozenset(),
    State.CANCELLED: frozenset(),
    State.SHIPPED: frozenset({State.RETURNED, State.DISCARDED}),
    State.RETURNED: frozenset({State.RESTOCKED}),
    State.RESTOCKED: frozenset(),
    State.DISCARDED: frozenset(),
}


class Kept(msgspec.Struct, frozen=True):
    """So many pieces of one product; `location` is "" while they are only wanted."""

    sku: str
    quantity: int
    location: str = ""


class Reservation(msgspec.Struct, frozen=True):
    """What an order wants of the stock, each product once. `waiting_on` names the product in whose queue it stands."""

    shop_id: str
    state: State
    lines: tuple[Kept, ...] = ()
    waiting_on: str = ""

    def may_become(self, state: State) -> bool:
        """Return whether there is a way from here to that state."""
        return state in WAYS[self.state]

    def became(self, state: State) -> "Reservation":
        """Return the reservation in another state, with the same lines."""
        return Reservation(self.shop_id, state, self.lines)

    def filled(self, lines: tuple[Kept, ...]) -> "Reservation":
        """Return the reservation with everything it wanted."""
        return Reservation(self.shop_id, State.RESERVED, lines)


RESERVATIONS = Kind("reservation", Reservation)
