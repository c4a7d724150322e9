"""A queue and the processes that empty it, as SQS and Lambda do: any order, at least once, several at a time.

What is received stays hidden for a while; what is not deleted by then comes again, whoever may still be working on it.
"""

from collections.abc import Sequence
from functools import partial

from frontdesk.kernel.bus import Fate, cause, fate
from frontdesk.kernel.errors import Unavailable
from frontdesk.kernel.messages import Message
from frontdesk.kernel.services import Reaction, Service
from tests.simulation.design import World
from tests.simulation.faults import Fault
from tests.simulation.laws import require
from tests.simulation.scheduler import Process
from tests.simulation.world import StorePort

WORKERS = 2
RECEIVED_AT_ONCE = 3
HIDDEN_MICROS = 6_000_000
SOON_MICROS = 50_000  # for what lost too many races


class Entry:
    """One copy of a message in a queue. `turn` counts how often it was made visible."""

    __slots__ = ("gone", "message", "tries", "turn")

    def __init__(self, message: Message) -> None:
        self.message = message
        self.tries = 0
        self.turn = 0
        self.gone = False


class Queue:
    """The queue of one subscriber."""

    def __init__(
        self, world: World, store: StorePort, name: str, service: Service, reactions: Sequence[Reaction]
    ) -> None:
        self._world = world
        self._store = store
        self._name = name
        self._service = service
        self._reactions = {reaction.on.NAME: reaction for reaction in reactions}
        self._entries: list[Entry] = []
        self._visible: list[Entry] = []
        self._working = 0

    def offer(self, message: Message, sender: str) -> None:
        """Take in a message that this subscriber wants, some time later, perhaps twice."""
        if message.name not in self._reactions:
            return
        faults = self._world.faults
        copies = 2 if faults.strikes("queue.send", Fault.DUPLICATE, sender) else 1
        for _ in range(copies):
            slow = 100 if faults.strikes("queue.send", Fault.DELAY, sender) else 3
            entry = Entry(message)
            self._entries.append(entry)
            self._show(entry, faults.usual(slow))

    def at_rest(self) -> None:
        """Raise Violation when a message is still here."""
        require(all(entry.gone for entry in self._entries), f"the queue of {self._name} is not empty")

    def _show(self, entry: Entry, micros: int) -> None:
        entry.turn += 1
        self._world.scheduler.after(micros, partial(self._shown, entry, entry.turn))

    def _shown(self, entry: Entry, turn: int) -> None:
        if not entry.gone and entry.turn == turn:
            self._visible.append(entry)
            self._receive()

    def _receive(self) -> None:
        random = self._world.random
        while self._visible and self._working < WORKERS:
            some = min(len(self._visible), random.randint(1, RECEIVED_AT_ONCE))
            batch = [self._visible.pop(random.randrange(len(self._visible))) for _ in range(some)]
            for entry in batch:
                self._show(entry, HIDDEN_MICROS)
            self._working += 1
            self._world.scheduler.spawn(self._work(batch), Process(fell=self._worked), "reaction")

    def _worked(self) -> None:
        self._working -= 1
        self._receive()

    async def _work(self, batch: Sequence[Entry]) -> None:
        try:
            for entry in batch:
                await self._handle(entry)
        except Unavailable:
            self._world.faults.note("not deleted: it comes again")
        self._worked()

    async def _handle(self, entry: Entry) -> None:
        if self._world.design.acknowledge_first:
            await self._world.faults.call("queue.delete", lambda: self._delete(entry))
        error = await self._react(entry.message)
        outcome = fate(error, entry.tries + 1)
        self._world.faults.note(f"{self._name} {entry.message.id}: {outcome}")
        if error is None or outcome is Fate.REFUSED:
            await self._world.faults.call("queue.delete", lambda: self._delete(entry))
        elif outcome is Fate.RERUN:
            self._show(entry, SOON_MICROS)
        elif outcome is Fate.DEAD:
            entry.gone = True
            self._world.laws.died(self._name, entry.message, cause(error))
        else:
            entry.tries += 1
            self._show(entry, int(self._world.bus.retry_delay(entry.tries) * 1_000_000))

    async def _react(self, message: Message) -> Exception | None:
        self._world.laws.delivered(message)
        reaction, bus = self._reactions[message.name], self._world.bus
        try:
            await bus.rerun(lambda: bus.react(self._service, reaction, message, self._store))
        except Exception as raised:  # noqa: BLE001 - whatever it is, the table says what becomes of the message
            return raised
        return None

    def _delete(self, entry: Entry) -> None:
        entry.gone = True
        self._world.laws.acknowledged(self._name, entry.message)
