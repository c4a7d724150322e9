"""A service that counts events into jars, and the subscriber that runs it."""

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from frontdesk.adapters.embedded.decider import Decider
from frontdesk.adapters.embedded.subscriber import BATCH, Subscriber
from frontdesk.adapters.memory.clock import SeededChance
from frontdesk.kernel.bus import Bus, Fate
from frontdesk.kernel.kinds import AnyKind
from frontdesk.kernel.messages import Event, Message
from frontdesk.kernel.records import Commit
from frontdesk.kernel.services import Reaction, Service
from frontdesk.kernel.unit import Unit
from tests.unit.embedded.engine import JARS, NOW, Engine, Jar, jar

NAME = "counting"


class Filled(Event, frozen=True):
    """Sweets for a jar."""

    NAME: ClassVar[str] = "Jar Filled"
    jar: str
    sweets: int = 1


class Emptied(Event, frozen=True):
    """Nobody reacts to this."""

    NAME: ClassVar[str] = "Jar Emptied"


Handle = Callable[[Unit, Any], Awaitable[Any]]


async def count(unit: Unit, event: Filled) -> None:
    """Put the sweets into the jar, each event once."""
    id = f"count-{event.jar}"
    found = await unit.find(JARS, id)
    if found is None:
        await unit.commit(JARS.new(id, Jar(event.sweets)))
    else:
        await unit.commit(found.changed(Jar(found.value.sweets + event.sweets)))


class Seen:
    """Remembers what a subscriber said about each message."""

    def __init__(self) -> None:
        self.fates: list[tuple[str, Fate]] = []

    def __call__(self, subscriber: str, message: Message, outcome: Fate, cause: str) -> None:
        """See subscriber.Observer."""
        self.fates.append((message.source, outcome))

    def of(self, source: str) -> list[Fate]:
        """Return what became of one message, try by try."""
        return [fate for seen, fate in self.fates if seen == source]


def decider(
    engine: Engine,
    handle: Handle = count,
    *,
    seen: Seen | None = None,
    together: int = 1,
    reads: Callable[[Message], list[tuple[AnyKind, str]]] | None = None,
) -> Decider:
    """Return what decides about jars that were filled."""
    reaction = Reaction(Filled, handle, NAME, together=together, reads=reads)
    service = Service("jars", (JARS,), reactions=(reaction,), events=(Filled,))
    bus = Bus(engine.clock, SeededChance(1))
    observe = seen or (lambda *_: None)
    return Decider(NAME, service, service.reactions, bus=bus, store=engine.store, observe=observe)


def subscriber(
    engine: Engine,
    handle: Handle = count,
    *,
    seen: Seen | None = None,
    batch: int = BATCH,
    together: int = 1,
    reads: Callable[[Message], list[tuple[AnyKind, str]]] | None = None,
) -> Subscriber:
    """Return a subscriber that has joined the engine's log."""
    deciding = decider(engine, handle, seen=seen, together=together, reads=reads)
    found = Subscriber(deciding, engine.log, batch=batch)
    engine.log.join(NAME, found.names)
    return found


def filled(source: str, into: str = "", name: str = "Jar Filled") -> Message:
    """Return a message that one sweet came from a source."""
    body = f'{{"jar":"{into or source}","sweets":1}}'
    return Message(f"jar:{source}:1:0", name, 1, source, 1, NOW, "test", body)


async def publish(engine: Engine, *messages: Message) -> None:
    """Put messages into the log as one commit each does."""
    for message in messages:
        await engine.store.commit(Commit(changes=(jar(message.source),), events=(message,)))


async def run_dry(worker: Subscriber) -> int:
    """Take turns until nothing is left; return how many there were."""
    turns = 0
    while await worker.turn():
        turns += 1
        assert turns < 100, "never ends"
    return turns


async def sweets(engine: Engine, into: str) -> int:
    """Return how many sweets were counted into a jar."""
    record = await engine.store.get("jar", f"count-{into}")
    return 0 if record is None else JARS.load(record).value.sweets


def retries(engine: Engine) -> list[Any]:
    """Return the rows of what failed: place, tries, and whether it will be tried again."""
    return engine.rows("select seq, tries, due is not null from retries order by seq")
