"""Searching: by beginnings of words, without case and accents, best first, and exact at every moment."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.kernel.messages import decoder
from frontdesk.services.catalogue.demo import CLEANING_PRODUCTS, DEMO_PRODUCTS
from frontdesk.services.catalogue.search import SHELVES, Shelf, best, shelf_id, shelf_ids
from frontdesk.services.catalogue.words import MAX_FOLDED, in_order, words
from tests.unit.catalogue.shops import ANA, OWNER, PRODUCTS, STAFF, plain, shopping_street, skus
from tests.unit.driver import Desk, content, faults

SEARCH = f"{PRODUCTS}/search"
CLEANING = "/shops/brightclean/products"


def named(desk: Desk, **names: str) -> None:
    """Put products with these names on the list, all of one category."""
    for sku, name in names.items():
        body = plain(DEMO_PRODUCTS["cola"], name=name, category="things")
        assert desk.send(OWNER, f"PUT {PRODUCTS}/{sku}", body).status == 200


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("pretzel", ["pretzel"]),
        ("PRET", ["pretzel"]),
        ("salt sea", ["crisps"]),
        ("bakery", ["pretzel", "sandwich"]),
        ("bak che", ["sandwich"]),
        ("150", ["crisps"]),
        ("retzel", []),
        ("pretzel cola", []),
        ("0.5", ["cola", "water"]),
    ],
)
def test_a_product_is_found_by_the_beginnings_of_its_words(q: str, found: list[str]) -> None:
    assert sorted(skus(shopping_street(), ANA, SEARCH, q=q)) == found


def test_an_answer_has_the_whole_product() -> None:
    desk = shopping_street()
    found = content(desk.send(ANA, f"GET {SEARCH}", query={"q": "coffee"}))["items"]
    assert found == [content(desk.send(ANA, f"GET {PRODUCTS}/coffee"))]


@pytest.mark.parametrize(
    ("name", "q"),
    [
        ("Crème brûlée", "creme brulee"),
        ("Creme brulee", "CRÈME"),
        ("Weißbier", "weissbier"),
        ("Weissbier", "weiß"),
        ("Smørrebrød", "smorrebrod"),
        ("Żółta herbata", "zolta"),
        ("\uff46\uff55ll width", "full"),
        ("Чай зелёный", "зеленый"),
        ("Τσάι", "τσαι"),
        ("Cola (zero), 0.5 l", "zero"),
        ("All-purpose", "all-purp"),
    ],
)
def test_case_accents_and_punctuation_do_not_matter(name: str, q: str) -> None:
    desk = shopping_street()
    named(desk, it=name)
    assert skus(desk, ANA, SEARCH, q=q) == ["it"]


def test_the_sku_itself_comes_first() -> None:
    desk = shopping_street()
    named(desk, b12="Battery", a1="b12 b12", a2="Box for b12")
    assert skus(desk, ANA, SEARCH, q="b12") == ["b12", "a1", "a2"]


def test_whole_words_come_before_beginnings_and_names_before_categories() -> None:
    desk = shopping_street()
    named(desk, a="Teapot", b="Green tea", c="Tea", d="Steam iron")
    desk.send(OWNER, f"PUT {PRODUCTS}/e", plain(DEMO_PRODUCTS["cola"], name="Cups", category="tea"))
    assert skus(desk, ANA, SEARCH, q="tea") == ["c", "b", "e", "a"]


def test_a_sku_of_several_words_is_found_as_it_is_written() -> None:
    found = skus(shopping_street(), ANA, f"{CLEANING}/search", q="dish-tabs-60")
    assert found == ["dish-tabs-60"]


def test_no_more_is_shown_than_was_asked_for() -> None:
    desk = shopping_street()
    assert len(skus(desk, ANA, f"{CLEANING}/search", q="cleaner")) > 2
    assert len(skus(desk, ANA, f"{CLEANING}/search", q="cleaner", limit="2")) == 2


def test_a_renamed_product_is_found_by_its_new_name_alone() -> None:
    desk = shopping_street()
    desk.send(OWNER, f"PUT {PRODUCTS}/cola", plain(DEMO_PRODUCTS["cola"], name="Lemonade", category="fizz"))
    assert skus(desk, ANA, SEARCH, q="lemon") == ["cola"]
    assert skus(desk, ANA, SEARCH, q="drinks cola") == []


def test_a_product_off_the_list_is_found_by_nobody_until_it_is_back() -> None:
    desk = shopping_street()
    desk.send(OWNER, f"DELETE {PRODUCTS}/cola")
    assert skus(desk, STAFF, SEARCH, q="cola") == skus(desk, ANA, SEARCH, q="cola") == []
    desk.send(OWNER, f"PUT {PRODUCTS}/cola", DEMO_PRODUCTS["cola"])
    assert skus(desk, ANA, SEARCH, q="cola") == ["cola"]


def test_a_search_needs_a_word() -> None:
    desk = shopping_street()
    assert faults(desk.send(ANA, f"GET {SEARCH}", query={"q": "-- !"})) == {"/q": "no_words"}
    assert list(faults(desk.send(ANA, f"GET {SEARCH}"))) == ["/q"]
    assert list(faults(desk.send(ANA, f"GET {SEARCH}", query={"q": "a" * 101}))) == ["/q"]


def test_the_place_of_a_product_is_the_same_for_ever() -> None:
    assert [shelf_id("s", sku) for sku in ("pretzel", "cola", "tea-1")] == ["s:62", "s:9", "s:33"]


def test_at_the_ceiling_no_shelf_is_much_fuller_than_another() -> None:
    filled = dict.fromkeys(shelf_ids("s"), 0)
    for number in range(10_000):
        filled[shelf_id("s", f"item-{number:05}")] += 1
    assert len(filled) == SHELVES
    assert max(filled.values()) < 220


def test_letters_that_come_apart_into_many_are_cut() -> None:
    assert len(in_order("\ufdfa" * 120)) <= MAX_FOLDED + 1


def test_an_order_by_name_puts_the_shorter_first() -> None:
    assert sorted(["Ana B", "Ana", "Ána A"], key=lambda name: f"{in_order(name)}~id") == [
        "Ana",
        "Ána A",
        "Ana B",
    ]


TEXT = st.text(st.sampled_from("ab é-"), max_size=8)


@settings(deadline=None)
@given(names=st.dictionaries(st.sampled_from("pqrs"), TEXT.filter(words)), q=TEXT.filter(words))
def test_what_is_found_is_what_a_reader_would_find(names: dict[str, str], q: str) -> None:
    shelf = Shelf({sku: f" {' '.join(words(name))} | c | {sku} " for sku, name in names.items()})

    found = best([shelf], words(q), limit=9)

    def has_all(name: str) -> bool:
        return all(any(word.startswith(start) for word in words(name)) for start in words(q))

    assert sorted(found) == sorted(sku for sku, name in names.items() if has_all(name))


STEPS = st.lists(st.tuples(st.sampled_from(["PUT", "DELETE"]), st.sampled_from(sorted(CLEANING_PRODUCTS))))


@settings(deadline=None, max_examples=30)
@given(STEPS)
def test_search_list_and_count_always_agree(steps: list[tuple[str, str]]) -> None:
    desk = shopping_street()
    on_sale = set(CLEANING_PRODUCTS)
    for method, sku in steps:
        body = CLEANING_PRODUCTS[sku] if method == "PUT" else None
        desk.send(OWNER, f"{method} {CLEANING}/{sku}", body)
        on_sale = on_sale | {sku} if method == "PUT" else on_sale - {sku}

    listed = skus(desk, ANA, CLEANING, limit="100")
    shelves = [desk.store.records.get(("search_shelf", id)) for id in shelf_ids("brightclean")]
    findable = {sku for shelf in shelves if shelf for sku in decoder(Shelf).decode(shelf.body).products}

    assert set(listed) == findable == on_sale
    assert desk.store.counters["catalogue:products:brightclean"] == len(on_sale)
