"""A stock room to try things in: its shop, its people, and the orders that reach it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import msgspec

from frontdesk.adapters.memory.store import Fault, MemoryStore, no_fault
from frontdesk.kernel.callers import Caller
from frontdesk.kernel.messages import Event, Message, unwrap
from frontdesk.kernel.money import Amounts
from frontdesk.services.inventory.reservations import RESERVATIONS, Reservation
from frontdesk.services.inventory.service import SERVICE
from frontdesk.services.inventory.shelves import SHELVES, Shelf, shelf_id
from frontdesk.services.inventory.stock import free_key, held_key
from frontdesk.services.orders.events import (
    OrderCancelled,
    OrderCreated,
    OrderDispatched,
    OrderedLine,
    OrderRejected,
    OrderReturned,
)
from tests.unit.driver import START, Desk

SHOP = "corner-snacks"
ENOUGH = 5_000  # events, for anything here to come to rest
ALL = frozenset(SERVICE.scopes)
ANA = Caller("usr_ana", ALL)
BEN = Caller("usr_ben", ALL)
STAFF = Caller("usr_staff", ALL, {f"shop:{SHOP}": "staff"})
NOTHING = Amounts(0, 0, 0)


class StockRoom(Desk):
    """Inventory alone. Its own events come back to it when `settle` is called."""

    def __init__(self, fault: Fault = no_fault) -> None:
        super().__init__(SERVICE)
        self.store = MemoryStore(self.clock, fault=fault)
        self._settled = 0
        self._told = 0

    def settle(self, *, times: int = 1) -> None:
        """Deliver what was published since, each so many times, until nothing more comes of it."""
        while self._settled < len(self.store.log):
            assert self._settled < ENOUGH, "never comes to rest"
            message = self.store.log[self._settled]
            self._settled += 1
            for _ in range(times):
                self.deliver(message)

    def receive(self, sku: str, quantity: int, location: str = "cellar", **more: Any) -> None:
        """Book goods in, and let everything come of it."""
        body = {"location": location, "quantity": quantity} | more
        response = self.send(STAFF, f"POST /shops/{SHOP}/stock/{sku}/receipts", body)
        assert response.status == 201, response.body
        self.settle()

    def order(self, id: str, **lines: int) -> Message:
        """Let an order come in that does not wait, and everything come of it."""
        message = self.tell(created(id, lines), id)
        self.settle()
        return message

    def patient_order(self, id: str, **lines: int) -> Message:
        """Let an order come in that waits if need be, and everything come of it."""
        message = self.tell(created(id, lines, waits=True), id)
        self.settle()
        return message

    def hear(self, event: Event) -> None:
        """Let a later fact about an order come in, and everything come of it."""
        self._told += 1
        self.tell(event, f"later-{self._told}")
        self.settle()

    def free(self, sku: str, location: str = "cellar") -> int:
        """Return how many pieces may be promised."""
        return self.store.standing(free_key(SHOP, location, sku))

    def on_hand(self, sku: str, location: str = "cellar") -> int:
        """Return how many pieces are there."""
        return self.store.standing(held_key(SHOP, location, sku))

    def reservation(self, order_id: str) -> Reservation | None:
        """Return what is kept for an order."""
        record = self.store.records.get(("reservation", order_id))
        return None if record is None else RESERVATIONS.load(record).value

    def state(self, order_id: str) -> str:
        """Return where an order's goods are, "" if nothing is known of it."""
        reservation = self.reservation(order_id)
        return "" if reservation is None else str(reservation.state)

    def shelf(self, sku: str) -> Shelf:
        """Return a product's shelf."""
        return SHELVES.load(self.store.records["shelf", shelf_id(SHOP, sku)]).value

    def queue(self, sku: str) -> list[str]:
        """Return the orders that wait for a product, first in turn first."""
        return [turn.order_id for turn in self.shelf(sku).waiting]

    def facts(self, messages: Iterable[Message]) -> Iterator[Event]:
        """Give what these messages of ours say."""
        known = {event.NAME: event for event in self.service.events}
        return (unwrap(message, known[message.name]) for message in messages)

    def names(self) -> list[str]:
        """Return the names of everything published so far."""
        return [message.name for message in self.store.log]


def created(
    id: str, lines: Mapping[str, int], *, after: int = 0, customer_id: str = "usr_ana", **more: Any
) -> OrderCreated:
    """Return that an order was accepted so many seconds after the start."""
    ordered = tuple(OrderedLine(sku, quantity, 0, 0, 0, tracked=True) for sku, quantity in lines.items())
    return OrderCreated(
        order_id=id,
        shop_id=SHOP,
        channel="web",
        customer_id=customer_id,
        placed_at=START + timedelta(seconds=after),
        currency="EUR",
        lines=ordered,
        net=0,
        tax=0,
        gross=0,
        **more,
    )


def cancelled(id: str) -> OrderCancelled:
    """Return that an order was called off."""
    return OrderCancelled(**_fact(id), cancelled_at=START, previous="NEW")


def rejected(id: str) -> OrderRejected:
    """Return that an order was turned down."""
    return OrderRejected(**_fact(id), rejected_at=START)


def dispatched(id: str) -> OrderDispatched:
    """Return that an order left the house."""
    return OrderDispatched(**_fact(id), dispatched_at=START, carrier="own-bike")


def returned(id: str, *, restock: bool = True) -> OrderReturned:
    """Return that an order came back."""
    return OrderReturned(**_fact(id), returned_at=START, restock=restock)


def _fact(id: str) -> dict[str, Any]:
    amounts: dict[str, Any] = msgspec.to_builtins(NOTHING)
    return {"order_id": id, "shop_id": SHOP, "customer_id": "usr_ana", "currency": "EUR"} | amounts
