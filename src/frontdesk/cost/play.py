"""Plays a story on the real services: who does what, and what that writes and reads."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec

from frontdesk.adapters.memory.clock import FixedClock, SeededChance
from frontdesk.adapters.memory.store import MemoryStore
from frontdesk.cost.meter import MeteredStore, Step
from frontdesk.kernel.bus import Bus, Fate, fate
from frontdesk.kernel.callers import Caller
from frontdesk.kernel.http import Call, Document, Route
from frontdesk.kernel.messages import Message
from frontdesk.kernel.ports import Store
from frontdesk.kernel.records import SetTimer
from frontdesk.kernel.services import Service
from frontdesk.manifest.sharing import queue_of

T = TypeVar("T")
IN_A_QUEUE = timedelta(minutes=15)  # a timer that is due later than that is a schedule


class Play:
    """Services on the stores that `store` makes, with outside parties by port; functions run one after another."""

    def __init__(
        self,
        services: Sequence[Service],
        begins: datetime,
        store: Callable[[Service], Store] | None = None,
        providers: Mapping[type, Any] | None = None,
    ) -> None:
        self.clock = FixedClock(begins)
        self.steps: list[Step] = []
        self._services = {service.name: service for service in services}
        self._bus = Bus(self.clock, SeededChance(1), providers or {})
        make = store or (lambda _: MemoryStore(self.clock))
        self._stores = {one.name: MeteredStore(make(one), one.kinds, self.clock) for one in services}
        self._heard = 0  # steps whose events everybody has taken in
        self._timers: dict[
            tuple[str, str, str], tuple[SetTimer, bool]
        ] = {}  # by service and place; is it far?

    def ask(
        self, by: Caller, service: str, line: str, path: Mapping[str, str], *body: object, key: str = ""
    ) -> Any:
        """Return what a request comes to, once everybody has taken in what it told."""
        route = self.route(service, line)
        given = key or f"{line} {sorted(path.values())} {self.clock.now()}"
        result = _drive(self.answer(by, service, route, path, *body, key=given if route.takes_key else ""))
        self._settle()
        return result

    async def answer(
        self, by: Caller, service: str, route: Route, path: Mapping[str, str], *body: object, key: str
    ) -> Any:
        """Return what a call comes to, in the midst of a step or apart. What it tells is taken in later."""
        canonical = msgspec.json.encode(body[0]) if body and key else b""
        call = Call(by, path, body, f"req_{'0' * 24}", key, canonical)
        step = self._begin(f"{service}-http", service)
        answer = await self._bus.ask(self._services[service], route, call, self._stores[service])
        told = route.answer(answer.result)
        step.answered = len(told.content if isinstance(told, Document) else msgspec.json.encode(told))
        return answer.result

    def until(self, moment: datetime) -> None:
        """Let time go by: each timer fires when it is due."""
        while place := min(self._timers, key=lambda one: self._timers[one][0].due, default=None):
            timer, is_far = self._timers[place]
            if timer.due > moment:
                break
            del self._timers[place]
            self._go_on(timer.due)
            self._deliver(timer.message, self._services[place[0]], is_schedule=is_far)
            self._settle()
        self._go_on(moment)

    def forget(self) -> None:
        """Begin to count."""
        self.steps.clear()
        self._heard = 0

    def current(self, service: str) -> Step:
        """Return the step on whose account a service's store is asked."""
        return self._stores[service].step

    def route(self, service: str, line: str) -> Route:
        """Return a route by its method and path."""
        found = self._services[service].routes
        return next(route for route in found if f"{route.method} {route.path}" == line)

    def _go_on(self, moment: datetime) -> None:
        self.clock.advance(max(moment - self.clock.now(), timedelta()))

    def _settle(self) -> None:
        """Hand everything that was told to everybody who reacts to it, until nothing more is told."""
        while self._heard < len(self.steps):
            step = self.steps[self._heard]
            self._heard += 1
            for timer in step.timers:
                place = (step.service, timer.record_id, timer.name)
                self._timers[place] = (timer, timer.due - self.clock.now() > IN_A_QUEUE)
            for message in step.told:
                for service in self._services.values():
                    self._deliver(message, service)

    def _deliver(self, message: Message, service: Service, *, is_schedule: bool = False) -> None:
        for reaction in service.reactions:
            if message.name == reaction.on.NAME:
                step = self._begin(queue_of(service, reaction.subscriber), service.name)
                step.schedules += is_schedule
                try:
                    _drive(self._bus.react(service, reaction, message, self._stores[service.name]))
                except Exception as error:
                    if fate(error, 1) is not Fate.REFUSED:
                        raise

    def _begin(self, function: str, service: str) -> Step:
        self.steps.append(Step(function, service))
        self._stores[service].step = self.steps[-1]
        return self.steps[-1]


def _drive(work: Coroutine[Any, Any, T]) -> T:
    """Run to its end what never waits for a loop."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise RuntimeError("a handler waited for an event loop")
