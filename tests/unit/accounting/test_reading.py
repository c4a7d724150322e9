"""Who may read the books, in which order they come, and what a page holds."""

from datetime import timedelta
from typing import Any

import pytest

from frontdesk.kernel.callers import Caller
from tests.unit.accounting.books import (
    OWNER,
    PLACED,
    SCOPES,
    SHOP,
    STAFF,
    STRANGER,
    created,
    dispatched,
    hear,
    message,
    open_books,
    shop_changed,
)
from tests.unit.driver import Desk, content, faults

JOURNAL = f"GET /shops/{SHOP}/journal"
INVOICES = f"GET /shops/{SHOP}/invoices"


def five_orders() -> Desk:
    desk = open_books()
    for n in range(5):
        desk.clock.advance(timedelta(minutes=1))
        hear(desk, created(f"ord_{n}", placed_at=PLACED + timedelta(minutes=n)), dispatched(f"ord_{n}"))
    return desk


def orders(desk: Desk, line: str, **query: str) -> list[str]:
    found = content(desk.send(STAFF, line, query=query))["items"]
    return [item["order_id"] for item in found if item.get("what", "paid") == "paid"]


@pytest.mark.parametrize("line", [JOURNAL, INVOICES])
def test_lists_come_newest_first_or_oldest_first(line: str) -> None:
    desk = five_orders()
    newest = [f"ord_{n}" for n in (4, 3, 2, 1, 0)]
    assert orders(desk, line) == newest
    assert orders(desk, line, oldest_first="true") == newest[::-1]


@pytest.mark.parametrize("direction", [{}, {"oldest_first": "true"}])
@pytest.mark.parametrize("line", [JOURNAL, INVOICES])
def test_pages_show_everything_once(line: str, direction: dict[str, str]) -> None:
    desk = five_orders()
    whole = content(desk.send(STAFF, line, query=direction))["items"]
    found: list[Any] = []
    query = {"limit": "3", **direction}
    while True:
        page = content(desk.send(STAFF, line, query=query))
        found += page["items"]
        assert len(page["items"]) <= 3
        if page["cursor"] is None:
            break
        query["cursor"] = page["cursor"]
    assert found == whole


def test_a_part_of_the_journal_is_asked_for_by_when_things_happened() -> None:
    desk = five_orders()
    since, until = (PLACED + timedelta(minutes=n) for n in (1, 3))
    assert orders(desk, JOURNAL, since=since.isoformat(), until=until.isoformat()) == ["ord_2", "ord_1"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"since": "1969-01-01T00:00:00Z", "until": "9999-01-01T00:00:00Z"}, {"/since"}),
        ({"cursor": "nonsense"}, {"/cursor"}),
        ({"limit": "0", "since": "yesterday", "colour": "red"}, {"/limit", "/since", "/colour"}),
    ],
)
def test_what_cannot_be_listed_is_named(query: dict[str, str], found: set[str]) -> None:
    assert set(faults(five_orders().send(STAFF, JOURNAL, query=query))) == found


LINES = (JOURNAL, INVOICES, f"GET /shops/{SHOP}/trial-balance", f"GET /shops/{SHOP}/orders/ord_0/invoice")


@pytest.mark.parametrize("line", LINES)
def test_the_books_are_there_for_the_people_of_the_shop_and_for_nobody_else(line: str) -> None:
    desk = five_orders()
    for reader in (STAFF, OWNER):
        assert desk.send(reader, line).status == 200
    assert desk.send(STRANGER, line).status == 404
    narrow = Caller("usr_staff", SCOPES - {"books:read"}, STAFF.grants)
    assert desk.send(narrow, line).status == 403


def test_an_invoice_is_not_found_in_the_books_of_another_shop() -> None:
    desk = five_orders()
    hear(desk, shop_changed("other"), source="other")
    owner_of_both = Caller("usr_both", SCOPES, {f"shop:{SHOP}": "owner", "shop:other": "owner"})
    assert desk.send(owner_of_both, "GET /shops/other/orders/ord_0/invoice").status == 404


def test_the_trial_balance_names_every_account_and_its_side() -> None:
    desk = five_orders()
    shown = content(desk.send(STAFF, f"GET /shops/{SHOP}/trial-balance"))
    assert shown == {
        "shop_id": SHOP,
        "currency": "EUR",
        "accounts": [
            {"account": "cash_clearing", "debit": 5530, "credit": 0},
            {"account": "deposits", "debit": 0, "credit": 0},
            {"account": "revenue", "debit": 0, "credit": 5000},
            {"account": "tax", "debit": 0, "credit": 530},
            {"account": "refunds_due", "debit": 0, "credit": 0},
            {"account": "opening", "debit": 0, "credit": 0},
        ],
        "debit": 5530,
        "credit": 5530,
    }


def test_the_newest_name_of_a_shop_counts_however_late_older_ones_come() -> None:
    desk = five_orders()
    desk.deliver(message(shop_changed(name="New Name"), source=SHOP, version=3))
    desk.deliver(message(shop_changed(name="Old Name"), source=SHOP, version=2))
    shown = content(desk.send(STAFF, f"GET /shops/{SHOP}/orders/ord_0/invoice"))
    assert shown["shop"] == "New Name"
