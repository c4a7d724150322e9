"""The shelves as a whole: what is on hand and free is what has moved, and nobody waits beside what he waits for."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import msgspec

from frontdesk.reconciliation.causes import told
from frontdesk.reconciliation.findings import Code, Finding
from frontdesk.reconciliation.snapshot import Undelivered
from frontdesk.services.inventory.entries import StockEntry
from frontdesk.services.inventory.events import StockMoved
from frontdesk.services.inventory.holds import Hold, HoldState
from frontdesk.services.inventory.reservations import Reservation, State
from frontdesk.services.inventory.shelves import Shelf, shelf_id
from frontdesk.services.inventory.stock import free_key

FREE, HELD = "inventory:free:", "inventory:held:"
GONE = (State.SHIPPED, State.DISCARDED)  # not on the premises any more
KEPT = (State.RESERVED, State.RETURNED)  # on the premises, and not for anybody else
KEEPER = "inventory-keeper"
SHOWN = 5  # orders of one queue

Place = tuple[str, str, str]  # shop, location, sku


@dataclass(slots=True)
class Pieces:
    """What has moved at one place of a shelf."""

    received: int = 0
    gone: int = 0
    kept: int = 0

    @property
    def held(self) -> int:
        """What must be on hand."""
        return self.received - self.gone

    @property
    def free(self) -> int:
        """What may be promised."""
        return self.held - self.kept


class Shelves:
    """Sums of what passes by, to be compared with what is kept."""

    def __init__(self) -> None:
        self._places: dict[Place, Pieces] = defaultdict(Pieces)
        self._waiting: dict[str, set[str]] = defaultdict(set)  # order ids by shelf
        self._to_be_looked_at: dict[str, Undelivered] = {}  # by shelf

    def add_entry(self, entry: StockEntry) -> None:
        """Take in a receipt or a correction."""
        self._places[entry.shop_id, entry.location, entry.sku].received += entry.quantity

    def add_reservation(self, id: str, reservation: Reservation) -> None:
        """Take in what is kept for an order, or left with it."""
        if reservation.state is State.WAITING:
            self._waiting[shelf_id(reservation.shop_id, reservation.waiting_on)].add(id)
        elif reservation.state in GONE:
            for line in reservation.lines:
                self._places[reservation.shop_id, line.location, line.sku].gone += line.quantity
        elif reservation.state in KEPT:
            for line in reservation.lines:
                self._places[reservation.shop_id, line.location, line.sku].kept += line.quantity

    def add_hold(self, hold: Hold) -> None:
        """Take in what is kept without an order."""
        if hold.state is HoldState.LIVE:
            for line in hold.lines:
                self._places[hold.shop_id, line.location, line.sku].kept += line.quantity

    def add_undelivered(self, event: Undelivered) -> None:
        """Take in that somebody has still to look at shelves."""
        if event.subscriber == KEEPER and event.event == StockMoved.NAME:
            try:
                moved = msgspec.json.decode(event.body, type=StockMoved)
            except msgspec.DecodeError:
                return
            for sku in moved.skus:
                shelf = shelf_id(moved.shop_id, sku)
                if self._to_be_looked_at.setdefault(shelf, event).is_dead:
                    self._to_be_looked_at[shelf] = event

    def counts(self, held: Mapping[str, int], free: Mapping[str, int]) -> Iterator[Finding]:
        """Compare the counters with what has moved."""
        on_hand = {_place(key): count for key, count in held.items()}
        promised = {_place(key): count for key, count in free.items()}
        for place in sorted({*on_hand, *promised, *self._places}):
            pieces = self._places[place]
            shop_id, location, sku = place
            subject = f"{sku} at {location}"
            if on_hand.get(place, 0) != pieces.held or pieces.held < 0:
                expected = f"{pieces.received} received - {pieces.gone} gone = {pieces.held} on hand"
                yield Finding(Code.WRONG_HELD, shop_id, subject, expected, f"{on_hand.get(place, 0)}")
            if promised.get(place, 0) != pieces.free or pieces.free < 0:
                expected = f"{pieces.held} on hand - {pieces.kept} kept = {pieces.free} free"
                yield Finding(Code.WRONG_FREE, shop_id, subject, expected, f"{promised.get(place, 0)}")

    def queues(self, shelves: Iterable[tuple[str, Shelf]], free: Mapping[str, int]) -> Iterator[Finding]:
        """Compare the queues with who waits, and with what lies there."""
        for id, shelf in shelves:
            queue = {turn.order_id for turn in shelf.waiting}
            waiting = self._waiting.pop(id, set())
            if queue != waiting:
                yield _wrong_queue(shelf.shop_id, shelf.sku, queue, waiting)
            most = max(
                (free.get(free_key(shelf.shop_id, at, shelf.sku), 0) for at in shelf.locations), default=0
            )
            if shelf.waiting and shelf.waiting[0].quantity <= most:
                yield self._idle(id, shelf, most)
        for id, waiting in self._waiting.items():
            shop_id, _, sku = id.partition(":")
            yield _wrong_queue(shop_id, sku, set(), waiting)

    def _idle(self, id: str, shelf: Shelf, most: int) -> Finding:
        first = shelf.waiting[0]
        event = self._to_be_looked_at.get(id)
        return Finding(
            Code.WAITS_BESIDE_STOCK,
            shelf.shop_id,
            shelf.sku,
            f"{first.order_id} served with its {first.quantity}",
            f"it waits beside {most} free",
            told(event) if event is not None else "",
            on_its_way=event is not None and not event.is_dead,
        )


def _wrong_queue(shop_id: str, sku: str, queue: set[str], waiting: set[str]) -> Finding:
    odd = sorted(queue ^ waiting)
    faults = [f"{id} {'does not wait' if id in queue else 'is not in it'}" for id in odd[:SHOWN]]
    if len(odd) > SHOWN:
        faults.append(f"and {len(odd) - SHOWN} more")
    return Finding(
        Code.WRONG_QUEUE, shop_id, sku, "a queue of the orders that wait for it", "; ".join(faults)
    )


def _place(key: str) -> Place:
    _, _, shop_id, location, sku = key.split(":")
    return shop_id, location, sku
