"""Setting webhooks up: whose they are, what they may be, and that a secret is shown once."""

from datetime import timedelta
from typing import Any

import pytest

from frontdesk.kernel.callers import Caller
from frontdesk.services.webhooks.model import MAX_WEBHOOKS
from frontdesk.services.webhooks.service import SERVICE
from tests.unit.driver import content, faults
from tests.unit.webhooks.partner import HOOKS, OWNER, STAFF, STRANGER, World

GOOD: dict[str, Any] = {
    "url": "https://partner.example/hook",
    "events": ["order.created"],
    "description": "Our till",
}


def test_a_new_webhook_shows_its_secret_and_nothing_later_does() -> None:
    world = World()
    made = world.desk.send(OWNER, f"POST {HOOKS}", GOOD)
    webhook = content(made)
    assert (made.status, webhook["status"], webhook["url"]) == (201, "active", GOOD["url"])
    assert webhook["secret"].startswith("whsec_")
    assert made.headers["location"] == f"webhooks/{webhook['webhook_id']}"
    shown = world.get(f"/{webhook['webhook_id']}")
    assert shown == webhook | {"secret": None}
    assert world.get("")["items"] == [shown]


def test_a_repeat_finds_the_webhook_but_not_its_secret() -> None:
    world = World()
    first, again = (world.desk.send(OWNER, f"POST {HOOKS}", GOOD, idempotency_key="k") for _ in range(2))
    assert content(again) == content(first) | {"secret": None}
    assert again.headers["idempotency-replayed"] == "true"
    assert len(world.get("")["items"]) == 1


def test_a_repeat_answers_as_the_first_time_whatever_has_become_of_it() -> None:
    world = World()
    first = content(world.desk.send(OWNER, f"POST {HOOKS}", GOOD, idempotency_key="k"))
    world.receiver.otherwise = type(world.receiver.otherwise)(410)
    world.post(f"/{first['webhook_id']}/test")
    world.settle()
    assert world.get(f"/{first['webhook_id']}")["status"] == "disabled"
    again = content(world.desk.send(OWNER, f"POST {HOOKS}", GOOD, idempotency_key="k"))
    assert again == first | {"secret": None}


def test_every_fault_is_named_at_once() -> None:
    world = World()
    world.receiver.faults[GOOD["url"]] = "forbidden_address"
    answer = world.desk.send(OWNER, f"POST {HOOKS}", GOOD | {"events": ["order.created", "order.eaten"]})
    assert faults(answer) == {"/url": "forbidden_address", "/events/1": "unknown_event"}


@pytest.mark.parametrize(
    "url", ["ftp://x", "https://", "https://pärtner.example", "https://a b", "https://x\n"]
)
def test_what_is_no_url_is_refused(url: str) -> None:
    assert "/url" in faults(World().desk.send(OWNER, f"POST {HOOKS}", GOOD | {"url": url}))


def test_a_shop_has_ten_at_most_and_a_deleted_one_makes_room() -> None:
    world = World()
    made = [world.connected(url=f"https://p{n}.example/") for n in range(MAX_WEBHOOKS)]
    refused = world.desk.send(OWNER, f"POST {HOOKS}", GOOD)
    assert (refused.status, content(refused)["code"]) == (409, "too_many_webhooks")
    assert world.desk.send(OWNER, f"DELETE {HOOKS}/{made[3]['webhook_id']}").status == 200
    world.connected()
    assert len(world.get("")["items"]) == MAX_WEBHOOKS


def test_what_is_deleted_is_not_there_and_hears_nothing() -> None:
    world = World()
    one = f"{HOOKS}/{world.connected()['webhook_id']}"
    assert content(world.desk.send(OWNER, f"DELETE {one}"))["status"] == "deleted"
    assert world.desk.send(OWNER, f"GET {one}").status == 404
    assert world.desk.send(OWNER, f"DELETE {one}").status == 404
    world.tell()
    world.settle()
    assert world.receiver.sent == []


@pytest.mark.parametrize("caller", [STRANGER, Caller("usr_nobody", frozenset(SERVICE.scopes))])
def test_to_others_there_are_no_webhooks(caller: Caller) -> None:
    world = World()
    one = f"{HOOKS}/{world.connected()['webhook_id']}"
    world.tell()
    world.settle()
    (delivery,) = content(world.desk.send(OWNER, f"GET {one}/deliveries"))["items"]
    log = f"{one}/deliveries/{delivery['delivery_id']}"
    for line in (f"GET {HOOKS}", f"GET {one}", f"DELETE {one}", f"GET {one}/deliveries", f"GET {log}"):
        assert world.desk.send(caller, line).status == 404, line
    for line in (f"{one}/rotate", f"{one}/enable", f"{one}/test", f"{log}/replay"):
        assert world.desk.send(caller, f"POST {line}").status == 404, line
    assert world.desk.send(caller, f"POST {HOOKS}", GOOD).status == 404
    assert world.desk.send(caller, f"POST {one}/replay", {"since": "2026-03-01T00:00:00Z"}).status == 404


def test_staff_may_look_and_not_touch() -> None:
    world = World()
    one = f"{HOOKS}/{world.connected()['webhook_id']}"
    for line in (f"GET {HOOKS}", f"GET {one}", f"GET {one}/deliveries"):
        assert world.desk.send(STAFF, line).status == 200
    assert world.desk.send(STAFF, f"POST {one}/rotate").status == 404
    assert world.desk.send(STAFF, f"DELETE {one}").status == 404


def test_a_webhook_of_one_shop_is_not_found_under_another_of_the_same_owner() -> None:
    world = World()
    id = world.connected()["webhook_id"]
    assert world.desk.send(OWNER, f"GET /shops/other/webhooks/{id}").status == 404
    assert world.desk.send(OWNER, f"DELETE /shops/other/webhooks/{id}").status == 404


def test_a_delivery_of_another_webhook_is_not_found_under_this_one() -> None:
    world = World()
    one, other = world.connected(), world.connected()
    world.post(f"/{one['webhook_id']}/test")
    (delivery,) = world.deliveries(one)
    place = f"{HOOKS}/{other['webhook_id']}/deliveries/{delivery['delivery_id']}"
    assert world.desk.send(OWNER, f"GET {place}").status == 404
    assert world.desk.send(OWNER, f"POST {place}/replay").status == 404


def test_a_rotated_secret_signs_along_for_a_day() -> None:
    world = World()
    webhook = world.connected()
    rotated = world.post(f"/{webhook['webhook_id']}/rotate")
    assert rotated["secret"] not in {None, webhook["secret"]}
    world.tell()
    world.wait(timedelta(hours=23))
    world.tell()
    world.wait(timedelta(hours=2))
    world.tell()
    world.settle()
    counts = [len(sent.headers["webhook-signature"].split()) for sent in world.receiver.sent]
    assert counts == [2, 2, 1]


def test_secrets_that_are_rotated_too_often_do_not_pile_up() -> None:
    world = World()
    webhook = world.connected()
    for _ in range(6):
        world.post(f"/{webhook['webhook_id']}/rotate")
    world.tell()
    world.settle()
    assert len(world.receiver.sent[0].headers["webhook-signature"].split()) == 3
