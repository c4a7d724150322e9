"""The people outside: they repeat what was not answered, with the same key, and sometimes do what they should not.

An errand is one thing that somebody wants done. Many run at once, over few shops, slots and tags, so that they meet.
"""

from collections.abc import Callable, Mapping

import msgspec

from frontdesk.kernel.callers import Caller
from frontdesk.kernel.errors import Conflict, FrontdeskError, KeyReused, Unavailable
from frontdesk.kernel.http import Answer, Call, Route
from frontdesk.kernel.services import Service
from frontdesk.kernel.unit import Page
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
from tests.simulation.design import Desk, Outcome, World
from tests.simulation.faults import Fault
from tests.simulation.kiosk.model import POISON, ROTA, Delivery, SetTag, TakeHold
from tests.simulation.laws import require
from tests.simulation.opening import SHOP_ID, SKUS
from tests.simulation.scheduler import Pause, Process, Promise, Work

ANNA = Caller("anna")
SLOTS = ("slot_1", "slot_2")
Errand = Callable[[], Work]


class Wish(msgspec.Struct, frozen=True):
    """One request, as often as it may be sent."""

    line: str
    body: msgspec.Struct | None = None
    key: str = ""
    path: Mapping[str, str] = {}


class Clients:
    """Everybody who asks the desk for something in one history."""

    def __init__(self, world: World, desk: Desk) -> None:
        self.left = 0
        self._world = world
        self._desk = desk
        self._keys = 0
        self._process = Process()
        self._routes: dict[str, tuple[Service, Route]] = {
            f"{route.method} {route.path}": (service, route)
            for service in world.design.services
            for route in service.routes
        }

    def begin(self) -> None:
        """Let everybody come, within a few seconds."""
        random = self._world.random
        errands: tuple[Errand, ...] = (
            *(self._buy, self._buy, self._buy, self._buy_blindly),
            *(self._tag, self._tag, self._book, self._book, self._close),
            *(self._swap_duty, self._swap_duty, self._restock, self._look),
        )
        for _ in range(random.randint(2, 7)):
            self.left += 1
            self._spawn(self._run(random.choice(errands)))

    async def _run(self, errand: Errand) -> None:
        await self._think(2_000_000)
        await errand()
        self.left -= 1

    def _spawn(self, work: Work) -> None:
        self._world.scheduler.spawn(work, self._process, "client")

    async def _think(self, micros: int) -> None:
        await Pause(self._world.random.randrange(micros))

    def _key(self) -> str:
        self._keys += 1
        return f"key {self._keys}"

    async def _insist(self, wish: Wish) -> Outcome:
        """Send a wish until there is an answer to it that will not change."""
        while True:
            outcome = await self._send(wish)
            if isinstance(outcome, Answer):
                self._judge(outcome)
                return outcome
            if not isinstance(outcome, Unavailable | Conflict):
                return outcome
            await self._think(1_500_000)

    async def _send(self, wish: Wish) -> Outcome:
        world = self._world
        service, route = self._routes[wish.line]
        canonical = msgspec.json.encode((wish.body, wish.path)) if wish.key else b""
        arguments = (wish.body,) if route.body or route.query else ()
        call = Call(ANNA, wish.path, arguments, "sim", wish.key, canonical)
        if world.faults.strikes("http.ask", Fault.ERROR_BEFORE):
            return Unavailable()
        await Pause(world.faults.usual(100 if world.faults.strikes("http.ask", Fault.DELAY) else 1))
        if wish.key and world.faults.strikes("http.ask", Fault.DUPLICATE):
            world.scheduler.after(world.faults.usual(3), lambda: self._ask_again(service, route, call))
        world.faults.note(f"{wish.line} {wish.key}")
        answered = self._desk.ask(service, route, call)
        if world.faults.strikes("http.ask", Fault.ERROR_AFTER):
            await Pause(world.faults.usual(3))
            return Unavailable()
        return await answered

    def _ask_again(self, service: Service, route: Route, call: Call) -> None:
        self._desk.ask(service, route, call)

    def _judge(self, answer: Answer) -> None:
        if not isinstance(answer.result, Page):
            self._world.laws.accepted(answer.result.kind.name, answer.result.id)

    async def _buy(self) -> None:
        random = self._world.random
        key = self._key()
        wish = Wish("POST /orders", self._order(key), key)
        first: Promise[Outcome] = Promise()
        if random.random() < 0.2:  # some press the button twice
            self._spawn(self._repeat(wish, first))
        if random.random() < 0.2:  # and some programs reuse their keys
            self._spawn(self._reuse(wish, first))
        outcome = await self._insist(wish)
        first.keep(outcome)
        require(isinstance(outcome, Answer | KeyReused), f"an order was refused: {outcome!r}")
        if isinstance(outcome, Answer) and random.random() < 0.4:  # some change their minds
            await self._think(3_000_000)
            path = {"id": outcome.result.id}
            await self._insist(Wish("POST /orders/{id}/cancel", CancelOrder(), self._key(), path))

    async def _repeat(self, wish: Wish, first: Promise[Outcome]) -> None:
        outcome = await self._insist(wish)
        if isinstance(outcome, Answer):
            earlier = await first
            if isinstance(earlier, Answer):
                same = earlier.result.id == outcome.result.id and earlier.result.value == outcome.result.value
                require(same, "a repeat was answered otherwise than the first time")

    async def _reuse(self, wish: Wish, first: Promise[Outcome]) -> None:
        await self._think(1_000_000)
        order = msgspec.structs.replace(self._order(wish.key), lines=(WantedLine(SKUS[0], 20),))
        known = first.kept
        outcome = await self._insist(Wish(wish.line, order, wish.key))
        if known and isinstance(await first, Answer):
            require(isinstance(outcome, KeyReused), "a key was taken for another body")

    async def _buy_blindly(self) -> None:
        await self._send(Wish("POST /orders", self._order("")))

    async def _restock(self) -> None:
        for _ in range(self._world.random.randint(1, 3)):
            key = self._key()
            goods = Delivery(self._world.random.choice(SKUS), self._world.random.randint(1, 30), key)
            self._spawn(self._sent(Wish("POST /deliveries", goods, key)))

    async def _tag(self) -> None:
        random = self._world.random
        for _ in range(random.randint(1, 3)):
            amount = POISON if random.random() < 0.05 else random.randint(1, 99)  # rarely
            wish = Wish("POST /tags/{sku}", SetTag(amount), self._key(), {"sku": random.choice(SKUS)})
            await self._insist(wish)

    async def _book(self) -> None:
        random = self._world.random
        key = self._key()
        slot = random.choice(SLOTS)
        outcome = await self._insist(Wish("POST /holds", TakeHold(slot, key), key))
        for verb in random.choice(((), ("confirm",), ("release",), ("extend", "confirm"), ("extend",))):
            if isinstance(outcome, FrontdeskError):
                return
            await self._think(10_000_000)
            wish = Wish(f"POST /holds/{{id}}/{verb}", None, self._key(), {"id": outcome.result.id})
            outcome = await self._insist(wish)

    async def _close(self) -> None:
        path = {"slot": self._world.random.choice(SLOTS)}
        await self._think(5_000_000)
        await self._insist(Wish("POST /slots/{slot}/close", None, self._key(), path))

    async def _swap_duty(self) -> None:
        for _ in range(2):
            id = self._world.random.choice(ROTA)
            await self._insist(Wish("POST /rota/{id}/leave", None, self._key(), {"id": id}))
            await self._insist(Wish("POST /rota/{id}/join", None, self._key(), {"id": id}))

    async def _look(self) -> None:
        outcome = await self._insist(Wish("GET /orders", ListOrders()))
        if isinstance(outcome, Answer):
            for stored in outcome.result.items:
                self._world.laws.accepted(stored.kind.name, stored.id)
                await self._insist(Wish("GET /orders/{id}", None, "", {"id": stored.id}))

    async def _sent(self, wish: Wish) -> None:
        self.left += 1
        await self._insist(wish)
        self.left -= 1

    def _order(self, note: str) -> PlaceOrder:
        random = self._world.random
        skus = SKUS[: random.randint(1, len(SKUS))]
        return PlaceOrder(
            shop_id=SHOP_ID,
            channel=Channel.WEB,
            customer=NewCustomer("Anna"),
            lines=tuple([WantedLine(sku, random.randint(1, 12)) for sku in skus]),
            delivery=NewDelivery(Method.COLLECTION, note=note or None),
        )
