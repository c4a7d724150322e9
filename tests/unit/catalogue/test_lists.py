"""Price lists: by sku, whole or of one category, page by page."""

from frontdesk.services.catalogue.demo import DEMO_PRODUCTS
from tests.unit.catalogue.shops import ANA, OWNER, PRODUCTS, RIVAL, STAFF, plain, shopping_street, skus
from tests.unit.driver import Desk, content, faults

IN_ORDER = ["chocolate", "coffee", "cola", "crisps", "nuts", "pretzel", "sandwich", "water"]


def pages(desk: Desk, **query: str) -> list[list[str]]:
    found, cursor = [], ""
    while True:
        page = content(desk.send(ANA, f"GET {PRODUCTS}", query=query | {"cursor": cursor}))
        found.append([item["sku"] for item in page["items"]])
        cursor = page["cursor"]
        if cursor is None:
            return found


def test_a_price_list_is_in_the_order_of_the_skus() -> None:
    assert skus(shopping_street(), ANA) == IN_ORDER


def test_a_sku_comes_before_those_that_it_begins() -> None:
    desk = shopping_street()
    for sku in ("tea2", "tea-green", "tea", "tea-black-1"):
        desk.send(OWNER, f"PUT {PRODUCTS}/{sku}", plain(DEMO_PRODUCTS["cola"], category="teas"))
    assert skus(desk, ANA, category="teas") == ["tea", "tea-black-1", "tea-green", "tea2"]


def test_a_list_is_read_page_by_page() -> None:
    assert pages(shopping_street(), limit="3") == [IN_ORDER[:3], IN_ORDER[3:6], IN_ORDER[6:]]


def test_a_category_is_a_list_of_its_own() -> None:
    desk = shopping_street()
    assert pages(desk, limit="2", category="drinks") == [["coffee", "cola"], ["water"]]
    desk.send(OWNER, f"PUT {PRODUCTS}/coffee", plain(DEMO_PRODUCTS["coffee"], category="hot-drinks"))
    assert skus(desk, ANA, category="drinks") == ["cola", "water"]
    assert skus(desk, ANA, category="fish") == []


def test_what_is_off_the_list_is_on_another_that_only_the_shops_people_see() -> None:
    desk = shopping_street()
    desk.send(OWNER, f"DELETE {PRODUCTS}/cola")

    assert "cola" not in skus(desk, ANA) + skus(desk, OWNER) + skus(desk, ANA, category="drinks")
    assert skus(desk, STAFF, off_list="true") == ["cola"]
    assert skus(desk, STAFF, off_list="true", category="drinks") == ["cola"]
    assert skus(desk, STAFF, off_list="true", category="bakery") == []
    for caller in (ANA, RIVAL):
        assert desk.send(caller, f"GET {PRODUCTS}", query={"off_list": "true"}).status == 404


def test_lists_of_two_shops_do_not_mix() -> None:
    desk = shopping_street()
    cleaning = skus(desk, ANA, "/shops/brightclean/products", limit="100")
    assert len(cleaning) == 13
    assert not set(cleaning) & set(IN_ORDER)


def test_every_fault_of_a_question_is_named() -> None:
    wrong = {"limit": "101", "category": "Baked Goods", "off_list": "perhaps", "colour": "red"}
    response = shopping_street().send(ANA, f"GET {PRODUCTS}", query=wrong)
    assert set(faults(response)) == {"/limit", "/category", "/off_list", "/colour"}
