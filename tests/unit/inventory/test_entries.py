"""Goods that come in, counts that are corrected, shelves that are set up; and how all of it is read."""

from datetime import timedelta

import pytest

from frontdesk.kernel.callers import Caller
from frontdesk.services.inventory.demo import DEMO_STOCK
from frontdesk.services.inventory.events import StockReceived
from tests.unit.driver import START, content, faults
from tests.unit.inventory.stockroom import ALL, ANA, SHOP, STAFF, StockRoom

COLA = f"/shops/{SHOP}/stock/cola"
ELSEWHERE = Caller("usr_other", ALL, {"shop:other": "owner", f"shop:{SHOP}": "supplier"})


def test_a_receipt_is_written_down_and_told() -> None:
    room = StockRoom()
    body = {"location": "cellar", "quantity": 12, "reference": "DN 4711", "low_at": 3}
    answer = room.send(STAFF, f"POST {COLA}/receipts", body)
    entry = content(answer)
    assert (answer.status, answer.headers["location"]) == (201, f"/stock-entries/{entry['entry_id']}")
    assert entry["kind"] == "receipt"
    assert (entry["quantity"], entry["by"], entry["reference"]) == (12, "usr_staff", "DN 4711")
    assert content(room.send(STAFF, f"GET /stock-entries/{entry['entry_id']}")) == entry
    (received,) = room.heard(StockReceived)
    assert (received.sku, received.location, received.quantity) == ("cola", "cellar", 12)
    assert received.received_at == START
    assert (room.free("cola"), room.on_hand("cola"), room.shelf("cola").low_at) == (12, 12, 3)


def test_a_repeated_receipt_counts_once() -> None:
    room = StockRoom()
    body = {"location": "cellar", "quantity": 12}
    first = room.send(STAFF, f"POST {COLA}/receipts", body, idempotency_key="k1")
    again = room.send(STAFF, f"POST {COLA}/receipts", body, idempotency_key="k1")
    assert content(again) == content(first)
    assert room.on_hand("cola") == 12


def test_a_count_can_be_corrected_both_ways() -> None:
    room = StockRoom()
    room.receive("cola", 12)
    for quantity in (-2, 5):
        body = {"location": "cellar", "quantity": quantity, "reason": "counted again"}
        answer = room.send(STAFF, f"POST {COLA}/adjustments", body)
        assert (answer.status, content(answer)["kind"]) == (201, "adjustment")
        assert content(answer)["reason"] == "counted again"
    assert (room.free("cola"), room.on_hand("cola")) == (15, 15)
    assert [fact.quantity for fact in room.heard(StockReceived)] == [12, -2, 5]


def test_a_correction_cannot_take_what_is_reserved() -> None:
    room = StockRoom()
    room.receive("cola", 12)
    room.order("o1", cola=10)
    body = {"location": "cellar", "quantity": -3, "reason": "broken"}
    refusal = room.send(STAFF, f"POST {COLA}/adjustments", body)
    assert (refusal.status, content(refusal)["code"]) == (409, "pieces_are_reserved")
    assert content(refusal)["free"] == 2
    assert (room.free("cola"), room.on_hand("cola")) == (2, 12)


def test_a_repeated_correction_is_answered_again_even_when_it_could_not_be_made_today() -> None:
    room = StockRoom()
    room.receive("cola", 3)
    body = {"location": "cellar", "quantity": -2, "reason": "broken"}
    first = room.send(STAFF, f"POST {COLA}/adjustments", body, idempotency_key="k1")
    again = room.send(STAFF, f"POST {COLA}/adjustments", body, idempotency_key="k1")
    assert (again.status, content(again)) == (201, content(first))
    assert room.on_hand("cola") == 1


def test_more_pieces_after_a_correction_go_to_who_waits() -> None:
    room = StockRoom()
    room.patient_order("o1", cola=2)
    body = {"location": "cellar", "quantity": 2, "reason": "found behind the crates"}
    room.send(STAFF, f"POST {COLA}/adjustments", body)
    room.settle()
    assert room.state("o1") == "RESERVED"


