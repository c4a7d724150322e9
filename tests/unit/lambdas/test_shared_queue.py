"""Several subscribers at one queue: each has its own tries and dead letters, and none repeats for another."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any, ClassVar

import pytest

from frontdesk.adapters.aws import envelope
from frontdesk.adapters.aws.burial import LETTER, letter_id
from frontdesk.adapters.memory.clock import FixedClock, SeededChance
from frontdesk.adapters.memory.store import MemoryStore
from frontdesk.entrypoints.lambdas.emf import Gauge
from frontdesk.entrypoints.lambdas.subscribing import UNKNOWN, SubscriberFunction
from frontdesk.kernel.bus import Bus
from frontdesk.kernel.errors import Unavailable
from frontdesk.kernel.limits import TRIES
from frontdesk.kernel.messages import Event, Message
from frontdesk.kernel.services import Reaction, Service
from frontdesk.kernel.unit import Unit
from frontdesk.manifest import sharing
from frontdesk.manifest.author import manifest
from frontdesk.manifest.permissions import SEND
from frontdesk.manifest.shape import Deployment
from tests.unit.driver import START
from tests.unit.lambdas.stage import OneByOne, Time, Waiting


class Rang(Event, frozen=True):
    """Somebody is at the door."""

    NAME: ClassVar[str] = "Bell Rang"
    door: str = "front"


class Slept(Event, frozen=True):
    """Only one of them cares."""

    NAME: ClassVar[str] = "Cat Slept"


class House:
    """A service whose dog is well and whose doorman is sick, at one queue."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.sick = True
        self.service = Service(
            "house",
            reactions=(
                Reaction(Rang, self._dog, "dog"),
                Reaction(Rang, self._doorman, "doorman", slow=True),
                Reaction(Slept, self._dog, "dog"),
            ),
            events=(Rang, Slept),
        )
        clock = FixedClock(START)
        self.store, self.queue = MemoryStore(clock), Waiting(clock)
        self._function = SubscriberFunction(
            "house",
            self.service,
            ("dog", "doorman"),
            bus=Bus(clock, SeededChance(1)),
            store=self.store,
            queue=self.queue,
            driver=OneByOne(),
            gauge=Gauge("frontdesk-test", clock, lambda _: None),
        )

    async def _dog(self, _: Unit, event: Event) -> None:
        self.heard.append(f"dog {event.NAME}")

    async def _doorman(self, _: Unit, event: Rang) -> None:
        if self.sick:
            raise Unavailable
        self.heard.append(f"doorman {event.NAME}")

    def ring(self, event: Event, subscriber: str = "") -> None:
        """Put an event into the queue."""
        body = json.dumps({"door": "front"} if isinstance(event, Rang) else {})
        told = Message("door_1:1:0", event.NAME, 1, "door_1", 1, START, "req_1", body)
        self.queue.send(envelope.encode(told, service="house", subscriber=subscriber))

    def work(self) -> int:
        """Take one batch in, and return how many of it come again."""
        batch = self.queue.take()
        failed = self._function.take_in({"Records": batch}, Time())["batchItemFailures"]
        again = {failure["itemIdentifier"] for failure in failed}
        for record in batch:
            if record["messageId"] not in again:
                self.queue.delete(record["messageId"])
        return len(again)

    def letter(self, subscriber: str) -> Any:
        """Return the dead letter that a subscriber's message became."""
        record = asyncio.run(self.store.get(LETTER.name, letter_id(subscriber, "door_1:1:0")))
        return LETTER.load(record).value if record else None


@pytest.fixture
def house() -> House:
    return House()


def test_what_one_of_them_hears_is_taken_in_at_once(house: House) -> None:
    house.ring(Slept())

    assert (house.work(), house.heard, house.queue.bodies) == (0, ["dog Cat Slept"], [])


def test_what_several_hear_becomes_a_message_for_each(house: House) -> None:
    house.ring(Rang())

    assert house.work() == 0
    assert [json.loads(body)["for"] for _, body, _, _ in house.queue.bodies] == ["dog", "doorman"]
    assert house.heard == []


def test_one_that_fails_repeats_for_nobody_else_and_dies_alone(house: House) -> None:
    house.ring(Rang())
    house.work()

    again = [house.work() for _ in range(TRIES)]

    assert again == [1] * (TRIES - 1) + [0]
    assert house.heard == ["dog Bell Rang"]
    assert (house.letter("doorman").tries, house.letter("dog")) == (TRIES, None)


def test_a_letter_that_is_sent_again_reaches_only_whom_it_is_for(house: House) -> None:
    house.sick = False
    house.ring(Rang(), subscriber="doorman")

    assert (house.work(), house.heard) == (0, ["doorman Bell Rang"])


def test_what_is_for_somebody_who_left_is_kept(house: House) -> None:
    house.ring(Rang(), subscriber="butler")

    assert house.work() == 0
    assert (house.letter("house").cause, house.heard) == (UNKNOWN, [])


def test_a_split_that_fails_comes_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.ring(Rang())
    with monkeypatch.context() as patched:
        patched.setattr(house.queue, "send", lambda *_: (_ for _ in ()).throw(Unavailable()))
        assert house.work() == 1

    assert house.work() == 0
    assert len(house.queue.bodies) == 2


def _deployed(monkeypatch: pytest.MonkeyPatch, together: Sequence[str], service: Service) -> Deployment:
    monkeypatch.setattr(sharing, "TOGETHER", frozenset(together))
    return manifest([service], Service("operations")).deployment


def test_they_share_a_queue_a_function_an_alarm_and_the_right_to_send(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    apart = _deployed(monkeypatch, (), house.service)
    shared = _deployed(monkeypatch, ("house",), house.service)

    assert {q.name: q.subscribers for q in apart.queues if q.mapped} == {
        "dog": ("dog",),
        "doorman": ("doorman",),
    }
    (queue,) = (queue for queue in shared.queues if queue.mapped)
    assert (queue.name, queue.subscribers, queue.events) == (
        "house",
        ("dog", "doorman"),
        (Rang.NAME, Slept.NAME),
    )
    assert len(apart.alarms) - len(shared.alarms) == 1
    granted = {f.name: f.permissions for f in (*shared.functions, *apart.functions) if f.kind == "queue"}
    sending = {name for name, some in granted.items() if any(SEND in one.actions for one in some)}
    assert sending == {"house"}
    (function,) = (function for function in shared.functions if function.name == "house")
    assert function.timeout == 60  # as one of them waits for somebody outside


def test_who_hears_nothing_twice_may_not_send(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = Service("house", reactions=house.service.reactions[1:], events=house.service.events)

    (function,) = (f for f in _deployed(monkeypatch, ("house",), alone).functions if f.name == "house")

    assert all(SEND not in one.actions for one in function.permissions)
