"""The AWS runtime in shape: many short-lived processes around a store with streams.

    request ─► store ─► stream, two shards ─► relay ─► bus ─► queue per subscriber ─► reaction
                                                └─► scheduler ─► queue of the service

Every request, relay run and reaction is a process of its own: a crash takes that one, and its work comes again.
"""

from collections.abc import Callable, Sequence
from functools import partial

from frontdesk.adapters.aws.relay import relay
from frontdesk.kernel.errors import FrontdeskError, Unavailable
from frontdesk.kernel.http import Call, Route
from frontdesk.kernel.messages import Message
from frontdesk.kernel.records import Commit, SetTimer
from frontdesk.kernel.services import Service, subscribers
from tests.simulation.design import Outcome, World
from tests.simulation.faults import Fault
from tests.simulation.laws import require
from tests.simulation.queues import Queue
from tests.simulation.scheduler import Process, Promise, Work

SHARDS = 2
BATCH = 25  # commits that one run of the relay takes
RELAY_PAUSE_MICROS = 200_000  # before a run that failed is tried again
REDRIVE_MICROS = 2_000_000  # after which somebody empties the parking


class Shard:
    """Part of the stream: commits in order, and how far the relay has come."""

    def __init__(self) -> None:
        self.commits: list[Commit] = []
        self.position = 0
        self.running = False


class EventBus:
    """The bus: takes messages, perhaps not all of them, and sends each to the queues of those who want it."""

    def __init__(self, world: World, queues: Sequence[Queue]) -> None:
        self.taken: set[str] = set()
        self._world = world
        self._queues = queues

    async def publish(self, chunk: Sequence[Message]) -> Sequence[int]:
        """See `relay.Publisher`."""
        return await self._world.faults.call("bus.publish", lambda: self._take(chunk))

    def _take(self, chunk: Sequence[Message]) -> Sequence[int]:
        faults, random = self._world.faults, self._world.random
        if faults.outage:
            return range(len(chunk))
        refused: Sequence[int] = ()
        if faults.strikes("bus.publish", Fault.PARTIAL):
            refused = [place for place in range(len(chunk)) if random.random() < 0.5]  # half of them
        copies = 2 if faults.strikes("bus.publish", Fault.DUPLICATE) else 1
        for place, message in enumerate(chunk):
            if place not in refused:
                self.taken.add(message.id)
                for queue in self._queues:
                    for _ in range(copies):
                        queue.offer(message, "bus")
        return refused


class Parking:
    """Whole messages that the bus did not take."""

    def __init__(self, world: World) -> None:
        self.messages: list[Message] = []
        self._world = world

    async def park(self, message: Message) -> None:
        """See `relay.Parking`."""
        await self._world.faults.call("parking.park", lambda: self.messages.append(message))

    async def forget(self, message: Message) -> None:
        """Drop one copy of a message that was published after all."""
        await self._world.faults.call("parking.forget", lambda: self._drop(message))

    def _drop(self, message: Message) -> None:
        if message in self.messages:
            self.messages.remove(message)


