"""The sweep: its beat, and what relays left behind."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from frontdesk.entrypoints.lambdas.beating import Hole, hole
from frontdesk.entrypoints.lambdas.sweeper import FailedSweepError
from tests.unit.lambdas.stage import START, Stage, Time, recorded
from tests.unit.lambdas.test_story import all_is_right

MINUTE = timedelta(minutes=1)
SCHEDULED = recorded("scheduled")


@pytest.fixture
def stage() -> Stage:
    made = Stage()
    made.open()
    return made


def minute(stage: Stage, relays: Sequence[str] | None = None) -> None:
    """Let a minute go by: one sweep, and what follows from it."""
    stage.sweeper.sweep(SCHEDULED, Time())
    stage.settle(relays=relays)
    stage.clock.advance(MINUTE)


def told(stage: Stage, name: str) -> list[Any]:
    return [line[name] for line in stage.lines if name in line]


def test_the_beat_goes_the_way_of_every_event_and_its_time_is_measured(stage: Stage) -> None:
    stage.sweeper.sweep(SCHEDULED, Time())
    stage.clock.advance(timedelta(milliseconds=420))
    stage.relay("catalogue")
    stage.clock.advance(MINUTE)
    stage.lines.clear()

    stage.sweeper.sweep(SCHEDULED, Time())

    assert told(stage, "relay_lag_ms") == [420]
    assert told(stage, "returned") == [1]
    assert stage.queues["operations-beat"].bodies == []
    assert told(stage, "RelayLag") == told(stage, "BeatLateSeconds") == []  # nothing to pay for


def test_a_beat_that_does_not_come_back_is_late_after_three_minutes(stage: Stage) -> None:
    minute(stage)
    for _ in range(5):
        minute(stage, relays=[])

    late = told(stage, "BeatLateSeconds")
    assert late
    assert late == sorted(late)
    assert late[0] > 180
    stage.lines.clear()
    stage.settle()
    minute(stage)
    assert told(stage, "RelayLag")[0] > 240_000
    minute(stage)
    assert told(stage, "BeatLateSeconds") == []


def test_parked_messages_are_published_again_and_then_gone(stage: Stage) -> None:
    stage.bus.is_down = True
    orders = [stage.place(f"key-{n}") for n in range(15)]
    stage.settle()
    assert len(stage.parked["orders"].bodies) == 15
    with pytest.raises(FailedSweepError):
        stage.sweeper.sweep(SCHEDULED, Time())
    assert len(stage.parked["orders"].bodies) == 15

    stage.bus.is_down = False
    assert stage.sweeper.sweep(SCHEDULED, Time()) == {"republished": 15}
    stage.settle()

    assert stage.parked["orders"].bodies == []
    assert told(stage, "Republished") == [15]
    all_is_right(stage, orders)


def test_a_message_that_the_bus_still_refuses_stays_parked_and_fails_the_sweep(stage: Stage) -> None:
    orders = [stage.place(f"key-{n}") for n in range(3)]
    stage.bus.refuses = lambda message: message.source == orders[1]
    stage.settle()

    with pytest.raises(FailedSweepError):
        stage.sweeper.sweep(SCHEDULED, Time())
    assert len(stage.parked["orders"].bodies) == 1

    stage.bus.refuses = lambda _: False
    minute(stage)
    all_is_right(stage, orders)


def test_batches_on_which_a_relay_failed_for_good_are_passed_on(stage: Stage) -> None:
    orders = [stage.place(f"key-{n}") for n in range(4)]
    lost = {**recorded("failure-object"), "payload": json.dumps({"Records": stage.stores["orders"].stream})}
    stage.stores["orders"].stream = []
    stage.objects.put("aws/lambda/0d6e/shardId-1/2026/03/14/x", json.dumps(lost).encode())
    stage.objects.put("unreadable/orders/1.json", b"{}")

    stage.sweeper.sweep({}, Time())
    stage.settle()

    all_is_right(stage, orders)
    assert list(stage.objects.kept) == ["unreadable/orders/1.json"]  # a person's, as the dead letter said


def test_the_recorded_object_is_one_that_can_be_read(stage: Stage) -> None:
    text = json.dumps(recorded("failure-object")).replace("frontdesk-dev-orders", "frontdesk-test-orders")
    stage.objects.put("aws/lambda/x", text.encode())

    stage.sweeper.sweep({}, Time())

    assert "order:ord_7K0:1:0" in {message.id for message in stage.bus.published}
    assert not stage.objects.kept


def test_an_object_that_nobody_can_read_fails_the_sweep_and_stays(stage: Stage) -> None:
    stage.objects.put("aws/lambda/x", b"what is this")
    with pytest.raises(FailedSweepError):
        stage.sweeper.sweep({}, Time())
    assert stage.objects.kept


def test_objects_are_listed_every_quarter_of_an_hour(stage: Stage) -> None:
    stage.clock.advance(MINUTE)
    stage.objects.put("aws/lambda/x", b"what is this")
    failed = 0
    for _ in range(15):
        try:
            minute(stage)
        except FailedSweepError:
            failed += 1
            stage.clock.advance(MINUTE)
    assert failed == 1


def test_a_relay_that_was_down_for_longer_than_its_stream_remembers_loses_nothing(stage: Stage) -> None:
    minute(stage)
    orders = [stage.place(f"key-{n}") for n in range(7)]
    for _ in range(26 * 4):  # a quarter of an hour each
        stage.sweeper.sweep(SCHEDULED, Time())
        stage.clock.advance(15 * MINUTE)
    late = stage.place("later")
    for store in stage.stores.values():  # DynamoDB forgets after 24 hours
        newest = store.stream[-10:] if store.service == "catalogue" else []
        store.stream = newest
    stage.settle()
    assert {stage.status(id) for id in orders} == {"NEW"}

    for _ in range(4):
        minute(stage)

    all_is_right(stage, [*orders, late])


def test_a_search_of_many_parts_goes_on_with_the_next_sweep(stage: Stage) -> None:
    orders = [stage.place(f"key-{n}") for n in range(12)]
    stage.stores["orders"].stream = []
    wish = {"since": (START - MINUTE).isoformat(), "until": (START + 10 * MINUTE).isoformat()}

    stage.sweeper.sweep({"republish": {**wish, "services": ["orders"]}}, Time(9_000, step=600))
    stage.settle()
    assert {stage.status(id) for id in orders} == {"NEW", "PROCESSED"}
    for _ in range(3):
        minute(stage)

    all_is_right(stage, orders)


def test_a_hole_lies_between_beats_that_are_far_apart() -> None:
    beats = [START + n * MINUTE for n in (0, 1, 2, 40, 41, 42, 100)]

    assert hole(beats[:3]) is None
    assert hole(reversed(beats)) == Hole(START + 2 * MINUTE, START + 100 * MINUTE)
