"""Placing an order: what it answers, what it refuses, and that a repeat is no second order."""

from collections.abc import Iterable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.kernel.messages import Message
from frontdesk.services.orders.events import OrderCreated
from tests.unit.driver import content, faults
from tests.unit.orders.snacks import (
    ANA,
    BEN,
    OWNER,
    PRODUCTS,
    SHOP,
    SHOP_ID,
    STAFF,
    an_order,
    placed,
    snack_desk,
)

LINES = st.lists(st.sampled_from(sorted(PRODUCTS)), min_size=1, unique=True).flatmap(
    lambda skus: st.tuples(*[st.tuples(st.just(sku), st.integers(1, 10_000)) for sku in skus])
)


def test_an_order_is_answered_priced_and_with_its_address() -> None:
    desk = snack_desk()
    response = desk.send(ANA, "POST /orders", an_order())
    answer = content(response)
    assert response.status == 201
    assert response.headers == {"etag": '"1"', "location": f"/orders/{answer['order_id']}"}
    assert answer["lines"][0] == {
        "sku": "pretzel",
        "name": "Butter pretzel",
        "quantity": 3,
        "unit_price": 180,
        "tax_rate": 700,
        "net": 505,
        "tax": 35,
        "gross": 540,
        "tracked": False,
    }
    told = {
        name: answer[name]
        for name in ("shop_id", "channel", "customer_id", "status", "placed_at", "currency")
    }
    assert told == {
        "shop_id": SHOP_ID,
        "channel": "web",
        "customer_id": "usr_ana",
        "status": "NEW",
        "placed_at": "2026-03-14T09:30:00Z",
        "currency": "EUR",
    }
    assert (answer["net"], answer["tax"], answer["gross"]) == (1066, 113, 1179)
    assert {name: answer[name] for name in ("customer", "delivery")} == {
        name: an_order()[name] for name in ("customer", "delivery")
    }


@given(LINES, st.sampled_from(["web", "mobile"]))
def test_the_lines_add_up_to_the_totals_and_the_event_says_the_same(
    lines: Iterable[tuple[str, int]], channel: str
) -> None:
    desk = snack_desk()
    wanted = [{"sku": sku, "quantity": quantity} for sku, quantity in lines]
    answer = content(desk.send(ANA, "POST /orders", an_order(lines=wanted, channel=channel)))
    (created,) = desk.heard(OrderCreated)
    for part in ("net", "tax", "gross"):
        assert sum(line[part] for line in answer["lines"]) == answer[part] == getattr(created, part)
    assert answer["net"] + answer["tax"] == answer["gross"]
    assert [(line.sku, line.quantity) for line in created.lines] == list(lines)


def test_the_expected_total_is_held_against_the_price_list() -> None:
    desk = snack_desk()
    assert desk.send(ANA, "POST /orders", an_order(expected_total=1179)).status == 201
    refusal = desk.send(ANA, "POST /orders", an_order(expected_total=1178))
    told = content(refusal)
    assert (refusal.status, told["code"], told["total"], told["currency"]) == (
        409,
        "price_changed",
        1179,
        "EUR",
    )
    assert len(desk.heard(OrderCreated)) == 1


def test_an_expected_total_of_nothing_is_an_expectation_too() -> None:
    assert snack_desk().send(ANA, "POST /orders", an_order(expected_total=0)).status == 409


def test_staff_may_order_for_somebody_else_and_others_may_not() -> None:
    desk = snack_desk()
    for_ben = an_order(customer={"name": "Ben", "id": "usr_ben"})
    assert content(desk.send(STAFF, "POST /orders", for_ben))["customer_id"] == "usr_ben"
    assert content(desk.send(OWNER, "POST /orders", for_ben))["customer_id"] == "usr_ben"
    assert content(desk.send(BEN, "POST /orders", for_ben))["customer_id"] == "usr_ben"
    assert faults(desk.send(ANA, "POST /orders", for_ben)) == {"/customer/id": "staff_only"}


def test_a_repeat_hears_the_first_answer_even_after_the_order_went_on() -> None:
    desk = snack_desk()
    first = desk.send(ANA, "POST /orders", an_order(), idempotency_key="k")
    for message in tuple(desk.store.log):
        desk.deliver(message)
    again = desk.send(ANA, "POST /orders", an_order(), idempotency_key="k")
    assert (again.status, again.body) == (201, first.body)
    assert again.headers == {**first.headers, "idempotency-replayed": "true"}
    shown = content(desk.send(ANA, f"GET {first.headers['location']}"))
    assert shown["status"] == "PROCESSED"
    assert len(desk.heard(OrderCreated)) == 1


def test_a_repeat_is_not_refused_because_prices_or_doors_have_changed_since() -> None:
    desk = snack_desk()
    order = an_order(expected_total=1179)
    first = desk.send(ANA, "POST /orders", order, idempotency_key="k")
    desk.tell(msgspec.structs.replace(PRODUCTS["pretzel"], retail=200), f"{SHOP_ID}:pretzel", 2)
    assert desk.send(ANA, "POST /orders", order, idempotency_key="k").body == first.body
    desk.tell(msgspec.structs.replace(SHOP, open=False), SHOP_ID, 2)
    assert desk.send(ANA, "POST /orders", order, idempotency_key="k").body == first.body
    assert desk.send(ANA, "POST /orders", order, idempotency_key="other").status == 422


def test_a_key_belongs_to_one_body_and_one_caller() -> None:
    desk = snack_desk()
    first = content(desk.send(ANA, "POST /orders", an_order(), idempotency_key="k"))
    reused = desk.send(ANA, "POST /orders", an_order(channel="mobile"), idempotency_key="k")
    refused = desk.send(ANA, "POST /orders", an_order(expected_total=1), idempotency_key="k")
    assert content(reused)["code"] == content(refused)["code"] == "key_reused"
    other = content(desk.send(BEN, "POST /orders", an_order(), idempotency_key="k"))
    assert other["order_id"] != first["order_id"]


def test_without_a_key_every_request_is_a_new_order() -> None:
    desk = snack_desk()
    assert placed(desk) != placed(desk)


def test_no_event_says_who_the_customer_is() -> None:
    desk = snack_desk()
    order_id = placed(desk)
    desk.send(ANA, f"POST /orders/{order_id}/cancel", {"reason": "Ana Lima is ill"})
    assert [message.name for message in desk.store.log] == ["Order Created", "Order Ready", "Order Cancelled"]
    for secret in ("Ana", "example.org", "1234567", "Lindenstr", "Ring", "ill"):
        assert not [message for message in desk.store.log if secret in _told(message)]


def _told(message: Message) -> str:
    return msgspec.json.encode(message).decode()


@pytest.mark.parametrize("scopes", [frozenset(), frozenset({"orders:read", "prices:write"})])
def test_placing_needs_its_scope(scopes: frozenset[str]) -> None:
    desk = snack_desk()
    refusal = desk.send(msgspec.structs.replace(ANA, scopes=scopes), "POST /orders", an_order())
    assert (refusal.status, content(refusal)["needs"]) == (403, ["orders:write"])
