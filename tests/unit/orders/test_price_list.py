"""The price list: a copy of what the catalogue says, the newest and never an older one."""

from datetime import UTC, datetime, time
from itertools import permutations

import pytest
from msgspec.structs import replace

from frontdesk.declarations import check_services
from frontdesk.services.catalogue.events import OpenHours
from frontdesk.services.orders.service import SERVICE
from tests.unit.driver import START, content, faults
from tests.unit.orders.snacks import ANA, PRODUCTS, SHOP, SHOP_ID, an_order, placed, snack_desk

PRETZEL = f"{SHOP_ID}:pretzel"


def test_the_service_is_declared_in_a_way_that_works() -> None:
    check_services([SERVICE])


def test_a_new_price_counts_from_the_next_order_on() -> None:
    desk = snack_desk()
    before = placed(desk)
    desk.tell(replace(PRODUCTS["pretzel"], retail=280), PRETZEL, 2)
    after = placed(desk)
    totals = [content(desk.send(ANA, f"GET /orders/{id}"))["gross"] for id in (before, after)]
    assert totals == [1179, 1479]


@pytest.mark.parametrize("versions", list(permutations([2, 3, 4])))
def test_news_that_come_in_any_order_leave_the_newest_price(versions: tuple[int, ...]) -> None:
    desk = snack_desk()
    for version in (*versions, *versions):
        desk.tell(replace(PRODUCTS["pretzel"], retail=version * 100), PRETZEL, version)
    lines = [{"sku": "pretzel", "quantity": 1}]
    order = content(desk.send(ANA, "POST /orders", an_order(lines=lines)))
    assert order["gross"] == 400


def test_what_was_taken_off_the_list_is_not_sold_until_it_is_back() -> None:
    desk = snack_desk()
    desk.tell(replace(PRODUCTS["pretzel"], on_sale=False), PRETZEL, 2)
    assert faults(desk.send(ANA, "POST /orders", an_order())) == {"/lines/0/sku": "unknown_sku"}
    desk.tell(PRODUCTS["pretzel"], PRETZEL, 3)
    assert desk.send(ANA, "POST /orders", an_order()).status == 201


# 14 March 2026 is a Saturday; Berlin is an hour ahead of UTC.
@pytest.mark.parametrize(
    ("hour", "minute", "status"), [(7, 59, 422), (8, 0, 201), (16, 59, 201), (17, 0, 422), (17, 30, 422)]
)
def test_a_shop_with_hours_takes_orders_within_them_on_its_own_clock(
    hour: int, minute: int, status: int
) -> None:
    desk = snack_desk()
    desk.tell(replace(SHOP, hours=(OpenHours(6, time(9), time(18)),)), SHOP_ID, 2)
    desk.clock.advance(datetime(2026, 3, 14, hour, minute, tzinfo=UTC) - START)
    assert desk.send(ANA, "POST /orders", an_order()).status == status


def test_a_day_without_hours_is_a_day_off() -> None:
    desk = snack_desk()
    desk.tell(replace(SHOP, hours=(OpenHours(7, time(9), time(18)),)), SHOP_ID, 2)
    assert faults(desk.send(ANA, "POST /orders", an_order())) == {"/shop_id": "shop_closed"}
