"""From a failed try to the next: what is worth another, when, and when a webhook is given up."""

import random
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from frontdesk.services.webhooks.deliveries import JITTER, PAUSES
from frontdesk.services.webhooks.events import WebhookDisabled
from frontdesk.services.webhooks.model import GIVEN_UP_AFTER, Health
from tests.unit.driver import START, content
from tests.unit.webhooks.partner import HOOKS, OWNER, Reply, World

BROKEN = Reply(500)
DAY = timedelta(days=1)


def log_of(world: World, webhook: dict[str, Any]) -> dict[str, Any]:
    """Return the only delivery of a webhook."""
    (delivery,) = world.deliveries(webhook)
    return delivery


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_success_ends_it(status: int) -> None:
    world = World()
    webhook = world.connected()
    world.receiver.otherwise = Reply(status)
    world.tell()
    world.wait(DAY)
    delivery = log_of(world, webhook)
    assert (delivery["status"], delivery["next_try_at"]) == ("delivered", None)
    assert delivery["attempts"] == [
        {"at": "2026-03-14T09:30:00Z", "status": status, "duration_ms": 250, "failure": ""}
    ]


@pytest.mark.parametrize(
    "reply",
    [
        *(Reply(status) for status in (500, 502, 503, 504, 408, 425, 429)),
        *(Reply(0, failure) for failure in ("timeout", "connection", "certificate", "unknown_name")),
    ],
)
def test_what_may_pass_is_tried_again_under_the_same_id(reply: Reply) -> None:
    world = World()
    webhook = world.connected()
    world.receiver.planned = [reply]
    world.tell()
    world.settle()
    assert log_of(world, webhook)["status"] == "pending"
    world.wait(timedelta(seconds=7))
    first, second = world.receiver.sent
    assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)
    assert int(second.headers["webhook-timestamp"]) > int(first.headers["webhook-timestamp"])
    assert log_of(world, webhook)["status"] == "delivered"


@pytest.mark.parametrize(
    "reply", [*(Reply(status) for status in (301, 302, 400, 401, 404, 422)), Reply(0, "forbidden_address")]
)
def test_what_waiting_does_not_mend_is_not_tried_again(reply: Reply) -> None:
    world = World()
    webhook = world.connected()
    world.receiver.otherwise = reply
    world.tell()
    world.wait(10 * DAY)
    assert len(world.receiver.sent) == 1
    assert log_of(world, webhook)["status"] == "failed"
    assert world.get(f"/{webhook['webhook_id']}")["status"] == "active"


def test_tries_follow_the_schedule_with_jitter_and_then_end() -> None:
    world = World()
    webhook = world.connected()
    world.receiver.otherwise = BROKEN
    world.tell()
    world.wait(5 * DAY)
    delivery = log_of(world, webhook)
    tries = [datetime.fromisoformat(attempt["at"]) for attempt in delivery["attempts"]]
    pauses = [after - before for before, after in pairwise(tries)]
    assert delivery["status"] == "failed"
    assert len(pauses) == len(PAUSES) == 9
    for pause, least in zip(pauses, PAUSES, strict=True):
        assert least <= pause <= least * (1 + JITTER) + timedelta(seconds=1)
    assert world.desk.store.timers == {}


@pytest.mark.parametrize(
    ("asked", "waits"),
    [(3_600, timedelta(hours=1)), (1, timedelta(seconds=5)), (10**8, timedelta(hours=24)), (None, PAUSES[0])],
)
def test_a_receiver_may_ask_to_be_left_alone_for_a_while(asked: int | None, waits: timedelta) -> None:
    world = World()
    webhook = world.connected()
    world.receiver.planned = [Reply(429, seconds=0, retry_after=asked)]
    world.tell()
    world.settle()
    again = datetime.fromisoformat(log_of(world, webhook)["next_try_at"]) - START
    assert waits <= again <= waits * (1 + JITTER)


def test_a_receiver_that_is_gone_is_disabled_at_once() -> None:
    world = World()
    webhook = world.connected()
    world.receiver.otherwise = Reply(410)
    world.tell()
    world.settle()
    shown = world.get(f"/{webhook['webhook_id']}")
    assert shown["status"] == "disabled"
    assert "410" in shown["notice"]
    (told,) = world.desk.heard(WebhookDisabled)
    assert (told.webhook_id, told.shop_id, told.reason) == (webhook["webhook_id"], "corner", "gone")
    world.tell()
    world.settle()
    assert len(world.receiver.sent) == 1


