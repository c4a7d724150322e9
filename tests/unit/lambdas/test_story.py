"""One order's story through the functions, and what must not spoil it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from frontdesk.kernel.errors import Unavailable
from frontdesk.kernel.messages import Message
from frontdesk.kernel.ports import Store
from frontdesk.kernel.records import Commit
from tests.unit.lambdas.stage import SHOP, SKU, Stage, Time, sqs_record


@pytest.fixture
def stage() -> Stage:
    made = Stage()
    made.open()
    return made


def all_is_right(stage: Stage, orders: list[str], pieces: int = 1_000) -> None:
    """Every order is processed, and had its effect once."""
    assert {stage.status(id) for id in orders} == {"PROCESSED"}
    assert stage.free() == pieces - len(orders)
    journal = [record for (kind, _), record in stage.stores["accounting"].records.items() if kind == "entry"]
    paid = [record for record in journal if '"paid"' in record.body]
    assert len(paid) == len(orders)


def test_an_order_goes_from_the_api_through_stream_bus_and_queues_to_processed(stage: Stage) -> None:
    id = stage.place("one")
    assert stage.status(id) == "NEW"

    stage.settle()

    all_is_right(stage, [id])


def test_the_same_key_gives_the_same_order(stage: Stage) -> None:
    assert stage.place("one") == stage.place("one")
    stage.settle()
    assert stage.free() == 999


@pytest.mark.parametrize("seed", range(5))
def test_shuffled_and_doubled_messages_have_their_effect_once(seed: int) -> None:
    stage = Stage(seed=seed)
    stage.open()
    orders = [stage.place(f"key-{n}") for n in range(30)]

    stage.settle(shuffled=True)

    all_is_right(stage, orders)


def test_what_the_bus_refuses_in_part_is_parked_and_holds_up_nothing(stage: Stage) -> None:
    orders = [stage.place(f"key-{n}") for n in range(12)]
    stage.bus.refuses = lambda message: message.source in {orders[2], orders[9]}

    stage.settle()

    assert len(stage.parked["orders"].bodies) == 2
    assert [stage.status(id) for id in orders].count("NEW") == 2
    assert any(line.get("Parked") == 2 for line in stage.lines)


def test_a_bus_that_is_down_has_everything_parked(stage: Stage) -> None:
    orders = [stage.place(f"key-{n}") for n in range(3)]
    stage.bus.is_down = True
    stage.relay("orders")

    assert len(stage.parked["orders"].bodies) == 3
    assert not stage.stores["orders"].stream
    assert {stage.status(id) for id in orders} == {"NEW"}


def test_what_can_be_neither_published_nor_parked_stays_in_the_stream(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = [stage.place(f"key-{n}") for n in range(12)]
    stage.bus.refuses = lambda message: message.source == orders[11]

    async def park(_: Message) -> None:
        raise Unavailable

    monkeypatch.setattr(stage.parked["orders"], "park", park)
    stage.relay("orders")

    assert (
        len(stage.stores["orders"].stream) == 2
    )  # the second call's, whose first record was taken and comes again
    monkeypatch.undo()
    stage.bus.refuses = lambda _: False
    stage.settle()
    all_is_right(stage, orders)


def test_a_record_that_nobody_can_read_is_put_aside_whole(stage: Stage) -> None:
    before = stage.place("before")
    poison = stage.stores["orders"].record({"pk": {"S": "order:x"}, "e": {"S": "no list of events"}})
    stage.stores["orders"].stream.append(poison)
    after = stage.place("after")

    stage.settle()

    all_is_right(stage, [before, after])
    (key,) = stage.objects.kept
    assert key == f"unreadable/orders/{poison['dynamodb']['SequenceNumber']}.json"
    assert b"no list of events" in stage.objects.kept[key]
    assert any(line.get("DeadLetters") == 1 for line in stage.lines)


def test_a_relay_whose_time_runs_out_reports_the_rest(stage: Stage) -> None:
    orders = [stage.place(f"key-{n}") for n in range(25)]

    stage.relay("orders", Time(12_000, step=4_000))  # enough for two of three calls

    assert len(stage.stores["orders"].stream) == 5
    stage.settle()
    all_is_right(stage, orders)


def test_nothing_is_published_that_nobody_hears(stage: Stage) -> None:
    stage.place("one")
    stage.settle()

    names = {message.name for message in stage.bus.published}
    assert "Order Created" in names
    assert "Order Processed" not in names  # only webhooks would listen


class Killed(BaseException):
    """The end of a process, which nothing catches."""


def test_a_function_that_is_killed_after_its_effect_has_it_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = stage.place("one")
    stage.relay("orders")
    store: Store = stage.stores["inventory"]
    commit: Callable[[Commit], Any] = store.commit

    async def commit_and_die(one: Commit) -> None:
        await commit(one)
        raise Killed

    monkeypatch.setattr(store, "commit", commit_and_die)
    with pytest.raises(Killed):
        stage.deliver("inventory")
    monkeypatch.undo()
    assert stage.free() == 999  # the effect is there, and nothing was acknowledged
    assert stage.queues["inventory"].bodies

    stage.settle()

    all_is_right(stage, [id])


def test_a_subscriber_whose_time_runs_out_begins_nothing_more_and_gives_the_rest_back(stage: Stage) -> None:
    orders = [stage.place(f"key-{n}") for n in range(6)]
    stage.relay("orders")

    stage.deliver("inventory", Time(8_900, step=2_000))

    assert stage.free() == 998  # begun with 8.9 and 6.9 seconds left, and 4.9 are too few
    assert [seconds for _, seconds in stage.queues["inventory"].hidden] == [0, 0, 0, 0]
    stage.settle()
    all_is_right(stage, orders)


def test_a_malformed_message_is_a_dead_letter_and_its_neighbours_are_unharmed(stage: Stage) -> None:
    id = stage.place("one")
    stage.relay("orders")
    stage.queues["inventory"].send("this is nobody's message")

    stage.settle()

    all_is_right(stage, [id])
    letters = [
        record for (kind, _), record in stage.stores["inventory"].records.items() if kind == "dead_letter"
    ]
    assert len(letters) == 1
    assert "malformed" in letters[0].body
    assert "nobody's message" in letters[0].body


def test_an_event_that_no_reaction_takes_is_a_dead_letter(stage: Stage) -> None:
    told = stage.subscribers["inventory"].take_in({"Records": [sqs_record("m", NOBODYS)]}, Time())

    assert told == {"batchItemFailures": []}
    kinds = [kind for kind, _ in stage.stores["inventory"].records]
    assert kinds.count("dead_letter") == 1


NOBODYS = (
    '{"detail-type":"Nobody Heard","detail":{"metadata":{"id":"x:y:1:0","schema":1,"source":"y","version":1,'
    '"at":"2026-03-14T09:30:00Z"},"data":{}}}'
)


def broken(store: Store, monkeypatch: pytest.MonkeyPatch, error: Exception, *, but: str = "") -> None:
    """Let every commit fail, but those of one kind."""
    commit = store.commit

    async def fail(one: Commit) -> None:
        if but and one.changes and one.changes[0].kind == but:
            await commit(one)
        else:
            raise error

    monkeypatch.setattr(store, "commit", fail)


def test_what_fails_comes_again_later_each_time_and_becomes_a_dead_letter_with_its_cause(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.place("one")
    stage.relay("orders")
    broken(stage.stores["inventory"], monkeypatch, RuntimeError("secret"), but="dead_letter")

    for _ in range(7):
        stage.deliver("inventory")
    assert len(stage.queues["inventory"].bodies) == 1
    waits = [seconds for _, seconds in stage.queues["inventory"].hidden]
    assert waits[-1] > waits[0] > 0
    stage.deliver("inventory")

    assert stage.queues["inventory"].bodies == []
    (letter,) = (
        record for (kind, _), record in stage.stores["inventory"].records.items() if kind == "dead_letter"
    )
    assert "RuntimeError" in letter.body
    assert "secret" not in letter.body
    assert '"tries":8' in letter.body
    assert sum(line.get("DeadLetters", 0) for line in stage.lines) == 1
    assert stage.free() == 1_000


def test_a_letter_that_cannot_be_kept_leaves_its_message_in_the_queue(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.queues["inventory"].send("this is nobody's message")
    broken(stage.stores["inventory"], monkeypatch, Unavailable())

    stage.deliver("inventory")

    assert len(stage.queues["inventory"].bodies) == 1


def test_the_lag_of_a_reaction_is_measured_in_milliseconds_from_its_commit(stage: Stage) -> None:
    stage.place("one")
    stage.relay("orders")
    stage.clock.advance(timedelta(milliseconds=250))
    stage.lines.clear()

    stage.deliver("inventory")

    (line,) = stage.lines
    assert line["ReactionLag"] == [250.0]
    assert line["subscriber"] == "inventory"
    assert line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["Stage"]]


def test_a_reservation_is_for_the_product_that_was_ordered(stage: Stage) -> None:
    stage.place("one", quantity=7)
    stage.settle()
    shelf = stage.ask("inventory.show_stock", shop_id=SHOP, sku=SKU)
    assert (shelf["free"], shelf["reserved"]) == (993, 7)
