"""What people want of the desk, sometimes twice, sometimes against the rules.

Many run at once, over few shops, slots and tags, so that they meet; on some days all want the same at the same moment.
"""

from collections.abc import Callable

import msgspec

from frontdesk.kernel.errors import FrontdeskError, KeyReused
from frontdesk.kernel.http import Answer
from frontdesk.services.catalogue.commands import SetProduct
from frontdesk.services.orders.commands import (
    CancelOrder,
    Channel,
    ListOrders,
    Method,
    NewCustomer,
    NewDelivery,
    PlaceOrder,
    WantedLine,
)
from frontdesk.services.orders.model import ORDERS
from frontdesk.services.orders.placing import PriceChanged
from frontdesk.transitions import IllegalTransition
from tests.simulation.clients import Clients, Wish
from tests.simulation.design import Outcome, World
from tests.simulation.kiosk.model import JAM, POISON, ROTA, Delivery, Sale, Scribble, SetTag, TakeHold
from tests.simulation.laws import require
from tests.simulation.opening import OWNER, PRICE, SHOP_ID, SKUS
from tests.simulation.scheduler import Pause, Promise, Work

SLOTS = ("slot_1", "slot_2")
ALMOST_MICROS = 7_500_000  # shortly before a hold lapses
HASTE = 20  # on a day of rush, everybody thinks so many times as fast
Errand = Callable[[], Work]


