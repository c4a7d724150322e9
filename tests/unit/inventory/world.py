"""Orders, deliveries and people around a stock room: what happens is chosen by chance.

Messages come as they like. In a crowded world somebody else also gets in between what one reads and what one saves.
"""

from collections.abc import Callable
from random import Random

from frontdesk.kernel.errors import Conflict
from frontdesk.kernel.messages import Event, Message, wrap
from frontdesk.services.inventory.events import StockReserved, StockShort
from tests.unit.driver import content
from tests.unit.inventory.stockroom import (
    ANA,
    SHOP,
    STAFF,
    StockRoom,
    cancelled,
    created,
    dispatched,
    rejected,
    returned,
)

SKUS = ("cola", "crisps", "nuts")
LOCATIONS = ("cellar", "counter")
ARRIVES = 0.6  # of all steps, how many are a message that arrives
COMES_AGAIN = 0.25  # of all messages
FIRES = 0.05  # of all timers, at each step
GETS_IN_BETWEEN = 0.1  # at every call of the store
ENOUGH = 20_000  # messages, for any history here to come to rest
DEEPEST = 2  # so many may be between reading and saving at once, and one more


class World:
    """Messages lie in a heap from which any may come next. `orders` are as the orders service sees them."""

    def __init__(self, chance: Random, *, crowded: bool = False) -> None:
        self.room = StockRoom(fault=self._between)
        self.chance = chance
        self.crowded = crowded
        self.heap: list[Message] = []
        self.orders: dict[str, str] = {}
        self.holds: list[str] = []
        self.with_hold: set[str] = set()
        self.passed: list[str] = []  # orders that were served before one that waited longer
        self._seen = 0
        self._told = 0
        self._depth = 0

    def step(self) -> None:
        """Let one thing happen."""
        if self.heap and self.chance.random() < ARRIVES:
            self.arrive()
        else:
            self.happen()

    def happen(self) -> None:
        """Let somebody do something."""
        happenings = (self.place, self.receive, self.adjust, self.cancel, self.dispatch, self.come_back)
        self.chance.choice((*happenings, self.place, self.receive, self.receive, self.hold, self.release))()
        self.collect()

    def rest(self) -> None:
        """Let every message arrive."""
        for _ in range(ENOUGH):
            if not self.heap:
                return
            self.arrive()
        raise AssertionError("never comes to rest")

    def arrive(self) -> None:
        """Deliver any message of the heap; some stay there to come again."""
        place = self.chance.randrange(len(self.heap))
        message = self.heap.pop(place)
        try:
            self.room.deliver(message)
        except Conflict:
            self.heap.append(message)
        if self.chance.random() < COMES_AGAIN:
            self.heap.append(message)
        self.collect()

    async def _between(self, method: str, moment: str) -> None:
        """Let something else happen first, now and then."""
        if not self.crowded or moment != "before" or self._depth == DEEPEST:
            return
        self._depth += 1
        while self.chance.random() < GETS_IN_BETWEEN:
            self.step()
        self._depth -= 1

    def collect(self) -> None:
        """Put what was published onto the heap, and some timers that may as well be due."""
        fresh = self.room.store.log[self._seen :]
        self._seen += len(fresh)
        self.heap += fresh
        for fact in self.room.facts(fresh):
            if isinstance(fact, StockReserved):
                self._reserved(fact.order_id)
            elif isinstance(fact, StockShort) and self.orders[fact.order_id] == "NEW" and not fact.waits:
                self.orders[fact.order_id] = "REJECTED"
                self.tell(rejected(fact.order_id))
        timers = self.room.store.timers
        for key in [key for key in timers if self.chance.random() < FIRES]:
            self.heap.append(timers.pop(key).message)

    def _reserved(self, id: str) -> None:
        if self.orders[id] == "NEW":
            self.orders[id] = "PROCESSED"
        reservation = self.room.reservation(id)
        assert reservation is not None
        queues = [self.room.queue(line.sku) for line in reservation.lines]
        if id not in self.with_hold and any(queue and queue[0] < id for queue in queues):
            self.passed.append(id)

    def tell(self, event: Event) -> None:
        """Put a fact of the orders service onto the heap."""
        self._told += 1
        id = f"told:{self._told}:1:0"
        now = self.room.clock.now()
        self.heap.append(wrap(event, id=id, source=id, version=1, at=now, correlation_id="test"))

    def lines(self) -> dict[str, int]:
        """Return one to three products and how many of each."""
        chosen = self.chance.sample(SKUS, self.chance.randint(1, len(SKUS)))
        return {sku: self.chance.randint(1, 4) for sku in chosen}

    def place(self) -> None:
        """Order something, perhaps with a hold. Ids sort as the orders were placed."""
        id = f"o{len(self.orders):03}"
        self.orders[id] = "NEW"
        hold = self.chance.choice(["", *self.holds[-1:]])
        if hold:
            self.with_hold.add(id)
        waits = self.chance.random() < 0.7
        self.tell(created(id, self.lines(), after=len(self.orders), waits=waits, hold_id=hold))

    def receive(self) -> None:
        """Book goods in."""
        body = {"location": self.chance.choice(LOCATIONS), "quantity": self.chance.randint(1, 8)}
        if self.chance.random() < 0.2:
            body["low_at"] = self.chance.randint(0, 6)
        self._book("receipts", body)

    def adjust(self) -> None:
        """Correct a count, if what is reserved allows it."""
        quantity = self.chance.choice((-3, -1, 1))
        self._book("adjustments", {"location": LOCATIONS[0], "quantity": quantity, "reason": "counted"})

    def _book(self, how: str, body: object) -> None:
        self.room.send(STAFF, f"POST /shops/{SHOP}/stock/{self.chance.choice(SKUS)}/{how}", body)

    def cancel(self) -> None:
        """Call an order off that is not on its way."""
        self._move({"NEW", "PROCESSED"}, "CANCELLED", cancelled)

    def dispatch(self) -> None:
        """Send an order out whose stock is reserved."""
        self._move({"PROCESSED"}, "DISPATCHED", dispatched)

    def come_back(self) -> None:
        """Take an order back that was sent out."""
        restock = self.chance.random() < 0.7
        self._move({"DISPATCHED"}, "RETURNED", lambda id: returned(id, restock=restock))

    def hold(self) -> None:
        """Hold something for the customer of all these orders."""
        body = {"lines": [{"sku": sku, "quantity": n} for sku, n in self.lines().items()], "minutes": 5}
        answer = self.room.send(ANA, f"POST /shops/{SHOP}/holds", body)
        if answer.status == 201:
            self.holds.append(content(answer)["hold_id"])

    def release(self) -> None:
        """Let go of a hold."""
        if self.holds:
            self.room.send(ANA, f"DELETE /holds/{self.chance.choice(self.holds)}")

    def _move(self, since: set[str], to: str, fact: Callable[[str], Event]) -> None:
        open_to_it = [id for id, status in self.orders.items() if status in since]
        if open_to_it:
            id = self.chance.choice(open_to_it)
            self.orders[id] = to
            self.tell(fact(id))
