"""From NEW to its end: the processor, cancelling, the timeline, and who may see any of it."""

from datetime import timedelta

import pytest

from frontdesk.kernel.callers import Caller
from frontdesk.services.orders.events import OrderCancelled, OrderCreated, OrderProcessed
from tests.unit.driver import START, Desk, content, faults
from tests.unit.orders.snacks import ALL, ANA, BEN, OWNER, SHOP_ID, STAFF, placed, snack_desk

ELSEWHERE = Caller("usr_other", ALL, {"shop:other": "owner", f"shop:{SHOP_ID}": "supplier"})


def deliver_all(desk: Desk) -> None:
    for message in tuple(desk.store.log):
        desk.deliver(message)


def status_of(desk: Desk, order_id: str) -> str:
    return str(content(desk.send(ANA, f"GET /orders/{order_id}"))["status"])


def test_the_processor_takes_a_new_order_in_hand() -> None:
    desk = snack_desk()
    order_id = placed(desk)
    desk.clock.advance(timedelta(seconds=1))
    deliver_all(desk)
    assert status_of(desk, order_id) == "PROCESSED"
    (processed,) = desk.heard(OrderProcessed)
    assert (processed.order_id, processed.processed_at) == (order_id, START + timedelta(seconds=1))


def test_a_message_delivered_twice_has_one_effect() -> None:
    desk = snack_desk()
    order_id = placed(desk)
    _, ready = desk.store.log
    desk.deliver(ready)
    desk.deliver(ready)
    assert len(desk.heard(OrderProcessed)) == 1
    assert desk.store.version("order", order_id) == 2


def test_an_order_cancelled_before_the_processor_came_is_left_alone() -> None:
    desk = snack_desk()
    order_id = placed(desk)
    desk.send(ANA, f"POST /orders/{order_id}/cancel", {})
    deliver_all(desk)
    assert status_of(desk, order_id) == "CANCELLED"
    assert desk.heard(OrderProcessed) == []
    assert desk.store.version("order", order_id) == 2
    (cancelled,) = desk.heard(OrderCancelled)
    assert (cancelled.order_id, cancelled.previous) == (order_id, "NEW")


def test_an_order_in_hand_can_still_be_cancelled() -> None:
    desk = snack_desk()
    order_id = placed(desk)
    deliver_all(desk)
    answer = desk.send(STAFF, f"POST /orders/{order_id}/cancel", {})
    assert (answer.status, answer.headers["etag"], content(answer)["status"]) == (200, '"3"', "CANCELLED")
    (cancelled,) = desk.heard(OrderCancelled)
    assert cancelled.previous == "PROCESSED"


def test_a_cancelled_order_cannot_be_cancelled_again() -> None:
    desk = snack_desk()
    order_id = placed(desk)
    desk.send(ANA, f"POST /orders/{order_id}/cancel", {})
    refusal = desk.send(ANA, f"POST /orders/{order_id}/cancel", {})
    told = content(refusal)
    assert (refusal.status, told["code"]) == (409, "illegal_transition")
    assert (told["order_status"], told["allowed"]) == ("CANCELLED", [])
    assert len(desk.heard(OrderCancelled)) == 1


def test_a_repeated_cancellation_with_its_key_is_answered_again() -> None:
    desk = snack_desk()
    order_id = placed(desk)
    for replayed in (None, "true"):
        answer = desk.send(ANA, f"POST /orders/{order_id}/cancel", {}, idempotency_key="k")
        assert answer.status == 200
        assert answer.headers.get("idempotency-replayed") == replayed
    assert len(desk.heard(OrderCancelled)) == 1


def test_a_cancellation_that_names_an_old_version_is_stale() -> None:
    desk = snack_desk()
    order_id = placed(desk)
    deliver_all(desk)
    assert desk.send(ANA, f"POST /orders/{order_id}/cancel", {}, if_match='"1"').status == 412
    assert desk.send(ANA, f"POST /orders/{order_id}/cancel", {}, if_match='"2"').status == 200


@pytest.mark.parametrize("reason", ["", "a" * 501, "bell\x07", 7])
def test_a_reason_is_plain_text_of_some_length(reason: object) -> None:
    desk = snack_desk()
    order_id = placed(desk)
    response = desk.send(ANA, f"POST /orders/{order_id}/cancel", {"reason": reason})
    assert list(faults(response)) == ["/reason"]
    assert status_of(desk, order_id) == "NEW"


def test_the_timeline_tells_who_did_what_when_and_why() -> None:
    desk = snack_desk()
    order_id = placed(desk)
    desk.clock.advance(timedelta(minutes=1))
    deliver_all(desk)
    desk.clock.advance(timedelta(minutes=1))
    desk.send(STAFF, f"POST /orders/{order_id}/cancel", {"reason": "Out of pretzels"})
    assert content(desk.send(ANA, f"GET /orders/{order_id}/timeline"))["items"] == [
        {"status": "NEW", "at": "2026-03-14T09:30:00Z", "by": "usr_ana"},
        {"status": "PROCESSED", "at": "2026-03-14T09:31:00Z", "by": "frontdesk"},
        {"status": "CANCELLED", "at": "2026-03-14T09:32:00Z", "by": "usr_staff", "reason": "Out of pretzels"},
    ]


@pytest.mark.parametrize("line", ["GET /orders/{}", "GET /orders/{}/timeline", "POST /orders/{}/cancel"])
def test_an_order_is_there_for_its_customer_and_its_shop_and_for_nobody_else(line: str) -> None:
    desk = snack_desk()
    order_id = placed(desk)
    body: object = {} if line.startswith("POST") else None
    missing = desk.send(ANA, line.format("ord_0"), body)
    for stranger in (BEN, ELSEWHERE):
        refusal = desk.send(stranger, line.format(order_id), body)
        assert (refusal.status, refusal.body) == (404, missing.body)
    assert len(desk.heard(OrderCancelled)) == 0
    for reader in (ANA, STAFF, OWNER):
        order_id = placed(desk)
        assert desk.send(reader, line.format(order_id), body).status == 200


def test_an_order_is_published_once_with_its_prices() -> None:
    desk = snack_desk()
    order_id = placed(desk)
    (created,) = desk.heard(OrderCreated)
    assert (created.order_id, created.customer_id, created.gross) == (order_id, "usr_ana", 1179)
