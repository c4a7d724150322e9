"""The bus and the way from it into a queue: everything arrives as it was, or is told to have been refused."""

import msgspec
import pytest

from frontdesk.adapters.aws.client import AwsClient
from frontdesk.adapters.aws.envelope import decode
from frontdesk.adapters.aws.events import EventBus
from frontdesk.adapters.aws.names import Names
from frontdesk.adapters.aws.queues import QueueParking
from frontdesk.adapters.aws.relay import relay
from frontdesk.adapters.memory.clock import FixedClock, SeededChance
from frontdesk.kernel.messages import Message
from tests.contract.aws.stage import a_message, everything_in, make_bus, make_queue
from tests.contract.examples import START
from tests.unit.driver import run

pytestmark = pytest.mark.emulator

REFUSED = '{"event_source":"aws.shop"}'  # AWS keeps such sources to itself


def meaning(message: Message) -> tuple[Message, object]:
    """Return what is the same for two messages of one meaning: a bus may write JSON in its own way."""
    return msgspec.structs.replace(message, body=""), msgspec.json.decode(message.body)


def test_what_is_published_arrives_as_it_was(client: AwsClient, names: Names) -> None:
    queue = make_queue(client, names, "accounting")
    bus = EventBus(client, make_bus(client, names, "accounting", "Order Created"), "orders")
    messages = [a_message(f"ord_{n}") for n in range(23)]

    assert run(bus.publish([*messages, a_message("other", name="Order Forgotten")])) == []

    arrived = [decode(body) for body in everything_in(queue)]
    assert {m.id: meaning(m) for m in arrived} == {m.id: meaning(m) for m in messages}
    assert len(arrived) == len(messages)


def test_single_entries_that_are_refused_are_told_by_their_places(client: AwsClient, names: Names) -> None:
    queue = make_queue(client, names, "accounting")
    bus = EventBus(client, make_bus(client, names, "accounting", "Order Created"), "orders")
    bodies = {3: REFUSED, 14: REFUSED}
    messages = [a_message(f"ord_{n}", body=bodies.get(n, "{}")) for n in range(20)]

    assert run(bus.publish(messages)) == [3, 14]
    assert len(everything_in(queue)) == 18


def test_what_stays_refused_is_parked_whole(client: AwsClient, names: Names) -> None:
    bus = EventBus(client, make_bus(client, names, "accounting", "Order Created"), "orders")
    make_queue(client, names, "accounting")
    parked = make_queue(client, names, "orders-parked")
    messages = [a_message("ord_1"), a_message("ord_2", body=REFUSED)]

    count = run(relay(messages, bus, QueueParking(parked, "orders"), FixedClock(START), SeededChance(1)))

    assert count == 1
    assert [decode(body) for body in everything_in(parked)] == messages[1:]
