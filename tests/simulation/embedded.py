"""The shape of the embedded runtime: one process, a log with cursors, one transaction for effects and cursor.

The real `Subscriber` runs here over a simulated log. A crash takes the whole process: requests, subscribers, timers.
What was committed stays, and a new process begins where the cursors stand.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial

from frontdesk.adapters.embedded.decider import Decider
from frontdesk.adapters.embedded.settlement import Entry, Settlement
from frontdesk.adapters.embedded.subscriber import Batch, Subscriber
from frontdesk.kernel.errors import Conflict, FrontdeskError, Rejected, Unavailable
from frontdesk.kernel.http import Call, Route
from frontdesk.kernel.messages import Message
from frontdesk.kernel.records import Commit, SetTimer
from frontdesk.kernel.services import Service, subscribers
from tests.simulation.design import Outcome, World
from tests.simulation.laws import require
from tests.simulation.scheduler import Pause, Process, Promise

PAUSE_MICROS = 200_000  # after a failure of the database
RESTART_MICROS = 500_000
DOZE_MICROS = 500_000  # on some days a subscriber is slow to wake, so that much waits for it
TIMERS_MICROS = 250_000  # between two looks


class SimulatedLog:
    """See `subscriber.Log`. Cursors and retries are durable; everything else of a subscriber is not.

    A cursor that moves past events without effect is not stored, so a crash takes it back to where it was.
    """

    def __init__(self, world: World, wanted: Mapping[str, set[str]]) -> None:
        self._stored: dict[str, int] = {}
        self._moved: dict[str, int] = {}
        self.retries: dict[str, dict[int, tuple[int, datetime]]] = {}
        self._world = world
        self._log = world.database.log
        self._wanted = wanted

    async def pending(self, subscriber: str, names: Sequence[str], limit: int) -> Batch:
        """See `subscriber.Log`."""
        return await self._world.faults.call("log.pending", lambda: self._pending(subscriber, names, limit))

    async def settle(self, settlement: Settlement) -> None:
        """See `subscriber.Log`."""
        for part in self._world.design.settle(settlement):
            await self._world.faults.call("log.settle", partial(self._settle, part))

    def _settle(self, settlement: Settlement) -> None:
        try:
            self._world.database.land(*settlement.commits)
        except Rejected as moved:  # a request took meanwhile what the batch had seen free
            raise Conflict from moved
        self._move(settlement)

    def crash(self) -> None:
        """Forget what was not stored."""
        self._moved.clear()

    def cursor(self, subscriber: str) -> int:
        """Return where a subscriber stands."""
        return max(self._stored.get(subscriber, 0), self._moved.get(subscriber, 0))

    def next_retry(self, subscriber: str) -> datetime | None:
        """Return when the next retry is due."""
        return min((due for _, due in self.retries.get(subscriber, {}).values()), default=None)

    def _pending(self, subscriber: str, names: Sequence[str], limit: int) -> Batch:
        now, log = self._world.clock.now(), self._log
        waiting = sorted(self.retries.get(subscriber, {}).items())
        entries = [Entry(seq, log[seq - 1], tries) for seq, (tries, due) in waiting if due <= now][:limit]
        cursor = self.cursor(subscriber)
        while cursor < len(log) and len(entries) < limit:
            cursor += 1
            if log[cursor - 1].name in names:
                entries.append(Entry(cursor, log[cursor - 1]))
        for entry in entries:
            self._world.laws.delivered(entry.message)
        return Batch(tuple(entries), cursor)

    def _move(self, settlement: Settlement) -> None:
        name = settlement.subscriber
        before = self.cursor(name)
        require(settlement.cursor >= before, f"the cursor of {name} went back")
        kept = self._stored if settlement.has_effect else self._moved
        kept[name] = settlement.cursor
        waiting = self.retries.setdefault(name, {})
        over = [waiting.pop(seq, seq) and seq for seq in settlement.settled]
        for parked in settlement.parked:
            waiting.pop(parked.seq, None)
            if parked.due is None:
                self._world.laws.died(name, self._log[parked.seq - 1], parked.error)
            else:
                waiting[parked.seq] = (parked.tries, parked.due)
        failed = {parked.seq for parked in settlement.parked}
        passed = [seq for seq in range(before + 1, settlement.cursor + 1) if seq not in failed]
        self._world.faults.note(f"{name} is past {settlement.cursor}")
        for seq in (*over, *passed):
            self._acknowledge(name, self._log[seq - 1])

    def _acknowledge(self, name: str, message: Message) -> None:
        if message.name in self._wanted[name]:
            self._world.laws.acknowledged(name, message)


class EmbeddedDesk:
    """See `design.Desk`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._store = world.design.store(world.database, world.faults)
        self._subscribers = subscribers(world.design.services)
        self._wanted = {
            name: {r.on.NAME for r in reactions} for name, (_, reactions) in self._subscribers.items()
        }
        self._log = SimulatedLog(world, self._wanted)
        self._doze_micros = world.random.choice((0, 0, DOZE_MICROS))
        self._batch = world.random.choice((1, 2, 5, 256))
        self._wakes: dict[str, Promise[bool]] = {}
        self._open: list[Promise[Outcome]] = []
        world.database.streams.append(self._heard)
        self._start()

    def ask(self, service: Service, route: Route, call: Call) -> Promise[Outcome]:
        """See `design.Desk`."""
        promise: Promise[Outcome] = Promise()
        if self._process.alive:
            self._open.append(promise)
            self._world.scheduler.spawn(self._serve(service, route, call, promise), self._process, "request")
        else:
            promise.keep(Unavailable())
        return promise

    def at_rest(self) -> None:
        """See `design.Desk`."""
        head = len(self._world.database.log)
        for name in self._wanted:
            require(self._log.cursor(name) == head or self._wants_nothing(name), f"{name} stands still")
            require(not self._log.retries.get(name), f"{name} has not tried again")
        require(not self._world.database.timers, "a timer has not fired")

    def _wants_nothing(self, name: str) -> bool:
        left = self._world.database.log[self._log.cursor(name) :]
        return all(message.name not in self._wanted[name] for message in left)

    def _start(self) -> None:
        self._process = Process(fell=self._fell)
        for name in self._wanted:
            self._world.scheduler.spawn(self._follow(name), self._process, "subscriber")
        if self._world.database.timers:
            self._look_at_timers()

    def _fell(self) -> None:
        for promise in self._open:
            promise.keep(Unavailable())
        self._open.clear()
        self._log.crash()
        self._world.scheduler.after(RESTART_MICROS, self._start)

    async def _serve(self, service: Service, route: Route, call: Call, promise: Promise[Outcome]) -> None:
        try:
            promise.keep(await self._world.bus.ask(service, route, call, self._store))
        except FrontdeskError as error:
            promise.keep(error)

    async def _follow(self, name: str) -> None:
        service, reactions = self._subscribers[name]
        decider = Decider(name, service, reactions, bus=self._world.bus, store=self._store)
        subscriber = Subscriber(decider, self._log, batch=self._batch)
        while True:
            wake = self._wakes[name] = Promise[bool]()
            try:
                busy = await subscriber.turn()
            except Exception as error:  # noqa: BLE001 - as the runtime does: it stumbles and goes on
                self._world.faults.note(f"{name} stumbled: {type(error).__name__}")
                await Pause(PAUSE_MICROS)
                continue
            if not busy:
                await self._rest(name, wake)

    async def _rest(self, name: str, wake: Promise[bool]) -> None:
        due = self._log.next_retry(name)
        if due is not None:
            self._world.scheduler.after(self._world.clock.micros_until(due), lambda: wake.keep(True))
        await wake
        await Pause(self._doze_micros)

    def _heard(self, commit: Commit) -> None:
        self._wake(commit.events)
        for timer in commit.timers:
            if isinstance(timer, SetTimer):
                due = timer.due - self._world.design.early
                late = self._world.faults.usual(5)
                self._world.scheduler.after(self._world.clock.micros_until(due) + late, self._look_at_timers)

    def _wake(self, messages: Iterable[Message]) -> None:
        names = {message.name for message in messages}
        for name, wake in self._wakes.items():
            if not names.isdisjoint(self._wanted[name]):
                wake.keep(True)

    def _look_at_timers(self) -> None:
        if self._process.alive:
            self._world.scheduler.spawn(self._fire_due(), self._process, "timer")

    async def _fire_due(self) -> None:
        try:
            await self._world.faults.call("timers.fire", self._fire)
        except Unavailable:
            self._world.scheduler.after(TIMERS_MICROS, self._look_at_timers)

    def _fire(self) -> None:
        timers = self._world.database.timers
        now = self._world.clock.now() + self._world.design.early
        due = [key for key, timer in timers.items() if timer.due <= now]
        messages = [timers.pop(key).message for key in due]
        self._world.database.log.extend(messages)
        self._wake(messages)
