"""Orders of another system: what is open goes the whole way, history moves nothing."""

from typing import Any

import pytest

from frontdesk.services.orders.events import OrderCreated
from tests.unit.driver import content, faults
from tests.unit.orders.snacks import OWNER, SHOP_ID, STAFF, snack_desk


def an_old_order(**changes: Any) -> dict[str, Any]:
    order = {
        "shop_id": SHOP_ID,
        "reference": "orders/4711",
        "channel": "web",
        "customer": {"name": "Ana Lima", "id": "old:17"},
        "placed_at": "2025-12-01T10:00:00Z",
        "status": "DELIVERED",
        "currency": "EUR",
        "tax_included": True,
        "lines": [
            {
                "sku": "pretzel",
                "name": "Pretzel, as it was called then",
                "quantity": 2,
                "unit_price": 150,
                "tax_rate": 700,
                "net": 280,
                "tax": 20,
                "gross": 300,
            }
        ],
        "delivery": {"method": "collection"},
    }
    return order | changes


def test_history_is_kept_as_it_was_and_moves_nothing() -> None:
    desk = snack_desk(tracked=True)
    answer = desk.send(OWNER, "POST /orders/import", an_old_order())
    told = content(answer)
    assert answer.status == 201
    assert (told["status"], told["history"], told["reference"]) == ("DELIVERED", True, "orders/4711")
    assert (told["placed_at"], told["customer_id"], told["gross"]) == ("2025-12-01T10:00:00Z", "old:17", 300)
    assert not desk.store.log
    refusal = desk.send(STAFF, f"POST /orders/{told['order_id']}/return", {"restock": True})
    assert (refusal.status, content(refusal)["allowed"]) == (409, [])


def test_an_open_order_goes_the_whole_way_at_its_old_price() -> None:
    desk = snack_desk(tracked=True)
    told = content(desk.send(OWNER, "POST /orders/import", an_old_order(status="NEW")))
    assert (told["status"], told["gross"]) == ("NEW", 300)
    (created,) = desk.heard(OrderCreated)
    assert [(line.sku, line.tracked, line.gross) for line in created.lines] == [("pretzel", True, 300)]


def test_a_repeat_takes_it_over_once_and_a_change_since_is_noticed() -> None:
    desk = snack_desk()
    first = desk.send(OWNER, "POST /orders/import", an_old_order(), idempotency_key="import:orders/4711")
    again = desk.send(OWNER, "POST /orders/import", an_old_order(), idempotency_key="import:orders/4711")
    assert (again.status, again.body) == (201, first.body)
    changed = desk.send(
        OWNER, "POST /orders/import", an_old_order(status="RETURNED"), idempotency_key="import:orders/4711"
    )
    assert (changed.status, content(changed)["code"]) == (422, "key_reused")


def test_only_the_owner_brings_orders_in() -> None:
    assert snack_desk().send(STAFF, "POST /orders/import", an_old_order()).status == 404


def test_every_fault_of_an_old_order_is_told_at_once() -> None:
    line = an_old_order()["lines"][0]
    bad = an_old_order(
        currency="USD",
        placed_at="2027-01-01T00:00:00Z",
        status="NEW",
        lines=[{**line, "gross": 299}, line, {**line, "sku": "caviar"}],
        delivery={"method": "delivery"},
    )
    assert faults(snack_desk().send(OWNER, "POST /orders/import", bad)) == {
        "/currency": "other_currency",
        "/placed_at": "in_the_future",
        "/lines/0/gross": "wrong_sum",
        "/lines/1/sku": "repeated_sku",
        "/lines/2/sku": "unknown_sku",
        "/delivery/address": "missing",
    }


@pytest.mark.parametrize("status", ["PROCESSED", "BACKORDERED", "REJECTED", "DISPATCHED"])
def test_what_is_halfway_elsewhere_cannot_be_taken_over(status: str) -> None:
    response = snack_desk().send(OWNER, "POST /orders/import", an_old_order(status=status))
    assert faults(response) == {"/status": "not_importable"}


def test_an_unknown_shop_cannot_be_filled() -> None:
    response = snack_desk().send(OWNER, "POST /orders/import", an_old_order(shop_id="second"))
    assert faults(response) == {"/shop_id": "unknown_shop"}
