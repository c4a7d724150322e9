"""The relay: acknowledged, or parked whole, or not done."""

from collections.abc import Sequence

import pytest

from frontdesk.adapters.aws.relay import CHUNK, TRIES, relay
from frontdesk.adapters.memory.clock import FixedClock, SeededChance
from frontdesk.kernel.errors import Unavailable
from frontdesk.kernel.messages import Message
from tests.unit.driver import START, run


def messages(count: int) -> list[Message]:
    """Return so many messages."""
    return [Message(f"jar:j{n}:1:0", "Jar Filled", 1, f"j{n}", 1, START, "req", "{}") for n in range(count)]


class ScriptedBus:
    """Refuses each message as often as it is told to; fails as a whole on the offers that are named."""

    def __init__(self, refusals: dict[str, int] | None = None, fails_on: Sequence[int] = ()) -> None:
        self.refusals = dict(refusals or {})
        self.fails_on = fails_on
        self.offers: list[list[str]] = []
        self.taken: list[str] = []

    async def publish(self, chunk: Sequence[Message]) -> Sequence[int]:
        """See relay.Publisher."""
        self.offers.append([message.source for message in chunk])
        if len(self.offers) - 1 in self.fails_on:
            raise Unavailable
        refused = [place for place, message in enumerate(chunk) if self.refusals.get(message.source, 0)]
        for place in refused:
            self.refusals[chunk[place].source] -= 1
        self.taken += [message.source for place, message in enumerate(chunk) if place not in refused]
        return refused


class ScriptedParking:
    """Keeps what it is given until it is full."""

    def __init__(self, room: int = 1_000) -> None:
        self.parked: list[str] = []
        self._room = room

    async def park(self, message: Message) -> None:
        """See relay.Parking."""
        if len(self.parked) == self._room:
            raise Unavailable
        self.parked.append(message.source)


def relayed(count: int, bus: ScriptedBus, parking: ScriptedParking) -> int:
    """Relay so many messages."""
    return run(relay(messages(count), bus, parking, FixedClock(START), SeededChance(1)))


@pytest.mark.parametrize("count", [0, 1, CHUNK, CHUNK + 1, 3 * CHUNK - 1])
def test_everything_is_offered_once_in_chunks(count: int) -> None:
    bus, parking = ScriptedBus(), ScriptedParking()
    assert relayed(count, bus, parking) == 0
    assert bus.taken == [f"j{n}" for n in range(count)]
    assert all(len(offer) <= CHUNK for offer in bus.offers)
    assert parking.parked == []


def test_only_what_was_refused_is_offered_again() -> None:
    bus, parking = ScriptedBus({"j2": 1, "j7": 2}), ScriptedParking()
    assert relayed(CHUNK, bus, parking) == 0
    assert bus.offers[1:] == [["j2", "j7"], ["j7"]]
    assert sorted(bus.taken) == sorted(f"j{n}" for n in range(CHUNK))


def test_what_stays_refused_is_parked_and_the_rest_goes_on() -> None:
    bus, parking = ScriptedBus({"j3": 99, "j12": 99}), ScriptedParking()
    assert relayed(15, bus, parking) == 2
    assert parking.parked == ["j3", "j12"]
    assert sorted([*bus.taken, *parking.parked]) == sorted(f"j{n}" for n in range(15))


def test_a_bus_that_fails_as_a_whole_is_asked_again() -> None:
    bus, parking = ScriptedBus(fails_on=[0, 1]), ScriptedParking()
    assert relayed(3, bus, parking) == 0
    assert len(bus.offers) == TRIES
    assert bus.taken == ["j0", "j1", "j2"]


def test_a_bus_that_stays_down_leaves_everything_parked() -> None:
    bus, parking = ScriptedBus(fails_on=range(99)), ScriptedParking()
    assert relayed(12, bus, parking) == 12
    assert parking.parked == [f"j{n}" for n in range(12)]


def test_what_can_neither_be_published_nor_parked_is_not_done() -> None:
    bus, parking = ScriptedBus({"j0": 99, "j1": 99}), ScriptedParking(room=1)
    with pytest.raises(Unavailable):
        relayed(2, bus, parking)


def test_an_error_that_nobody_anticipated_is_not_done_either() -> None:
    class BrokenBus(ScriptedBus):
        async def publish(self, chunk: Sequence[Message]) -> Sequence[int]:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        relayed(2, BrokenBus(), ScriptedParking())
