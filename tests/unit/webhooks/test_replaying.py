"""Sending again: one delivery, or a bounded stretch of the past."""

from datetime import timedelta

import pytest

from frontdesk.services.webhooks import replays
from frontdesk.services.webhooks.events import DeliveryReplayed
from tests.unit.driver import faults
from tests.unit.webhooks.partner import HOOKS, OWNER, Reply, World

SINCE = {"since": "2026-03-14T00:00:00Z"}


def test_one_delivery_is_sent_again_under_the_same_id() -> None:
    world = World()
    webhook = world.connected()
    world.tell()
    world.settle()
    (delivery,) = world.deliveries(webhook)
    again = world.post(f"/{webhook['webhook_id']}/deliveries/{delivery['delivery_id']}/replay")
    assert (again["status"], len(again["attempts"])) == ("pending", 1)
    world.settle()
    first, second = world.receiver.sent
    assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)
    assert len(world.deliveries(webhook)[0]["attempts"]) == 2


def test_a_replay_does_not_wait_for_the_next_try_nor_leave_it_behind() -> None:
    world = World()
    webhook = world.connected()
    world.receiver.planned = [Reply(500)]
    world.tell()
    world.settle()
    (delivery,) = world.deliveries(webhook)
    world.post(f"/{webhook['webhook_id']}/deliveries/{delivery['delivery_id']}/replay")
    world.wait(timedelta(days=2))
    assert len(world.receiver.sent) == 2


def test_a_replayed_delivery_has_all_its_tries_before_it() -> None:
    world = World()
    webhook = world.connected()
    world.receiver.otherwise = Reply(500)
    world.tell()
    world.wait(timedelta(days=4))
    (delivery,) = world.deliveries(webhook)
    assert delivery["status"] == "failed"
    world.post(f"/{webhook['webhook_id']}/deliveries/{delivery['delivery_id']}/replay")
    world.settle()
    assert world.deliveries(webhook)[0]["status"] == "pending"


def test_a_stretch_is_replayed_page_by_page_what_was_not_delivered_by_default() -> None:
    world = World()
    webhook = world.connected()
    world.receiver.otherwise = Reply(404)
    for n in range(50):
        if n == 45:
            world.receiver.otherwise = Reply(200)
        world.tell()
        world.settle()
        world.desk.clock.advance(timedelta(seconds=1))
    world.receiver.otherwise = Reply(200)
    replay = world.post(f"/{webhook['webhook_id']}/replay", SINCE)
    assert (replay["replayed"], replay["done"]) == (0, False)
    world.settle()
    shown = world.get(f"/{webhook['webhook_id']}/replays/{replay['replay_id']}")
    assert (shown["replayed"], shown["done"]) == (45, True)
    assert len(world.receiver.sent) == 95
    assert {delivery["status"] for delivery in world.deliveries(webhook)} == {"delivered"}


def test_all_of_a_stretch_can_be_replayed_and_nothing_outside_it() -> None:
    world = World()
    webhook = world.connected()
    for _ in range(5):
        world.tell()
        world.settle()
        world.desk.clock.advance(timedelta(minutes=1))
    wanted = {"since": "2026-03-14T09:31:00Z", "until": "2026-03-14T09:33:00Z", "which": "all"}
    world.post(f"/{webhook['webhook_id']}/replay", wanted)
    world.settle()
    assert len(world.receiver.sent) == 7


def test_a_replay_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replays, "MAX_REPLAYED", 25)
    world = World()
    webhook = world.connected()
    for _ in range(40):
        world.tell()
    world.wait(timedelta(seconds=1))
    replay = world.post(f"/{webhook['webhook_id']}/replay", SINCE | {"which": "all"})
    world.settle()
    shown = world.get(f"/{webhook['webhook_id']}/replays/{replay['replay_id']}")
    assert (shown["replayed"], shown["done"]) == (25, True)
    assert len(world.receiver.sent) == 65


def test_doubled_messages_of_a_replay_replay_once() -> None:
    world = World()
    webhook = world.connected()
    for _ in range(30):
        world.tell()
    world.wait(timedelta(seconds=1))
    world.post(f"/{webhook['webhook_id']}/replay", SINCE | {"which": "all"})
    seen = 0
    while seen < len(world.desk.store.log):
        message = world.desk.store.log[seen]
        seen += 1
        world.desk.deliver(message)
        world.desk.deliver(message)
    assert len(world.desk.heard(DeliveryReplayed)) == 30
    assert len(world.receiver.sent) == 60


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"since": "2026-03-15T00:00:00Z"}, "/since"),
        ({"since": "2026-03-14T08:00:00Z", "until": "2026-03-14T07:00:00Z"}, "/since"),
        ({"since": "0001-01-01T00:00:00+14:00"}, "/since"),
        ({"since": "2026-03-14T08:00:00"}, "/since"),
    ],
)
def test_a_stretch_must_be_one(body: dict[str, str], pointer: str) -> None:
    world = World()
    webhook = world.connected()
    answer = world.desk.send(OWNER, f"POST {HOOKS}/{webhook['webhook_id']}/replay", body)
    assert pointer in faults(answer)


def test_the_log_is_a_list_with_bounds_and_a_cursor() -> None:
    world = World()
    webhook = world.connected()
    for _ in range(7):
        world.tell()
        world.settle()
        world.desk.clock.advance(timedelta(minutes=1))
    place = f"/{webhook['webhook_id']}/deliveries"
    first = world.get(place, limit="4")
    rest = world.get(place, limit="4", cursor=first["cursor"])
    moments = [item["created_at"] for item in (*first["items"], *rest["items"])]
    assert len(moments) == 7
    assert moments == sorted(moments, reverse=True)
    assert rest["cursor"] is None
    some = world.get(place, since="2026-03-14T09:31:00Z", until="2026-03-14T09:34:00Z")
    assert len(some["items"]) == 3
    answer = world.desk.send(OWNER, f"GET {HOOKS}{place}", query={"cursor": "!", "limit": "3"})
    assert faults(answer) == {"/cursor": "bad_cursor"}
