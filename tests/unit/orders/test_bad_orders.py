"""Bad orders: every faulty field is named at once, nothing is quoted back, and nothing is kept."""

from typing import Any

import msgspec
import pytest

from tests.unit.driver import content, faults
from tests.unit.orders.snacks import ANA, PRODUCTS, SHOP, SHOP_ID, an_order, snack_desk

SHAPES: list[tuple[str, Any, str]] = [
    ("/shop_id", "Corner", "wrong_format"),
    ("/shop_id", "corner-snacks\n", "wrong_format"),
    ("/shop_id", "", "wrong_format"),
    ("/shop_id", "a" * 41, "wrong_format"),
    ("/shop_id", 1, "wrong_type"),
    ("/channel", "fax", "unknown_value"),
    ("/customer", None, "wrong_type"),
    ("/customer/name", "", "wrong_format"),
    ("/customer/name", " Ana", "wrong_format"),
    ("/customer/name", "Ana\n", "wrong_format"),
    ("/customer/name", "Ana\x00Lima", "wrong_format"),
    ("/customer/name", "Ana\u2028Lima", "wrong_format"),
    ("/customer/name", "a" * 201, "too_long"),
    ("/customer/email", "ana", "wrong_format"),
    ("/customer/email", "a@b@c", "wrong_format"),
    ("/customer/email", "ana lima@example.org", "wrong_format"),
    ("/customer/email", "ana@example.org\n", "wrong_format"),
    ("/customer/email", "a" * 250 + "@b.de", "too_long"),
    ("/customer/phone", "call me", "wrong_format"),
    ("/customer/phone", "+49 30 1234567\n", "wrong_format"),
    ("/customer/phone", "٠١٢٣٤٥٦", "wrong_format"),
    ("/customer/id", "ana@example.org", "wrong_format"),
    ("/customer/age", 44, "unknown_field"),
    ("/lines", [], "too_few"),
    ("/lines", [{"sku": f"s{n}", "quantity": 1} for n in range(51)], "too_many"),
    ("/lines/1/sku", "Cola", "wrong_format"),
    ("/lines/1/quantity", 0, "too_small"),
    ("/lines/1/quantity", 10_001, "too_large"),
    ("/lines/1/quantity", 1.5, "wrong_type"),
    ("/lines/1/quantity", "2", "wrong_type"),
    ("/lines/1/unit_price", 1, "unknown_field"),
    ("/delivery/method", "drone", "unknown_value"),
    ("/delivery/address", "", "wrong_format"),
    ("/delivery/address", "a" * 501, "too_long"),
    ("/delivery/note", "a\tb", "wrong_format"),
    ("/expected_total", -1, "too_small"),
    ("/expected_total", 10**15 + 1, "too_large"),
    ("/gross", 1, "unknown_field"),
]
RULES: list[tuple[str, Any, str]] = [
    ("/shop_id", "no-such-shop", "unknown_shop"),
    ("/lines/0/sku", "caviar", "unknown_sku"),
    ("/lines/2/sku", "pretzel", "repeated_sku"),
    ("/delivery/address", None, "missing"),
    ("/delivery/window/to", "2026-03-14T11:59:59Z", "ends_before_start"),
    ("/delivery/window/to", "2026-03-14T14:59:59+03:00", "ends_before_start"),
    ("/customer/id", "usr_ben", "staff_only"),
]


def with_value(pointer: str, value: Any) -> dict[str, Any]:
    order = an_order()
    *path, last = pointer.split("/")[1:]
    place: Any = order
    for step in path:
        place = place[int(step) if step.isdigit() else step]
    place[last] = value
    return order


@pytest.mark.parametrize(("pointer", "value", "code"), [*SHAPES, *RULES])
def test_a_faulty_field_is_named_and_nothing_is_kept(pointer: str, value: Any, code: str) -> None:
    desk = snack_desk()
    response = desk.send(ANA, "POST /orders", with_value(pointer, value))
    assert faults(response) == {pointer: code}
    if isinstance(value, str) and len(value) > 20:
        assert value not in response.body.decode()
    assert not desk.store.log


