"""A traced bus does what the plain one does, and tells of it."""

import asyncio
from typing import Any

import msgspec
import pytest

from frontdesk.adapters.memory.clock import FixedClock, SeededChance
from frontdesk.adapters.memory.store import MemoryStore
from frontdesk.adapters.telemetry.bus import STATUS, Span, TracedBus
from frontdesk.adapters.telemetry.context import adopt, carrier_of
from frontdesk.kernel.callers import Caller
from frontdesk.kernel.errors import NotFound
from frontdesk.kernel.http import Answer, Call, Route
from frontdesk.kernel.kinds import Kind, Stored
from frontdesk.kernel.messages import Event, Message
from frontdesk.kernel.services import Reaction, Service
from frontdesk.kernel.unit import Unit
from tests.unit.driver import START

NOT_SAMPLED = adopt("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00")


class Jar(msgspec.Struct, frozen=True):
    """A jar."""

    sweets: int = 0


class JarMade(Event, frozen=True):
    """There is a jar."""

    NAME = "Jar Made"


JARS = Kind("jar", Jar)


async def make(unit: Unit) -> Stored[Jar]:
    """Make a jar and tell."""
    return await unit.commit(JARS.new(unit.new_id("jar"), Jar()), events=[JarMade()])


async def look(unit: Unit) -> Stored[Jar]:
    """Return a jar that is not there."""
    return await unit.get(JARS, "jar_none")


async def smash(_unit: Unit, _event: JarMade) -> None:
    """Break."""
    raise ZeroDivisionError


def route(handle: Any, status: int = 200) -> Route:
    """Return a route to a handler."""
    return Route("POST", "/jars", handle, lambda jar: jar.value, Jar, "", (), kind=JARS, status=status)


REACTION = Reaction(JarMade, smash, "counting")
SERVICE = Service("jars", (JARS,), reactions=(REACTION,), events=(JarMade,))


class Told:
    """Keeps spans."""

    def __init__(self) -> None:
        self.spans: list[Span] = []

    def tell(self, span: Span) -> None:
        """See bus.Spans."""
        self.spans.append(span)


class House:
    """A traced bus on a store in memory."""

    def __init__(self) -> None:
        self.told = Told()
        clock = FixedClock(START)
        self.bus = TracedBus(clock, SeededChance(1), spans=self.told)
        self.store = MemoryStore(clock)

    def ask(self, handle: Any, correlation_id: str = "till-7") -> Answer:
        """Answer a request."""
        call = Call(Caller("ana"), {}, (), correlation_id)
        return asyncio.run(self.bus.ask(SERVICE, route(handle, 201), call, self.store))

    def react(self, correlation_id: str = "till-7") -> None:
        """React to a message."""
        message = Message("jar:jar_1:1:0", "Jar Made", 1, "jar_1", 1, START, correlation_id, "{}")
        asyncio.run(self.bus.react(SERVICE, REACTION, message, self.store))


def test_a_reaction_is_a_child_of_the_work_whose_commit_told_it() -> None:
    house = House()
    made = house.ask(make).result
    message = Message(f"jar:{made.id}:1:0", "Jar Made", 1, made.id, 1, START, "till-7", "{}")

    with pytest.raises(ZeroDivisionError):
        asyncio.run(house.bus.react(SERVICE, REACTION, message, house.store))

    request, reaction = house.told.spans
    assert carrier_of(message.id) == f"jar:{made.id}:1"
    assert reaction.parent == request.id
    assert reaction.trace == request.trace
    assert (request.parent, request.error, request.attributes[STATUS]) == (0, "", 201)
    assert reaction.error == reaction.attributes["error.type"] == "ZeroDivisionError"


def test_a_refusal_is_told_by_its_code_and_raised_as_ever() -> None:
    house = House()

    with pytest.raises(NotFound):
        house.ask(look)

    (span,) = house.told.spans
    assert (span.error, span.attributes[STATUS]) == ("not_found", 404)


def test_what_a_caller_does_not_record_is_done_and_not_told() -> None:
    house = House()

    made = house.ask(make, NOT_SAMPLED)
    with pytest.raises(ZeroDivisionError):
        house.react(NOT_SAMPLED)

    assert made.result.version == 1
    assert house.told.spans == []


def test_a_repeat_is_answered_alike_with_and_without_a_trace() -> None:
    house = House()
    call = Call(Caller("ana"), {}, (), "till-7", key="k", canonical=b"{}")

    first, again = (
        asyncio.run(house.bus.ask(SERVICE, route(make, 201), call, house.store)) for _ in range(2)
    )

    assert first.result.id == again.result.id
    assert [span.parent for span in house.told.spans] == [0, 0]
