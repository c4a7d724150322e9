"""Products: set by their shop's owner, taken off the list and put back, told to everybody who keeps a copy."""

from typing import Any

import pytest

from frontdesk.kernel.callers import Caller
from frontdesk.services.catalogue.demo import DEMO_PRODUCTS, DEMO_SHOP_ID
from frontdesk.services.catalogue.events import ProductChanged, WholesalePrice
from frontdesk.services.catalogue.model import MAX_PRODUCTS
from frontdesk.services.catalogue.service import SERVICE
from tests.unit.catalogue.shops import (
    ALL,
    ANA,
    OWNER,
    PRETZEL,
    PRODUCTS,
    RIVAL,
    STAFF,
    plain,
    shopping_street,
    skus,
)
from tests.unit.driver import Desk, content, faults

PLACES = f"catalogue:products:{DEMO_SHOP_ID}"
BUTTER = DEMO_PRODUCTS["pretzel"]


def test_everybody_hears_what_a_product_is() -> None:
    desk = shopping_street()
    desk.send(OWNER, f"PUT {PRETZEL}", plain(BUTTER, retail=199))
    assert desk.heard(ProductChanged)[-1] == ProductChanged(
        shop_id=DEMO_SHOP_ID,
        sku="pretzel",
        name="Butter pretzel",
        category="bakery",
        retail=199,
        tax_rate=700,
        wholesale=WholesalePrice(98, 50),
        tracked=True,
        on_sale=True,
    )


def test_a_product_of_fewest_words_is_tracked_and_sold_in_retail_only() -> None:
    wish = {"name": "Tea", "category": "drinks", "tax_rate": 1900, "retail": 250}
    answer = shopping_street().send(OWNER, f"PUT {PRODUCTS}/tea", wish)
    assert content(answer) == {
        "shop_id": DEMO_SHOP_ID,
        "sku": "tea",
        **wish,
        "wholesale": None,
        "tracked": True,
        "on_sale": True,
    }


def test_the_copies_of_others_come_in_the_order_of_the_versions() -> None:
    desk = shopping_street()
    for retail in (1, 2, 3):
        desk.send(OWNER, f"PUT {PRETZEL}", plain(BUTTER, retail=retail))
    told = [message for message in desk.store.log if message.source == f"{DEMO_SHOP_ID}:pretzel"]
    assert [message.version for message in told] == [1, 2, 3, 4]


def test_setting_a_product_to_what_it_is_changes_nothing_and_tells_nobody() -> None:
    desk = shopping_street()
    before = len(desk.store.log)
    answer = desk.send(OWNER, f"PUT {PRETZEL}", BUTTER)
    assert (answer.status, answer.headers["etag"]) == (200, '"1"')
    assert len(desk.store.log) == before


def test_a_new_price_leaves_the_search_alone() -> None:
    desk = shopping_street()
    before = {key: record.version for key, record in desk.store.records.items() if key[0] == "search_shelf"}
    desk.send(OWNER, f"PUT {PRETZEL}", plain(BUTTER, retail=1))
    after = {key: record.version for key, record in desk.store.records.items() if key[0] == "search_shelf"}
    assert after == before


def test_a_product_off_the_list_is_seen_by_the_shops_people_only() -> None:
    desk = shopping_street()

    answer = desk.send(OWNER, f"DELETE {PRETZEL}")

    assert (answer.status, answer.headers["etag"], content(answer)["on_sale"]) == (200, '"2"', False)
    assert desk.heard(ProductChanged)[-1].on_sale is False
    assert [desk.send(caller, f"GET {PRETZEL}").status for caller in (STAFF, OWNER)] == [200, 200]
    assert [desk.send(caller, f"GET {PRETZEL}").status for caller in (ANA, RIVAL)] == [404, 404]


def test_what_was_taken_off_the_list_can_be_put_back() -> None:
    desk = shopping_street()
    desk.send(OWNER, f"DELETE {PRETZEL}")

    answer = desk.send(OWNER, f"PUT {PRETZEL}", BUTTER)

    assert (answer.headers["etag"], content(answer)["on_sale"]) == ('"3"', True)
    assert desk.heard(ProductChanged)[-1].on_sale is True
    assert desk.send(ANA, f"GET {PRETZEL}").status == 200


def test_taking_off_twice_is_taking_off_once() -> None:
    desk = shopping_street()
    first = desk.send(OWNER, f"DELETE {PRETZEL}")
    told = len(desk.store.log)
    again = desk.send(OWNER, f"DELETE {PRETZEL}")
    assert (again.body, again.headers) == (first.body, first.headers)
    assert len(desk.store.log) == told


def test_what_never_was_cannot_be_taken_off() -> None:
    assert shopping_street().send(OWNER, f"DELETE {PRODUCTS}/tea").status == 404


