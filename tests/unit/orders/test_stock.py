"""Orders that need stock: inventory has the word, in whatever order its events come in."""

from itertools import permutations

import pytest

from frontdesk.kernel.messages import Event
from frontdesk.services.inventory.events import ShortLine, StockReserved, StockShort
from frontdesk.services.orders.events import (
    OrderBackordered,
    OrderCancelled,
    OrderCreated,
    OrderDispatched,
    OrderProcessed,
    OrderReady,
    OrderRejected,
    OrderReturned,
)
from tests.unit.driver import START, Desk, content
from tests.unit.orders.snacks import ALL, ANA, OWNER, SHOP_ID, STAFF, placed, snack_desk

assert "orders:fulfil" in ALL


def reserved(order_id: str) -> StockReserved:
    return StockReserved(order_id=order_id, shop_id=SHOP_ID, reserved_at=START)


def short(order_id: str, *, waits: bool) -> StockShort:
    lines = (ShortLine("cola", 2, 1), ShortLine("crisps", 1, 0))
    return StockShort(order_id=order_id, shop_id=SHOP_ID, noticed_at=START, lines=lines, waits=waits)


def deliver_own(desk: Desk) -> None:
    for message in tuple(desk.store.log):
        desk.deliver(message)


def shown(desk: Desk, order_id: str) -> dict[str, object]:
    found: dict[str, object] = content(desk.send(ANA, f"GET /orders/{order_id}"))
    return found


def test_the_event_says_which_lines_need_stock_and_whether_the_order_waits_for_it() -> None:
    desk = snack_desk(tracked=True, waits=True)
    placed(desk, hold_id="hld_" + "a" * 26)
    (created,) = desk.heard(OrderCreated)
    assert [line.tracked for line in created.lines] == [True, True, True]
    assert (created.waits, created.hold_id) == (True, "hld_" + "a" * 26)
    assert created.event_source == "serverless.snacks"


def test_only_an_order_that_needs_no_stock_is_ready_at_once() -> None:
    tracked, free = snack_desk(tracked=True), snack_desk()
    placed(tracked)
    order_id = placed(free)
    assert tracked.heard(OrderReady) == []
    assert [event.order_id for event in free.heard(OrderReady)] == [order_id]


def test_an_order_that_needs_stock_waits_for_inventory_to_speak() -> None:
    desk = snack_desk(tracked=True)
    order_id = placed(desk)
    deliver_own(desk)
    assert shown(desk, order_id)["status"] == "NEW"
    desk.tell(reserved(order_id), order_id)
    assert shown(desk, order_id)["status"] == "PROCESSED"
    assert len(desk.heard(OrderProcessed)) == 1


@pytest.mark.parametrize(
    ("waits", "status", "event"),
    [(True, "BACKORDERED", OrderBackordered), (False, "REJECTED", OrderRejected)],
)
def test_what_is_short_is_told_line_by_line(waits: bool, status: str, event: type[Event]) -> None:  # noqa: FBT001 - a parameter
    desk = snack_desk(tracked=True, waits=waits)
    order_id = placed(desk)
    desk.tell(short(order_id, waits=waits), order_id)
    told = shown(desk, order_id)
    assert told["status"] == status
    assert told["shortages"] == [
        {"sku": "cola", "wanted": 2, "available": 1},
        {"sku": "crisps", "wanted": 1, "available": 0},
    ]
    assert len(desk.heard(event)) == 1


def test_a_rejected_order_says_what_money_goes_back() -> None:
    desk = snack_desk(tracked=True)
    order_id = placed(desk)
    desk.tell(short(order_id, waits=False), order_id)
    (rejected,) = desk.heard(OrderRejected)
    assert (rejected.currency, rejected.net, rejected.tax, rejected.gross) == ("EUR", 1066, 113, 1179)


@pytest.mark.parametrize("turns", list(permutations([0, 1, 1, 0, 2])))
def test_a_backorder_ends_processed_whatever_order_its_messages_come_in(turns: tuple[int, ...]) -> None:
    desk = snack_desk(tracked=True, waits=True)
    order_id = placed(desk)
    (created,) = desk.store.log
    for turn in turns:
        if turn == 0:
            desk.tell(short(order_id, waits=True), order_id, 1)
        elif turn == 1:
            desk.tell(reserved(order_id), order_id, 2)
        else:
            desk.deliver(created)
    told = shown(desk, order_id)
    assert told["status"] == "PROCESSED"
    assert "shortages" not in told
    assert len(desk.heard(OrderProcessed)) == 1


def test_stock_for_an_order_that_was_cancelled_meanwhile_changes_nothing() -> None:
    desk = snack_desk(tracked=True)
    order_id = placed(desk)
    desk.send(ANA, f"POST /orders/{order_id}/cancel", {})
    desk.tell(reserved(order_id), order_id, 1)
    desk.tell(short(order_id, waits=False), order_id, 2)
    assert shown(desk, order_id)["status"] == "CANCELLED"
    (cancelled,) = desk.heard(OrderCancelled)
    assert (cancelled.previous, cancelled.gross) == ("NEW", 1179)


def processed(desk: Desk) -> str:
    order_id = placed(desk)
    desk.tell(reserved(order_id), order_id)
    return order_id


def test_the_shop_sends_an_order_out_and_its_customer_sees_with_whom() -> None:
    desk = snack_desk(tracked=True)
    order_id = processed(desk)
    body = {"carrier": "DHL", "tracking": "JJD0001"}
    answer = desk.send(STAFF, f"POST /orders/{order_id}/dispatch", body)
    assert (answer.status, content(answer)["status"]) == (200, "DISPATCHED")
    assert shown(desk, order_id)["shipment"] == body
    (dispatched,) = desk.heard(OrderDispatched)
    assert (dispatched.carrier, dispatched.gross) == ("DHL", 1179)
    assert "JJD0001" not in str([message.body for message in desk.store.log])
    assert desk.send(STAFF, f"POST /orders/{order_id}/deliver").status == 200
    assert shown(desk, order_id)["status"] == "DELIVERED"


def test_what_was_delivered_can_come_back() -> None:
    desk = snack_desk(tracked=True)
    order_id = processed(desk)
    desk.send(STAFF, f"POST /orders/{order_id}/dispatch", {"carrier": "DHL"})
    desk.send(STAFF, f"POST /orders/{order_id}/deliver")
    answer = desk.send(STAFF, f"POST /orders/{order_id}/return", {"restock": False, "reason": "Broken"})
    assert content(answer)["status"] == "RETURNED"
    (returned,) = desk.heard(OrderReturned)
    assert (returned.restock, returned.gross) == (False, 1179)


def test_an_order_leaves_the_house_only_when_its_stock_is_kept_for_it() -> None:
    desk = snack_desk(tracked=True)
    order_id = placed(desk)
    refusal = desk.send(STAFF, f"POST /orders/{order_id}/dispatch", {"carrier": "DHL"})
    assert (refusal.status, content(refusal)["code"]) == (409, "illegal_transition")


@pytest.mark.parametrize(
    ("verb", "body"), [("dispatch", {"carrier": "DHL"}), ("deliver", None), ("return", {"restock": True})]
)
def test_customers_do_not_do_the_work_of_the_shop(verb: str, body: object) -> None:
    desk = snack_desk(tracked=True)
    order_id = processed(desk)
    assert desk.send(ANA, f"POST /orders/{order_id}/{verb}", body).status == 404
    assert shown(desk, order_id)["status"] == "PROCESSED"
    assert desk.send(OWNER, f"POST /orders/{order_id}/dispatch", {"carrier": "DHL"}).status == 200