def test_a_shelf_names_a_few_locations_and_no_more() -> None:
    room = StockRoom()
    for n in range(8):
        room.receive("cola", 1, f"place-{n}")
    refusal = room.send(STAFF, f"POST {COLA}/receipts", {"location": "place-8", "quantity": 1})
    assert (refusal.status, content(refusal)["code"], content(refusal)["limit"]) == (
        409,
        "too_many_locations",
        8,
    )
    room.receive("cola", 1, "place-7")


def test_a_shelf_can_be_set_up_and_its_first_location_is_looked_at_first() -> None:
    room = StockRoom()
    room.receive("cola", 5, "counter")
    room.receive("cola", 5, "cellar")
    seen = room.send(STAFF, f"GET {COLA}/settings")
    assert content(seen) == {"low_at": 0, "locations": ["counter", "cellar"]}
    change = {"low_at": 10, "locations": ["cellar", "counter"]}
    done = room.send(STAFF, f"PUT {COLA}/settings", change, if_match=seen.headers["etag"])
    assert (done.status, content(done)) == (200, change)
    room.settle()
    assert "Stock Low" in room.names()
    room.order("o1", cola=1)
    assert (room.free("cola", "cellar"), room.free("cola", "counter")) == (4, 5)
    stale = room.send(STAFF, f"PUT {COLA}/settings", change, if_match=seen.headers["etag"])
    assert stale.status == 412


@pytest.mark.parametrize("locations", [[], ["cellar", "cellar"], ["cellar", "roof"]])
def test_a_shelf_keeps_its_locations(locations: list[str]) -> None:
    room = StockRoom()
    room.receive("cola", 5)
    refusal = room.send(STAFF, f"PUT {COLA}/settings", {"low_at": 0, "locations": locations})
    assert (refusal.status, content(refusal)["code"]) == (409, "locations_differ")
    assert content(refusal)["locations"] == ["cellar"]


def test_a_product_is_shown_with_what_is_on_hand_free_and_reserved_and_who_waits() -> None:
    room = StockRoom()
    room.receive("cola", 5, "counter", low_at=4)
    room.receive("cola", 9, "cellar")
    room.order("o1", cola=3)
    room.order("o2", cola=6)
    room.patient_order("o3", cola=20)
    shown = content(room.send(STAFF, f"GET {COLA}"))
    assert shown["places"] == [
        {"location": "counter", "on_hand": 5, "free": 2, "reserved": 3},
        {"location": "cellar", "on_hand": 9, "free": 3, "reserved": 6},
    ]
    assert (shown["on_hand"], shown["free"], shown["reserved"]) == (14, 5, 9)
    assert (shown["level"], shown["low_at"], shown["waiting_orders"]) == ("out", 4, 1)
    assert shown["waiting"] == [{"order_id": "o3", "placed_at": "2026-03-14T09:30:00Z", "quantity": 20}]


def test_the_list_of_products_goes_on_page_by_page_in_the_order_of_skus() -> None:
    room = StockRoom()
    for sku in ("nuts", "cola", "crisps"):
        room.receive(sku, 2)
    first = content(room.send(STAFF, f"GET /shops/{SHOP}/stock", query={"limit": "2"}))
    assert [(item["sku"], item["on_hand"]) for item in first["items"]] == [("cola", 2), ("crisps", 2)]
    rest = content(room.send(STAFF, f"GET /shops/{SHOP}/stock", query={"cursor": first["cursor"]}))
    assert ([item["sku"] for item in rest["items"]], rest["cursor"]) == (["nuts"], None)


def test_entries_are_listed_newest_first() -> None:
    room = StockRoom()
    for quantity in (1, 2, 3):
        room.receive("cola", quantity)
        room.clock.advance(timedelta(seconds=1))
    room.receive("nuts", 9)
    first = content(room.send(STAFF, f"GET {COLA}/entries", query={"limit": "2"}))
    assert [item["quantity"] for item in first["items"]] == [3, 2]
    rest = content(room.send(STAFF, f"GET {COLA}/entries", query={"cursor": first["cursor"]}))
    assert ([item["quantity"] for item in rest["items"]], rest["cursor"]) == ([1], None)