def test_after_days_of_failure_a_webhook_is_disabled_and_others_are_told() -> None:
    world = World()
    broken = world.connected("stock.low", url="https://broken.example/")
    world.connected("webhook.disabled", url="https://sound.example/")
    world.receiver.planned = [BROKEN] * 1_000
    days = 0
    while world.get(f"/{broken['webhook_id']}")["status"] == "active":
        world.tell()
        world.wait(DAY)
        days += 1
        assert days < 9
    assert days == GIVEN_UP_AFTER.days + 1
    (told,) = world.desk.heard(WebhookDisabled)
    assert told.reason == "failing"
    shown = world.get(f"/{broken['webhook_id']}")
    assert shown["notice"].startswith("Disabled after five days")
    assert shown["failing_since"] == "2026-03-14T09:30:00Z"
    assert [sent for sent in world.receiver.sent if sent.url == "https://sound.example/"] != []


def test_one_success_among_failures_begins_the_count_anew() -> None:
    world = World()
    webhook = world.connected()
    for day in range(12):
        world.receiver.otherwise = Reply(200) if day % 4 == 3 else Reply(404)
        world.tell()
        world.wait(DAY)
    assert world.get(f"/{webhook['webhook_id']}")["status"] == "active"


def test_what_waits_for_a_disabled_webhook_is_dropped_and_can_be_replayed() -> None:
    world = World()
    webhook = world.connected()
    one = f"/{webhook['webhook_id']}"
    world.receiver.planned = [BROKEN, Reply(410)]
    world.tell()
    world.tell()
    world.wait(timedelta(minutes=1))
    assert [delivery["status"] for delivery in world.deliveries(webhook)] == ["dropped", "failed"]
    refused = world.desk.send(OWNER, f"POST {HOOKS}{one}/test")
    assert (refused.status, content(refused)["code"]) == (409, "webhook_inactive")
    assert world.post(f"{one}/enable")["status"] == "active"
    assert world.get(one)["notice"] is None
    replay = world.post(f"{one}/replay", {"since": "2026-03-14T00:00:00Z"})
    world.wait(timedelta(seconds=1))
    assert world.get(f"{one}/replays/{replay['replay_id']}")["replayed"] == 2
    assert [delivery["status"] for delivery in world.deliveries(webhook)] == ["delivered", "delivered"]


def test_an_enabled_webhook_is_not_judged_by_its_past() -> None:
    world = World()
    webhook = world.connected()
    one = f"/{webhook['webhook_id']}"
    world.receiver.otherwise = Reply(404)
    for _ in range(6):
        world.tell()
        world.wait(DAY)
    assert world.get(one)["status"] == "disabled"
    world.post(f"{one}/enable")
    world.tell()
    world.wait(DAY)
    assert world.get(one)["status"] == "active"


def test_a_try_that_finds_no_room_is_no_try() -> None:
    world = World()
    webhook = world.connected()
    world.tell()
    world.receiver.is_full = True
    with pytest.raises(Exception, match="same moment"):
        world.settle()
    assert log_of(world, webhook)["attempts"] == []


def test_health_is_the_same_whatever_the_order_and_however_often() -> None:
    tries = [(START + timedelta(hours=hour), hour in {3, 4}) for hour in range(8)]
    for seed in range(50):
        chance = random.Random(seed)  # noqa: S311 - a test must repeat itself
        told = [*tries, *tries]
        chance.shuffle(told)
        health = Health()
        for at, delivered in told:
            health = health.after(at, delivered=delivered)
        assert health.last_success == START + timedelta(hours=4)
        assert health.last_failure == START + timedelta(hours=7)
        assert health.failing_since is not None
        assert START + timedelta(hours=5) <= health.failing_since <= START + timedelta(hours=7)
    in_order = Health()
    for at, delivered in tries:
        in_order = in_order.after(at, delivered=delivered)
    assert in_order.failing_since == START + timedelta(hours=5)
