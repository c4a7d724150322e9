"""Many orders for one product, and the ways in which runtimes bring them to inventory's subscribers.

`Workers` are as on AWS: several at once, each with one message, and a lost race is run again. `Batches` are as in the
embedded runtime: one subscriber, 256 messages over an overlay, one transaction.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import msgspec

from frontdesk.adapters.embedded.database import Database
from frontdesk.adapters.embedded.decider import Decider
from frontdesk.adapters.embedded.log import EventLog
from frontdesk.adapters.embedded.store import SqliteStore
from frontdesk.adapters.embedded.subscriber import Subscriber
from frontdesk.adapters.embedded.writer import Writer
from frontdesk.adapters.memory.clock import FixedClock, SeededChance
from frontdesk.kernel.bus import Bus, Fate, fate
from frontdesk.kernel.callers import Caller
from frontdesk.kernel.http import Call
from frontdesk.kernel.kinds import Kind
from frontdesk.kernel.messages import Message, wrap
from frontdesk.kernel.ports import Clock, Store
from frontdesk.kernel.records import Commit
from frontdesk.kernel.services import Reaction, subscribers
from frontdesk.services.inventory.commands import ReceiveStock
from frontdesk.services.inventory.entries import receive_stock
from frontdesk.services.inventory.reservations import RESERVATIONS, Reservation
from frontdesk.services.inventory.service import SERVICE
from frontdesk.services.inventory.shelves import SHELVES, Shelf, shelf_id
from frontdesk.services.inventory.stock import free_key
from frontdesk.services.orders.events import OrderCreated, OrderedLine
from tests.contract.examples import START
from tests.contract.stores import StoreUnderTest

SHOP, SKU, PLACE = "corner-snacks", "cola", "cellar"
STAFF = Caller("usr_staff", frozenset(SERVICE.scopes), {f"shop:{SHOP}": "staff"})
WORKERS = 8
TURNS = 1_000  # of reading what has been published, for any rush to be over
EVENTS_AT_ONCE = 20


class _Letter(msgspec.Struct, frozen=True):
    """What carries orders into the event log of a desk without the orders service."""


LETTERS = Kind("letter", _Letter)


class Desk(Protocol):
    """Inventory on some store. `dead` counts the messages that became dead letters, by error."""

    dead: Counter[str]

    def receive(self, quantity: int) -> None:
        """Book goods in."""

    def take_in(self, messages: Sequence[Message]) -> None:
        """Let orders come in."""

    def rest(self) -> None:
        """Let everything come of it."""

    def reservations(self, ids: Sequence[str]) -> list[Reservation]:
        """Return what became of orders."""

    def shelf(self) -> Shelf:
        """Return the shelf of the product."""

    def free(self) -> int:
        """Return how many pieces are free."""


def orders(number: int, *, waits: bool = False) -> list[Message]:
    """Return so many orders of one piece, placed a second apart."""
    return [_order(f"ord_{n:05}", n, waits=waits) for n in range(number)]


def _order(id: str, after: int, *, waits: bool) -> Message:
    event = OrderCreated(
        order_id=id,
        shop_id=SHOP,
        channel="web",
        customer_id="usr_ana",
        placed_at=START + timedelta(seconds=after),
        currency="EUR",
        lines=(OrderedLine(SKU, 1, 90, 10, 100, tracked=True),),
        net=90,
        tax=10,
        gross=100,
        waits=waits,
    )
    return wrap(event, id=f"order:{id}:1:0", source=id, version=1, at=START, correlation_id="rush")


async def _receive(bus: Bus, store: Store, quantity: int) -> None:
    route = next(route for route in SERVICE.routes if route.handle is receive_stock)
    path = {"shop_id": SHOP, "sku": SKU}
    await bus.ask(SERVICE, route, Call(STAFF, path, (ReceiveStock(PLACE, quantity),), "rush"), store)


async def _read(store: Store, ids: Sequence[str]) -> list[Reservation]:
    found: list[Reservation] = []
    for start in range(0, len(ids), 100):
        records = await store.get_many(RESERVATIONS.name, ids[start : start + 100])
        found += [RESERVATIONS.load(record).value for record in records.values()]
    return found


async def _shelf(store: Store) -> Shelf:
    record = await store.get(SHELVES.name, shelf_id(SHOP, SKU))
    assert record is not None
    return SHELVES.load(record).value


async def _free(store: Store) -> int:
    key = free_key(SHOP, PLACE, SKU)
    return (await store.counts([key]))[key]


class Workers:
    """Several at once on a store."""

    def __init__(self, store: StoreUnderTest, clock: Clock) -> None:
        self.dead: Counter[str] = Counter()
        self._store = store
        self._bus = Bus(clock, SeededChance(7))
        self._heap: list[Message] = []
        self._seen = 0

    def receive(self, quantity: int) -> None:
        """See `Desk`."""
        self._store.workers.run(_receive(self._bus, self._store.port, quantity))

    def take_in(self, messages: Sequence[Message]) -> None:
        """See `Desk`."""
        self._heap += reversed(messages)

    def rest(self) -> None:
        """See `Desk`."""
        for _ in range(TURNS):
            events = self._store.events()
            self._heap += reversed(events[self._seen :])
            self._seen = len(events)
            if not self._heap:
                return
            self._store.workers.together([self._work] * WORKERS)
        raise AssertionError("never comes to rest")

    async def _work(self) -> None:
        while self._heap:
            try:
                message = self._heap.pop()
            except IndexError:  # another worker was faster
                return
            for reaction in SERVICE.reactions:
                if message.name == reaction.on.NAME:
                    await self._deliver(reaction, message)

    async def _deliver(self, reaction: Reaction, message: Message) -> None:
        tries = 0
        while True:
            error: Exception | None = None
            try:
                await self._bus.react(SERVICE, reaction, message, self._store.port)
            except Exception as raised:  # noqa: BLE001 - as a queue takes it
                error = raised
            outcome = fate(error, tries + 1)
            if outcome in {Fate.DONE, Fate.REFUSED}:
                return
            if outcome is Fate.DEAD:
                self.dead[type(error).__name__] += 1
                return
            tries += outcome is Fate.RETRY

    def reservations(self, ids: Sequence[str]) -> list[Reservation]:
        """See `Desk`."""
        return self._store.workers.run(_read(self._store.port, ids))

    def shelf(self) -> Shelf:
        """See `Desk`."""
        return self._store.workers.run(_shelf(self._store.port))

    def free(self) -> int:
        """See `Desk`."""
        return self._store.workers.run(_free(self._store.port))


class Batches:
    """The embedded runtime's subscribers on its log."""

    def __init__(self, runner: asyncio.Runner, database: Database, clock: FixedClock) -> None:
        self.dead: Counter[str] = Counter()
        self._runner = runner
        self._bus = Bus(clock, SeededChance(7))
        self.log = EventLog(database, clock)
        self.writer = runner.run(self._writer(database, clock))
        self.log.writer = self.writer
        self._store = SqliteStore(database, self.writer, self.log)
        self._letters = 0
        self._subscribers = [self._subscriber(name) for name in subscribers([SERVICE])]

    async def _writer(self, database: Database, clock: FixedClock) -> Writer:
        return Writer(database, clock, self.log.grown)

    def _subscriber(self, name: str) -> Subscriber:
        service, reactions = subscribers([SERVICE])[name]
        decider = Decider(name, service, reactions, bus=self._bus, store=self._store, observe=self._observe)
        found = Subscriber(decider, self.log)
        self.log.join(name, found.names)
        return found

    def _observe(self, subscriber: str, message: Message, outcome: Fate, cause: str) -> None:
        if outcome in {Fate.DEAD, Fate.RETRY}:  # nothing here has a reason to try again
            self.dead[cause] += 1

    def receive(self, quantity: int) -> None:
        """See `Desk`."""
        self._runner.run(_receive(self._bus, self._store, quantity))

    def take_in(self, messages: Sequence[Message]) -> None:
        """See `Desk`."""

        async def post() -> None:
            for start in range(0, len(messages), EVENTS_AT_ONCE):
                self._letters += 1
                letter = LETTERS.new(f"letter-{self._letters}", _Letter()).record()
                events = tuple(messages[start : start + EVENTS_AT_ONCE])
                await self._store.commit(Commit(changes=(letter,), events=events))

        self._runner.run(post())

    def rest(self) -> None:
        """See `Desk`."""

        async def turn_all() -> None:
            for _ in range(TURNS):
                if not any(await asyncio.gather(*(one.turn() for one in self._subscribers))):
                    return
            raise AssertionError("never comes to rest")

        self._runner.run(turn_all())

    def reservations(self, ids: Sequence[str]) -> list[Reservation]:
        """See `Desk`."""
        return self._runner.run(_read(self._store, ids))

    def shelf(self) -> Shelf:
        """See `Desk`."""
        return self._runner.run(_shelf(self._store))

    def free(self) -> int:
        """See `Desk`."""
        return self._runner.run(_free(self._store))


@contextmanager
def open_batches(folder: Path) -> Iterator[Batches]:
    """Open an empty desk of the embedded runtime."""
    with asyncio.Runner() as runner:
        database = Database(folder / "rush.db", (*SERVICE.kinds, LETTERS))
        desk = Batches(runner, database, FixedClock(START))
        yield desk
        runner.run(desk.writer.close())
        database.close()