@pytest.mark.parametrize("caller", [STAFF, RIVAL])
def test_only_the_owner_sets_and_removes_products(caller: Caller) -> None:
    desk = shopping_street()
    assert desk.send(caller, f"PUT {PRETZEL}", plain(BUTTER, retail=1)).status == 404
    assert desk.send(caller, f"DELETE {PRETZEL}").status == 404
    assert desk.send(OWNER, f"GET {PRETZEL}").headers["etag"] == '"1"'


@pytest.mark.parametrize("line", [f"PUT {PRETZEL}", f"DELETE {PRETZEL}"])
def test_who_may_only_read_changes_nothing(line: str) -> None:
    body = BUTTER if line.startswith("PUT") else None
    assert shopping_street().send(ANA, line, body).status == 403


def test_a_product_needs_its_shop() -> None:
    desk = Desk(SERVICE)
    assert desk.send(OWNER, f"PUT {PRETZEL}", BUTTER).status == 404
    assert desk.send(ANA, f"GET {PRODUCTS}").status == 404
    assert desk.send(ANA, f"GET {PRODUCTS}/search", query={"q": "pretzel"}).status == 404


def test_of_two_changes_at_once_the_stale_one_is_refused() -> None:
    desk = shopping_street()
    desk.send(OWNER, f"PUT {PRETZEL}", plain(BUTTER, retail=1), if_match='"1"')
    assert desk.send(OWNER, f"PUT {PRETZEL}", plain(BUTTER, retail=2), if_match='"1"').status == 412
    assert desk.send(OWNER, f"DELETE {PRETZEL}", if_match='"1"').status == 412
    assert content(desk.send(ANA, f"GET {PRETZEL}"))["retail"] == 1


def test_a_full_list_refuses_one_more_until_one_is_taken_off() -> None:
    desk = shopping_street()
    desk.store.counters[PLACES] = MAX_PRODUCTS

    refusal = desk.send(OWNER, f"PUT {PRODUCTS}/tea", BUTTER)
    assert (refusal.status, content(refusal)["code"]) == (409, "catalogue_full")
    assert content(refusal)["limit"] == MAX_PRODUCTS
    assert desk.send(OWNER, f"GET {PRODUCTS}/tea").status == 404
    assert desk.send(OWNER, f"PUT {PRETZEL}", plain(BUTTER, retail=1)).status == 200  # has its place

    desk.send(OWNER, f"DELETE {PRODUCTS}/cola")
    assert desk.send(OWNER, f"PUT {PRODUCTS}/tea", BUTTER).status == 200
    assert desk.send(OWNER, f"PUT {PRODUCTS}/cola", DEMO_PRODUCTS["cola"]).status == 409


def test_two_products_of_one_shelf_set_at_once_are_both_found() -> None:
    desk = shopping_street()  # tea-1 and tea-17 share a shelf
    raced: list[str] = []

    async def race(method: str, moment: str) -> None:
        if method == "commit" and moment == "before" and not raced:
            raced.append("tea-17")
            assert desk.send(OWNER, f"PUT {PRODUCTS}/tea-17", BUTTER).status == 200

    desk.store._fault = race  # noqa: SLF001 - in the middle of the handler's commit
    assert desk.send(OWNER, f"PUT {PRODUCTS}/tea-1", BUTTER).status == 200

    assert raced == ["tea-17"]
    assert {"tea-1", "tea-17"} <= set(skus(desk, ANA, f"{PRODUCTS}/search", q="tea"))
    assert desk.store.counters[PLACES] == len(DEMO_PRODUCTS) + 2


@pytest.mark.parametrize(
    ("path", "pointer", "code"),
    [
        ("/shops/Second/products/tea", "/shop_id", "wrong_format"),
        ("/shops/second/products/Tea", "/sku", "wrong_format"),
        ("/shops/second/products/search", "/sku", "reserved"),
    ],
)
def test_a_name_in_a_path_is_held_to_the_form_of_a_sku(path: str, pointer: str, code: str) -> None:
    caller = Caller("usr_owner", ALL, {"shop:second": "owner", "shop:Second": "owner"})
    assert faults(Desk(SERVICE).send(caller, f"PUT {path}", BUTTER)) == {pointer: code}


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"name": "a" * 121}, "/name"),
        ({"category": "Baked Goods"}, "/category"),
        ({"retail": -1}, "/retail"),
        ({"retail": 1.5}, "/retail"),
        ({"retail": 10**15 + 1}, "/retail"),
        ({"tax_rate": 10_001}, "/tax_rate"),
        ({"wholesale": {"minimum_quantity": 1}}, "/wholesale/unit_price"),
        ({"wholesale": {"unit_price": 1, "minimum_quantity": 0}}, "/wholesale/minimum_quantity"),
        ({"tracked": "no"}, "/tracked"),
        ({"sku": "pretzel"}, "/sku"),
    ],
)
def test_a_badly_formed_product_is_refused(changes: dict[str, Any], pointer: str) -> None:
    response = shopping_street().send(OWNER, f"PUT {PRETZEL}", plain(BUTTER, **changes))
    assert list(faults(response)) == [pointer]