@pytest.mark.parametrize("field", ["shop_id", "channel", "customer", "lines", "delivery"])
def test_what_is_required_is_missed(field: str) -> None:
    order = an_order()
    del order[field]
    assert faults(snack_desk().send(ANA, "POST /orders", order)) == {f"/{field}": "missing"}


def test_a_window_without_time_zone_is_refused() -> None:
    order = with_value("/delivery/window/from", "2026-03-14T12:00:00")
    assert snack_desk().send(ANA, "POST /orders", order).status == 422


def test_the_shapes_of_all_fields_are_told_at_once() -> None:
    order = an_order(channel="fax", customer={"name": ""}, lines=[{"sku": "cola", "quantity": 0}], tip=5)
    assert faults(snack_desk().send(ANA, "POST /orders", order)) == {
        "/channel": "unknown_value",
        "/customer/name": "wrong_format",
        "/lines/0/quantity": "too_small",
        "/tip": "unknown_field",
    }


def test_all_broken_rules_are_told_at_once() -> None:
    desk = snack_desk()
    desk.tell(msgspec.structs.replace(SHOP, open=False, channels=()), SHOP_ID, 2)
    skus = ["caviar", "cola", "cola", "caviar", "oysters"]
    order = an_order(
        channel="wholesale",
        customer={"name": "Ben", "id": "usr_ben"},
        lines=[{"sku": sku, "quantity": 1} for sku in skus],
        delivery={
            "method": "delivery",
            "window": {"from": "2026-03-14T12:00:00Z", "to": "2026-03-13T12:00:00Z"},
        },
        expected_total=1,
    )
    assert faults(desk.send(ANA, "POST /orders", order)) == {
        "/shop_id": "shop_closed",
        "/channel": "channel_closed",
        "/customer/id": "staff_only",
        "/lines/0/sku": "unknown_sku",
        "/lines/1/quantity": "below_minimum",
        "/lines/2/sku": "repeated_sku",
        "/lines/3/sku": "repeated_sku",
        "/lines/4/sku": "unknown_sku",
        "/delivery/address": "missing",
        "/delivery/window/to": "ends_before_start",
    }


def test_an_unknown_shop_does_not_hide_other_faults() -> None:
    order = an_order(shop_id="nowhere", delivery={"method": "delivery"})
    assert faults(snack_desk().send(ANA, "POST /orders", order)) == {
        "/shop_id": "unknown_shop",
        "/delivery/address": "missing",
    }


def test_what_is_sold_in_retail_only_is_not_sold_in_wholesale() -> None:
    order = an_order(channel="wholesale", lines=[{"sku": "coffee", "quantity": 100}])
    assert faults(snack_desk().send(ANA, "POST /orders", order)) == {"/lines/0/sku": "not_sold_here"}


def test_an_order_beyond_all_money_is_refused() -> None:
    desk = snack_desk()
    desk.tell(msgspec.structs.replace(PRODUCTS["nuts"], retail=10**15), f"{SHOP_ID}:nuts", 2)
    order = an_order(lines=[{"sku": "nuts", "quantity": 2}])
    assert faults(desk.send(ANA, "POST /orders", order)) == {"/lines": "total_too_large"}


def test_collection_needs_no_address_and_nobody_needs_an_email() -> None:
    desk = snack_desk()
    order = an_order(customer={"name": "名前"}, delivery={"method": "collection"})
    answer = content(desk.send(ANA, "POST /orders", order))
    assert answer["customer"] == {"name": "名前"}
    assert answer["delivery"] == {"method": "collection"}


def test_a_window_may_be_a_single_moment() -> None:
    order = with_value("/delivery/window/to", "2026-03-14T12:00:00Z")
    assert snack_desk().send(ANA, "POST /orders", order).status == 201