def test_everybody_may_know_what_can_be_had_but_not_how_much() -> None:
    room = StockRoom()
    room.receive("cola", 5)
    room.receive("crisps", 5, low_at=5)
    room.receive("nuts", 5)
    room.order("o1", nuts=5)
    answer = room.send(ANA, f"GET /shops/{SHOP}/availability", query={"sku": "nuts,cola,crisps,coffee,cola"})
    assert content(answer)["items"] == [
        {"sku": "nuts", "level": "out"},
        {"sku": "cola", "level": "ok"},
        {"sku": "crisps", "level": "low"},
    ]


@pytest.mark.parametrize("skus", ["", "Cola", "cola,", "cola nuts", ",".join(["cola"] * 51)])
def test_a_list_of_skus_has_one_to_fifty_with_commas_between(skus: str) -> None:
    answer = StockRoom().send(ANA, f"GET /shops/{SHOP}/availability", query={"sku": skus})
    assert list(faults(answer)) == ["/sku"]


@pytest.mark.parametrize("caller", [ANA, ELSEWHERE])
@pytest.mark.parametrize(
    ("line", "body"),
    [
        (f"GET /shops/{SHOP}/stock", None),
        (f"GET {COLA}", None),
        (f"GET {COLA}/entries", None),
        (f"GET {COLA}/settings", None),
        (f"PUT {COLA}/settings", {"low_at": 1, "locations": ["cellar"]}),
        (f"POST {COLA}/receipts", {"location": "cellar", "quantity": 1}),
        (f"POST {COLA}/adjustments", {"location": "cellar", "quantity": 1, "reason": "counted"}),
    ],
)
def test_the_stock_room_is_for_the_staff(caller: Caller, line: str, body: object) -> None:
    room = StockRoom()
    room.receive("cola", 5)
    assert room.send(caller, line, body).status == 404


def test_an_entry_is_for_the_staff_of_its_shop() -> None:
    room = StockRoom()
    answer = room.send(STAFF, f"POST {COLA}/receipts", {"location": "cellar", "quantity": 1})
    for caller in (ANA, ELSEWHERE):
        assert room.send(caller, f"GET {answer.headers['location']}").status == 404


def test_a_product_that_never_lay_here_is_not_found() -> None:
    for line in (f"GET {COLA}", f"GET {COLA}/settings"):
        assert StockRoom().send(STAFF, line).status == 404


def test_every_fault_of_a_receipt_and_of_its_path_is_named() -> None:
    room = StockRoom()
    refusal = room.send(STAFF, f"POST {COLA}/receipts", {"location": "Cellar", "quantity": 0, "low_at": -1})
    assert faults(refusal) == {
        "/location": "wrong_format",
        "/quantity": "too_small",
        "/low_at": "too_small",
    }
    good = {"location": "cellar", "quantity": 1}
    assert faults(room.send(STAFF, f"POST /shops/{SHOP}/stock/Cola/receipts", good)) == {
        "/sku": "wrong_format"
    }


@pytest.mark.parametrize("line", [f"GET /shops/{SHOP}/stock", f"GET {COLA}/entries"])
@pytest.mark.parametrize("cursor", ["nonsense", "====", "YWJj"])
def test_a_cursor_of_ones_own_making_is_refused(line: str, cursor: str) -> None:
    room = StockRoom()
    room.receive("cola", 1)
    assert faults(room.send(STAFF, line, query={"cursor": cursor})) == {"/cursor": "bad_cursor"}


def test_the_demo_shops_have_something_to_sell() -> None:
    room = StockRoom()
    owner = Caller("demo", ALL, {f"shop:{shop}": "owner" for shop in DEMO_STOCK})
    for shop, stock in DEMO_STOCK.items():
        for sku, receipt in stock.items():
            assert room.send(owner, f"POST /shops/{shop}/stock/{sku}/receipts", receipt).status == 201
        room.settle()
        listed = content(room.send(owner, f"GET /shops/{shop}/stock", query={"limit": "100"}))["items"]
        assert {item["sku"]: item["level"] for item in listed} == dict.fromkeys(stock, "ok")
