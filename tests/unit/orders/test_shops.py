"""Shops and prices: set by their owner, one version after the other."""

from typing import Any

import msgspec
import pytest

from frontdesk.declarations import check_services
from frontdesk.kernel.callers import Caller
from frontdesk.services.orders.commands import SetPrice, SetShop
from frontdesk.services.orders.demo import DEMO_PRICES, DEMO_SHOP, DEMO_SHOP_ID
from frontdesk.services.orders.service import SERVICE
from tests.unit.driver import Desk, content, faults
from tests.unit.orders.snacks import ALL, ANA, OWNER, STAFF, placed, snack_desk

SHOP = f"/shops/{DEMO_SHOP_ID}"
PRETZEL = f"{SHOP}/prices/pretzel"


def plain(value: msgspec.Struct, **changes: Any) -> dict[str, Any]:
    return {**msgspec.to_builtins(value), **changes}


def test_the_service_is_declared_in_a_way_that_works() -> None:
    check_services([SERVICE])


def test_the_demo_data_is_what_the_api_would_accept() -> None:
    assert msgspec.convert(plain(DEMO_SHOP), SetShop) == DEMO_SHOP
    for sku, price in DEMO_PRICES.items():
        assert msgspec.convert(plain(price), SetPrice) == price, sku


def test_what_is_read_can_be_changed_and_sent_back() -> None:
    desk = snack_desk()
    for path in (SHOP, PRETZEL):
        seen = desk.send(OWNER, f"GET {path}")
        changed = content(seen) | {"name": "Changed"}
        answer = desk.send(OWNER, f"PUT {path}", changed, if_match=seen.headers["etag"])
        assert (answer.status, answer.headers["etag"], content(answer)) == (200, '"2"', changed)


@pytest.mark.parametrize(("path", "value"), [(SHOP, DEMO_SHOP), (PRETZEL, DEMO_PRICES["pretzel"])])
def test_a_change_of_an_old_version_is_stale(path: str, value: msgspec.Struct) -> None:
    desk = snack_desk()
    desk.send(OWNER, f"PUT {path}", value)
    assert desk.send(OWNER, f"PUT {path}", value, if_match='"1"').status == 412
    assert desk.send(OWNER, f"GET {path}").headers["etag"] == '"2"'


@pytest.mark.parametrize("caller", [ANA, STAFF, Caller("usr_other", ALL, {"shop:other": "owner"})])
def test_only_the_owner_sets_a_shop_and_its_prices(caller: Caller) -> None:
    desk = snack_desk()
    assert desk.send(caller, f"PUT {SHOP}", DEMO_SHOP).status == 404
    assert desk.send(caller, f"PUT {PRETZEL}", DEMO_PRICES["pretzel"]).status == 404
    assert desk.send(caller, f"GET {SHOP}").headers["etag"] == '"1"'


def test_owning_a_shop_is_not_enough_without_the_scope() -> None:
    desk = snack_desk()
    caller = msgspec.structs.replace(OWNER, scopes=ALL - {"prices:write"})
    assert desk.send(caller, f"PUT {SHOP}", DEMO_SHOP).status == 403
    assert desk.send(caller, f"PUT {PRETZEL}", DEMO_PRICES["pretzel"]).status == 403


def test_a_price_needs_its_shop() -> None:
    desk = Desk(SERVICE)
    assert desk.send(OWNER, f"PUT {PRETZEL}", DEMO_PRICES["pretzel"]).status == 404
    assert desk.send(OWNER, f"GET {PRETZEL}").status == 404
    assert desk.send(OWNER, f"GET {SHOP}").status == 404


def test_a_new_price_counts_from_the_next_order_on() -> None:
    desk = snack_desk()
    before = placed(desk)
    desk.send(OWNER, f"PUT {PRETZEL}", plain(DEMO_PRICES["pretzel"], retail=280))
    after = placed(desk)
    totals = [content(desk.send(ANA, f"GET /orders/{id}"))["gross"] for id in (before, after)]
    assert totals == [1179, 1479]


def test_a_shop_keeps_its_currency() -> None:
    desk = snack_desk()
    refusal = desk.send(OWNER, f"PUT {SHOP}", plain(DEMO_SHOP, currency="USD"))
    assert (refusal.status, content(refusal)["code"]) == (409, "currency_fixed")
    assert content(desk.send(OWNER, f"GET {SHOP}"))["currency"] == "EUR"


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ("/shops/Second/prices/tea", "/shop_id"),
        ("/shops/second/prices/Tea", "/sku"),
        ("/shops/Second", "/shop_id"),
    ],
)
def test_a_name_in_a_path_is_held_to_the_same_form(path: str, pointer: str) -> None:
    caller = Caller("usr_owner", ALL, {"shop:second": "owner", "shop:Second": "owner"})
    body: msgspec.Struct = DEMO_PRICES["pretzel"] if "prices" in path else DEMO_SHOP
    assert faults(Desk(SERVICE).send(caller, f"PUT {path}", body)) == {pointer: "wrong_format"}


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"currency": "euro"}, "/currency"),
        ({"currency": "EUR\n"}, "/currency"),
        ({"channels": {"fax": {"tax_included": True}}}, "/channels/fax"),
        ({"channels": {"web": {}}}, "/channels/web/tax_included"),
        ({"open": "yes"}, "/open"),
        ({"owner": "me"}, "/owner"),
    ],
)
def test_a_bad_shop_is_refused(changes: dict[str, Any], pointer: str) -> None:
    response = snack_desk().send(OWNER, f"PUT {SHOP}", plain(DEMO_SHOP, **changes))
    assert list(faults(response)) == [pointer]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"name": "a" * 121}, "/name"),
        ({"retail": -1}, "/retail"),
        ({"retail": 1.5}, "/retail"),
        ({"retail": 10**15 + 1}, "/retail"),
        ({"tax_rate": 10_001}, "/tax_rate"),
        ({"wholesale": {"minimum_quantity": 1}}, "/wholesale/unit_price"),
        ({"wholesale": {"unit_price": 1, "minimum_quantity": 0}}, "/wholesale/minimum_quantity"),
        ({"sku": "pretzel"}, "/sku"),
    ],
)
def test_a_bad_price_is_refused(changes: dict[str, Any], pointer: str) -> None:
    response = snack_desk().send(OWNER, f"PUT {PRETZEL}", plain(DEMO_PRICES["pretzel"], **changes))
    assert list(faults(response)) == [pointer]
