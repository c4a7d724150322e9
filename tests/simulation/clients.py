"""Those outside, as far as the network is concerned: they repeat what was not answered, with the same key."""

from collections.abc import Mapping

import msgspec

from frontdesk.kernel.callers import Caller
from frontdesk.kernel.errors import Conflict, KeyReused, Unavailable
from frontdesk.kernel.http import Answer, Call, Route
from frontdesk.kernel.services import Service
from frontdesk.kernel.unit import Page
from tests.simulation.design import Desk, Outcome, World
from tests.simulation.faults import Fault
from tests.simulation.laws import require
from tests.simulation.scheduler import Pause, Process, Work

PATIENCE_MICROS, MOST_PATIENCE_MICROS = 300_000, 5_000_000  # before one asks again: doubles, up to
ANNA = Caller("anna")


class Wish(msgspec.Struct, frozen=True):
    """One request, as often as it may be sent."""

    line: str
    body: msgspec.Struct | None = None
    key: str = ""
    path: Mapping[str, str] = {}
    caller: Caller = ANNA
    if_match: int | None = None


class Clients:
    """Everybody who asks the desk for something in one history. `left` counts those who are not done."""

    def __init__(self, world: World, desk: Desk) -> None:
        self.left = 0
        self.haste = 1
        self._world = world
        self._desk = desk
        self._keys = 0
        self._process = Process()
        self._routes: dict[str, tuple[Service, Route]] = {
            f"{route.method} {route.path}": (service, route)
            for service in world.design.services
            for route in service.routes
        }

    def start(self, work: Work) -> None:
        """Let somebody do something by themselves."""
        self.left += 1
        self._world.scheduler.spawn(self._finish(work), self._process, "client")

    async def _finish(self, work: Work) -> None:
        await work
        self.left -= 1

    async def think(self, micros: int) -> None:
        """Wait up to so many microseconds; less where there is haste."""
        await Pause(self._world.random.randrange(micros) // self.haste)

    def new_key(self) -> str:
        """Return an Idempotency-Key that nobody has used."""
        self._keys += 1
        return f"key {self._keys}"

    async def insist(self, wish: Wish) -> Outcome:
        """Send a wish until there is an answer to it that will not change."""
        patience = PATIENCE_MICROS
        while True:
            made = self._world.laws.has_note(wish.key)
            outcome = await self.send(wish)
            if isinstance(outcome, Answer):
                self._judge(outcome)
                return outcome
            if not isinstance(outcome, Unavailable | Conflict):
                known = made and not isinstance(outcome, KeyReused)
                require(not known, f"a repeat of what was accepted was refused: {type(outcome).__name__}")
                return outcome
            await Pause(self._world.random.randrange(patience))
            patience = min(2 * patience, MOST_PATIENCE_MICROS)

    async def send(self, wish: Wish) -> Outcome:
        """Send a wish once. Unavailable says nothing of what became of it."""
        world = self._world
        service, route = self._routes[wish.line]
        canonical = msgspec.json.encode((wish.body, wish.path)) if wish.key else b""
        arguments = (wish.body,) if route.body or route.query else ()
        call = Call(wish.caller, wish.path, arguments, "sim", wish.key, canonical, wish.if_match)
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