class AwsDesk:
    """See `design.Desk`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._store = world.design.store(world.database, world.faults)
        self._queues = [
            Queue(world, self._store, name, service, reactions)
            for name, (service, reactions) in subscribers(world.design.services).items()
        ]
        self._bus = EventBus(world, self._queues)
        self._publisher = world.design.publisher(self._bus)
        self._parking = Parking(world)
        self._redriving = False
        self._shards = [Shard() for _ in range(SHARDS)]
        self._timers: dict[tuple[str, str], SetTimer] = {}
        world.database.streams.append(self._heard)

    def ask(self, service: Service, route: Route, call: Call) -> Promise[Outcome]:
        """See `design.Desk`."""
        promise: Promise[Outcome] = Promise()
        process = Process(fell=lambda: promise.keep(Unavailable()))
        self._world.scheduler.spawn(self._serve(service, route, call, promise), process, "request")
        return promise

    def at_rest(self) -> None:
        """See `design.Desk`."""
        require(all(shard.position == len(shard.commits) for shard in self._shards), "the stream is not read")
        require(not self._parking.messages, "a message is still parked")
        require(not self._timers, "a timer has not fired")
        for queue in self._queues:
            queue.at_rest()

    async def _serve(self, service: Service, route: Route, call: Call, promise: Promise[Outcome]) -> None:
        try:
            promise.keep(await self._world.bus.ask(service, route, call, self._store))
        except FrontdeskError as error:
            promise.keep(error)

    def _heard(self, commit: Commit) -> None:
        shard = self._shards[sum(commit.changes[0].id.encode()) % SHARDS]
        shard.commits.append(commit)
        self._start_relay(shard, self._world.faults.usual())

    def _start_relay(self, shard: Shard, micros: int) -> None:
        if not shard.running and shard.position < len(shard.commits):
            shard.running = True
            process = Process(fell=lambda: self._relay_ended(shard))
            self._after(micros, lambda: self._run_relay(shard), process, "relay")

    def _after(self, micros: int, work: Callable[[], Work], process: Process, actor: str) -> None:
        scheduler = self._world.scheduler
        scheduler.after(micros, lambda: scheduler.spawn(work(), process, actor))

    def _relay_ended(self, shard: Shard) -> None:
        shard.running = False
        self._start_redrive()
        self._start_relay(shard, RELAY_PAUSE_MICROS)

    async def _run_relay(self, shard: Shard) -> None:
        world = self._world
        try:
            end = shard.position + BATCH
            commits = await world.faults.call("stream.read", lambda: shard.commits[shard.position : end])
            messages = [message for commit in commits for message in commit.events]
            await relay(messages, self._publisher, self._parking, world.clock, world.bus.chance)
            for commit in commits:
                await self._set_timers(commit)
            await world.faults.call("stream.move", lambda: self._move(shard, commits))
        except Unavailable:
            world.faults.note("the batch comes again")
        self._relay_ended(shard)

    def _move(self, shard: Shard, commits: Sequence[Commit]) -> None:
        safe = self._bus.taken | {message.id for message in self._parking.messages}
        for message in (message for commit in commits for message in commit.events):
            require(message.id in safe, "the position moved over a message that nobody took")
        shard.position += len(commits)

    async def _set_timers(self, commit: Commit) -> None:
        for timer in commit.timers:
            if isinstance(timer, SetTimer):
                await self._world.faults.call("scheduler.set", partial(self._set, timer))
            else:
                key = (timer.record_id, timer.name)
                await self._world.faults.call("scheduler.set", partial(self._timers.pop, key, None))

    def _set(self, timer: SetTimer) -> None:
        self._timers[timer.record_id, timer.name] = timer
        due = timer.due - self._world.design.early
        late = self._world.faults.usual(self._world.random.choice((0, 10)))
        self._world.scheduler.after(self._world.clock.micros_until(due) + late, lambda: self._fire(timer))

    def _fire(self, timer: SetTimer) -> None:
        key = (timer.record_id, timer.name)
        if self._timers.get(key) is timer:
            del self._timers[key]
            for queue in self._queues:
                queue.offer(timer.message, "timer")

    def _start_redrive(self) -> None:
        if self._parking.messages and not self._redriving:
            self._redriving = True
            process = Process(fell=self._redrive_ended)
            self._after(REDRIVE_MICROS, self._redrive, process, "redrive")

    def _redrive_ended(self) -> None:
        self._redriving = False
        self._start_redrive()

    async def _redrive(self) -> None:
        world = self._world
        try:
            for message in tuple(self._parking.messages):
                await relay((message,), self._publisher, self._parking, world.clock, world.bus.chance)
                await self._parking.forget(message)
        except Unavailable:
            world.faults.note("the rest stays parked")
        self._redrive_ended()
