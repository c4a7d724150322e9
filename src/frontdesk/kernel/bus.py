"""The bus: from a request or a message to its handler, with re-runs, repeats and retries decided in one place."""

from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

import msgspec

from frontdesk.kernel import limits
from frontdesk.kernel.callers import DESK
from frontdesk.kernel.errors import Conflict, FrontdeskError, OnQueue
from frontdesk.kernel.http import Answer, Call, Route
from frontdesk.kernel.ids import fingerprint, mark_of
from frontdesk.kernel.marks import Latest, Mark, Once
from frontdesk.kernel.messages import Message, unwrap
from frontdesk.kernel.ports import Chance, Clock, Store
from frontdesk.kernel.services import Reaction, Service
from frontdesk.kernel.unit import AlreadyHandledError, Guard, Unit

T = TypeVar("T")


class Fate(StrEnum):
    """What becomes of a message after one try."""

    DONE = "done"
    REFUSED = "refused"  # a rule said no: acknowledged, counted
    RERUN = "rerun"  # lost a race: again at once, and the try does not count
    RETRY = "retry"
    DEAD = "dead"


class Bus(msgspec.Struct, frozen=True, eq=False):
    """Runs handlers on a store. Keeps nothing: one serves all requests and messages at once."""

    clock: Clock
    chance: Chance
    providers: Mapping[type, Any] = {}  # what services reach outside through, by port

    async def ask(self, service: Service, route: Route, call: Call, store: Store) -> Answer:
        """Answer one call. A repeat is answered as the first time. Raises FrontdeskError."""
        origin = mark_of(call.caller.subject, route.method, route.path, call.key) if call.key else ""
        mark = Once(origin, fingerprint(call.canonical)) if origin else None
        guard = Guard(route.kind, call.if_match) if route.kind and call.if_match is not None else None

        async def attempt() -> Answer:
            unit = Unit(
                service=service.name,
                store=store,
                now=self.clock.now(),
                chance=self.chance,
                caller=call.caller,
                correlation_id=call.correlation_id,
                origin=origin,
                mark=mark,
                guard=guard,
                providers=self.providers,
            )
            try:
                return Answer(await self._handle(route, call, unit))
            except AlreadyHandledError as done:
                return Answer(done.stored.first() if route.location else done.stored, replayed=True)

        return await self.rerun(attempt)

    async def _handle(self, route: Route, call: Call, unit: Unit) -> object:
        try:
            return await route.handle(unit, *call.arguments, **call.path)
        except FrontdeskError:
            if unit.mark is not None and route.kind is not None and route.location:
                await unit.recall(route.kind)
            raise

    async def rerun(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Run what may lose a race, again on fresh state with jitter. Raises the last Conflict."""
        for lost in range(limits.RERUNS):
            try:
                return await attempt()
            except Conflict:
                await self.clock.sleep(self.chance.fraction() * 2 * limits.RERUN_DELAY_SECONDS * 2**lost)
        return await attempt()

    async def react(
        self, service: Service, reaction: Reaction, message: Message, store: Store, *others: Message
    ) -> None:
        """Run a reaction once, also for `others` if it takes several. A repeat has no effect. Raises what it raises."""
        where = f"{reaction.subscriber}/{message.id}"
        unit = Unit(
            service=service.name,
            store=store,
            now=self.clock.now(),
            chance=self.chance,
            caller=DESK,
            correlation_id=message.correlation_id,
            origin=where,
            mark=_mark(reaction, message),
            shared_mark=f"{service.name}:done:{where}" if reaction.shared else "",
            providers=self.providers,
        )
        event: Any = unwrap(message, reaction.on)
        if reaction.together > 1:
            event = [event, *(unwrap(other, reaction.on) for other in others)]
        try:
            await reaction.handle(unit, event)
        except AlreadyHandledError:
            return

    def retry_delay(self, tries: int) -> float:
        """Return the seconds to wait after so many failed tries: exponential, its upper half by chance."""
        ceiling = min(limits.RETRY_MAX_SECONDS, limits.RETRY_BASE_SECONDS * 2.0**tries)
        return ceiling * (0.5 + self.chance.fraction() / 2)


def fate(error: BaseException | None, tries: int) -> Fate:
    """Say what becomes of a message whose reaction ended so, on its `tries`-th try."""
    if error is None:
        return Fate.DONE
    if isinstance(error, FrontdeskError):
        if error.on_queue is OnQueue.ACKNOWLEDGE:
            return Fate.REFUSED
        if error.on_queue is OnQueue.RERUN:
            return Fate.RERUN
    return Fate.DEAD if tries >= limits.TRIES else Fate.RETRY


def cause(error: BaseException) -> str:
    """Describe an error for the operator. Of what nobody anticipated only the class: its text may be personal."""
    if isinstance(error, FrontdeskError):
        return f"{error.code}: {error.detail}"
    return type(error).__name__


def _mark(reaction: Reaction, message: Message) -> Mark | None:
    if reaction.shared or reaction.together > 1:
        return None
    if reaction.latest:
        source, version, place = message.id.rsplit(":", 2)
        return Latest(f"{reaction.subscriber}/{source}", int(version), int(place) if place.isdigit() else 0)
    return Once(f"{reaction.subscriber}/{message.id}")