class Errands:
    """The errands of one history."""

    def __init__(self, world: World, clients: Clients) -> None:
        self._random = world.random
        self._laws = world.laws
        self._sore = world.faults.sore
        self._clients = clients
        self._prices: set[int] = set()

    def begin(self) -> None:
        """Let everybody come: a few with anything, or many with much the same."""
        random = self._random
        quiet = (*[self._buy] * 5, self._buy_blindly, self._look, self._reprice, self._tag)
        rushes: tuple[tuple[Errand, ...], ...] = (
            (self._buy, self._buy, self._bank),
            (self._tag, self._scribble, self._scribble),
            (self._sell, self._restock, self._buy),
            (self._book, self._book, self._book, self._close),
            (self._swap_duty,),
            (self._buy, self._buy, self._reprice),
        )
        errands = (*quiet, *(errand for rush in rushes for errand in rush))
        people = random.randint(2, 5)
        if random.random() < 0.25:  # a day of rush
            self._clients.haste = HASTE
            errands, people = random.choice(rushes), random.randint(4, 7)
        for _ in range(people):
            self._clients.start(self._come(random.choice(errands)))
        for errand in self._needed():
            self._clients.start(self._come(errand))

    def _needed(self) -> tuple[Errand, ...]:
        """Return who must come so that the call which fails most today is made at all."""
        method = self._sore[2]
        if method in {"scheduler.set", "timers.fire"}:
            return (self._book, self._book)
        return (self._look,) if method == "store.query" else ()

    async def _come(self, errand: Errand) -> None:
        await self._clients.think(2_000_000)
        await errand()

    async def _buy(self) -> None:
        random = self._random
        key = self._clients.new_key()
        order = self._order(key)
        if random.random() < 0.3:  # some accept no other price
            pieces = sum(line.quantity for line in order.lines)
            order = msgspec.structs.replace(order, expected_total=pieces * PRICE)
        wish = Wish("POST /orders", order, key)
        first: Promise[Outcome] = Promise()
        if random.random() < 0.2:  # some press the button twice
            self._clients.start(self._repeat(wish, first))
        if random.random() < 0.2:  # and some programs reuse their keys
            self._clients.start(self._reuse(wish, first))
        outcome = await self._clients.insist(wish)
        first.keep(outcome)
        require(isinstance(outcome, Answer | KeyReused | PriceChanged), f"an order was refused: {outcome!r}")
        if isinstance(outcome, Answer):
            for _ in range(random.choice((0, 0, 1, 2))):  # some change their minds
                self._clients.start(self._cancel(outcome.result.id))

    async def _cancel(self, id: str) -> None:
        key = self._clients.new_key()
        await self._clients.think(self._random.choice((10_000, 100_000, 3_000_000)))
        outcome = await self._clients.insist(
            Wish("POST /orders/{id}/cancel", CancelOrder(key), key, {"id": id})
        )
        if isinstance(outcome, IllegalTransition):
            by = self._laws.values[ORDERS.name, id].steps[-1].reason
            require(by != key, "a repeat of what was done was refused")

    async def _repeat(self, wish: Wish, first: Promise[Outcome]) -> None:
        outcome = await self._clients.insist(wish)
        if isinstance(outcome, Answer):
            earlier = await first
            if isinstance(earlier, Answer):
                same = earlier.result.id == outcome.result.id and earlier.result.value == outcome.result.value
                require(same, "a repeat was answered otherwise than the first time")

    async def _reuse(self, wish: Wish, first: Promise[Outcome]) -> None:
        await self._clients.think(1_000_000)
        order = msgspec.structs.replace(self._order(wish.key), lines=(WantedLine(SKUS[0], 99),))
        known = first.kept
        outcome = await self._clients.insist(Wish(wish.line, order, wish.key))
        if known and isinstance(await first, Answer):
            require(isinstance(outcome, KeyReused), "a key was taken for another body")

    async def _buy_blindly(self) -> None:
        await self._clients.send(Wish("POST /orders", self._order("")))

    async def _restock(self) -> None:
        for _ in range(self._random.randint(1, 3)):
            key = self._clients.new_key()
            goods = Delivery(self._random.choice(SKUS), self._random.randint(1, 30), key)
            self._clients.start(self._clients.insist(Wish("POST /deliveries", goods, key)))

    async def _sell(self) -> None:
        for _ in range(self._random.randint(1, 4)):
            key = self._clients.new_key()
            goods = Sale(self._random.choice(SKUS), self._random.randint(1, 9), key)
            self._clients.start(self._clients.insist(Wish("POST /sales", goods, key)))

    async def _bank(self) -> None:
        for _ in range(self._random.randint(2, 6)):
            await self._clients.insist(Wish("POST /till/bank", None, self._clients.new_key()))
            await self._clients.think(1_000_000)

    async def _scribble(self) -> None:
        for _ in range(self._random.randint(2, self._random.choice((6, 25)))):
            key = self._clients.new_key()
            await self._clients.insist(Wish("POST /board/scribble", Scribble(key), key))
            await self._clients.think(100_000)

    async def _reprice(self) -> None:
        for _ in range(self._random.randint(1, 3)):
            path = {"shop_id": SHOP_ID, "sku": SKUS[0]}
            seen = await self._clients.insist(
                Wish("GET /shops/{shop_id}/products/{sku}", None, "", path, OWNER)
            )
            if isinstance(seen, Answer):
                other = 2 * PRICE + 1 - seen.result.value.retail
                product = SetProduct(
                    name=f"{SKUS[0]} {self._random.getrandbits(32)} {seen.result.version}",  # like nobody else's
                    category="snacks",
                    tax_rate=700,
                    retail=other,
                    tracked=False,
                )
                wish = Wish(
                    "PUT /shops/{shop_id}/products/{sku}", product, "", path, OWNER, seen.result.version
                )
                changed = await self._clients.insist(wish)
                if isinstance(changed, Answer):
                    self._judge_change(seen.result.version, changed.result.version)

    def _judge_change(self, seen: int, made: int) -> None:
        require(made == seen + 1, "a change went over a version that its sender had not seen")
        require(made not in self._prices, "two changes were made to one version")
        self._prices.add(made)

    async def _tag(self) -> None:
        random = self._random
        for _ in range(random.randint(1, 3)):
            amount = random.choice((POISON, JAM)) if random.random() < 0.1 else random.randint(20, 99)
            wish = Wish(
                "POST /tags/{sku}", SetTag(amount), self._clients.new_key(), {"sku": random.choice(SKUS)}
            )
            await self._clients.insist(wish)

    async def _book(self) -> None:
        random = self._random
        key = self._clients.new_key()
        slot = random.choice(SLOTS)
        outcome = await self._clients.insist(Wish("POST /holds", TakeHold(slot, key), key))
        for verb in random.choice(((), ("confirm",), ("release",), ("extend", "confirm"), ("extend",))):
            if isinstance(outcome, FrontdeskError):
                return
            await Pause(self._random.choice((100_000, 5_000_000, ALMOST_MICROS, ALMOST_MICROS)))
            await self._clients.think(500_000)
            wish = Wish(
                f"POST /holds/{{id}}/{verb}", None, self._clients.new_key(), {"id": outcome.result.id}
            )
            outcome = await self._clients.insist(wish)

    async def _close(self) -> None:
        path = {"slot": self._random.choice(SLOTS)}
        await self._clients.think(5_000_000)
        await self._clients.insist(Wish("POST /slots/{slot}/close", None, self._clients.new_key(), path))

    async def _swap_duty(self) -> None:
        for _ in range(2):
            for id in ROTA:
                self._clients.start(self._leave_and_return(id))
            await self._clients.think(1_000_000)

    async def _leave_and_return(self, id: str) -> None:
        await self._clients.insist(Wish("POST /rota/{id}/leave", None, self._clients.new_key(), {"id": id}))
        await self._clients.insist(Wish("POST /rota/{id}/join", None, self._clients.new_key(), {"id": id}))

    async def _look(self) -> None:
        for _ in range(self._random.randint(1, 4)):
            await self._clients.think(2_000_000)
            await self._list()

    async def _list(self) -> None:
        outcome = await self._clients.insist(Wish("GET /orders", ListOrders()))
        if isinstance(outcome, Answer):
            for stored in outcome.result.items:
                self._laws.accepted(stored.kind.name, stored.id)
                await self._clients.insist(Wish("GET /orders/{id}", None, "", {"id": stored.id}))

    def _order(self, note: str) -> PlaceOrder:
        random = self._random
        skus = SKUS[: random.randint(1, len(SKUS))]
        return PlaceOrder(
            shop_id=SHOP_ID,
            channel=Channel.WEB,
            customer=NewCustomer("Anna"),
            lines=tuple([WantedLine(sku, random.randint(1, 16)) for sku in skus]),
            delivery=NewDelivery(Method.COLLECTION, note=note or None),
        )
