"""Lists: newest first, page by page, and only what the caller may see."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

import pytest

from frontdesk.kernel.callers import Caller
from frontdesk.services.orders.views import MAX_SCANNED_PAGES
from tests.unit.driver import Desk, content, faults
from tests.unit.orders.snacks import ANA, BEN, OWNER, SHOP_ID, STAFF, an_order, placed, set_up, snack_desk

AT_SHOP = {"shop_id": SHOP_ID}


def placed_in_turn(desk: Desk, count: int, caller: Caller = ANA, shop_id: str = SHOP_ID) -> list[str]:
    """Place orders a minute apart and return their ids, newest first."""
    ids = []
    for _ in range(count):
        ids.append(placed(desk, caller, shop_id=shop_id))
        desk.clock.advance(timedelta(minutes=1))
    return ids[::-1]


def pages(desk: Desk, caller: Caller, query: Mapping[str, str]) -> Iterator[list[str]]:
    cursor: str | None = ""
    while cursor is not None:
        sent = {**query, "cursor": cursor} if cursor else query
        answer = content(desk.send(caller, "GET /orders", query=sent))
        yield [order["order_id"] for order in answer["items"]]
        cursor = answer["cursor"]


def listed(desk: Desk, caller: Caller, **query: str) -> list[str]:
    return [order_id for page in pages(desk, caller, query) for order_id in page]


def test_a_customer_sees_their_own_newest_first() -> None:
    desk = snack_desk()
    mine = placed_in_turn(desk, 3)
    placed_in_turn(desk, 2, BEN)
    assert listed(desk, ANA) == mine
    assert listed(desk, ANA, customer_id="usr_ana") == mine


def test_pages_follow_each_other_without_gap_or_repeat() -> None:
    desk = snack_desk()
    mine = placed_in_turn(desk, 7)
    assert list(pages(desk, ANA, {"limit": "3"})) == [mine[:3], mine[3:6], mine[6:]]
    assert list(pages(desk, ANA, {"limit": "7"})) == [mine]


def test_orders_of_the_same_moment_are_all_listed() -> None:
    desk = snack_desk()
    same = {placed(desk) for _ in range(5)}
    found = listed(desk, ANA, limit="2")
    assert len(found) == 5
    assert set(found) == same


def test_what_is_placed_while_somebody_pages_does_not_disturb_the_rest() -> None:
    desk = snack_desk()
    mine = placed_in_turn(desk, 4)
    walk = pages(desk, ANA, {"limit": "2"})
    assert next(walk) == mine[:2]
    placed_in_turn(desk, 1)
    assert next(walk) == mine[2:]


def test_a_shop_sees_all_of_its_own_and_nothing_else() -> None:
    desk = snack_desk()
    set_up(desk, "second")
    older = placed_in_turn(desk, 2, ANA)
    placed_in_turn(desk, 1, ANA, "second")
    newer = placed_in_turn(desk, 2, BEN)
    assert listed(desk, STAFF, **AT_SHOP, limit="3") == newer + older
    assert listed(desk, OWNER, **AT_SHOP) == newer + older


def test_staff_find_one_customer_among_the_orders_of_their_shop_alone() -> None:
    desk = snack_desk()
    set_up(desk, "second")
    older = placed_in_turn(desk, 2)
    placed_in_turn(desk, 1, ANA, "second")
    placed_in_turn(desk, 2, BEN)
    newer = placed_in_turn(desk, 3)
    found = list(pages(desk, STAFF, {**AT_SHOP, "customer_id": "usr_ana", "limit": "4"}))
    assert found == [[*newer, older[0]], [older[1]]]


def test_one_answer_reads_a_bounded_number_of_pages() -> None:
    desk = snack_desk()
    set_up(desk, "second")
    (oldest,) = placed_in_turn(desk, 1)
    placed_in_turn(desk, MAX_SCANNED_PAGES, ANA, "second")
    found = list(pages(desk, STAFF, {**AT_SHOP, "customer_id": "usr_ana", "limit": "1"}))
    assert found == [[], [oldest]]


@pytest.mark.parametrize("query", [{}, {"customer_id": "usr_ana"}])
def test_a_shop_is_listed_for_its_staff_alone(query: dict[str, str]) -> None:
    desk = snack_desk()
    placed(desk)
    assert desk.send(ANA, "GET /orders", query=AT_SHOP | query).status == 404


def test_nobody_lists_a_stranger_without_a_shop() -> None:
    desk = snack_desk()
    assert faults(desk.send(STAFF, "GET /orders", query={"customer_id": "usr_ana"})) == {
        "/shop_id": "missing"
    }


def test_since_is_included_and_until_is_not() -> None:
    desk = snack_desk()
    newest, middle, oldest = placed_in_turn(desk, 3)  # at 9:30, 9:31 and 9:32
    assert listed(desk, ANA, since="2026-03-14T09:31:00Z") == [newest, middle]
    assert listed(desk, ANA, until="2026-03-14T09:31:00Z") == [oldest]
    assert listed(desk, ANA, since="2026-03-14T11:30:30+02:00", until="2026-03-14T09:32:00Z") == [middle]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cursor", "%%%"),
        ("cursor", "abc"),
        ("cursor", "w6k="),
        ("cursor", "bm8gbW9tZW50"),
        ("cursor", "é"),
        ("cursor", "a" * 201),
        ("since", "0001-01-01T00:00:00+14:00"),
        ("until", "9999-12-31T23:59:59-14:00"),
        ("since", "2026-03-14T09:31:00"),
        ("until", "yesterday"),
        ("limit", "0"),
        ("limit", "101"),
        ("limit", "many"),
        ("shop_id", "No Shop"),
        ("customer_id", "a@b"),
        ("colour", "red"),
    ],
)
def test_a_bad_parameter_is_named(name: str, value: str) -> None:
    assert list(faults(snack_desk().send(ANA, "GET /orders", query={name: value}))) == [f"/{name}"]


def test_an_empty_list_ends_at_once() -> None:
    desk = snack_desk()
    assert content(desk.send(ANA, "GET /orders")) == {"items": [], "cursor": None}
    assert desk.send(ANA, "POST /orders", an_order()).status == 201
