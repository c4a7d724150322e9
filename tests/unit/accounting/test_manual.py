"""What a person books: refunds paid, and balances that a business brings along."""

from typing import Any

import pytest

from frontdesk.kernel.money import MAX_MINOR
from tests.unit.accounting.books import (
    OWNER,
    SHOP,
    STAFF,
    STRANGER,
    balances,
    cancelled,
    created,
    dispatched,
    entries,
    hear,
    open_books,
    returned,
    shop_changed,
)
from tests.unit.driver import content, faults

REFUND = f"POST /shops/{SHOP}/refunds/ord_1/paid"
JOURNAL = f"POST /shops/{SHOP}/journal"


def an_entry(**changes: Any) -> dict[str, Any]:
    entry = {
        "currency": "EUR",
        "note": "Balances from the old books",
        "lines": [
            {"account": "cash_clearing", "debit": 50_000},
            {"account": "tax", "credit": 8_000},
            {"account": "opening", "credit": 42_000},
        ],
    }
    return entry | changes


def test_a_refund_that_is_paid_leaves_nothing_due() -> None:
    desk = open_books()
    hear(desk, created(), cancelled())
    answer = desk.send(OWNER, REFUND, {"reference": "bank 4711"})
    assert answer.status == 201, answer.body
    shown = content(answer)
    assert (shown["entry_id"], shown["by"], shown["note"]) == ("ord_1:refund-paid", "usr_owner", "bank 4711")
    assert entries(desk)["ord_1:refund-paid"] == {"refunds_due": 1106, "cash_clearing": -1106}
    assert balances(desk) == {}


def test_a_return_is_paid_back_like_a_cancellation() -> None:
    desk = open_books()
    hear(desk, created(), dispatched(), returned())
    assert desk.send(OWNER, REFUND, {}).status == 201
    assert balances(desk) == {}


def test_a_refund_is_paid_once() -> None:
    desk = open_books()
    hear(desk, created(), cancelled())
    assert desk.send(OWNER, REFUND, {}).status == 201
    again = desk.send(OWNER, REFUND, {})
    assert (again.status, content(again)["code"]) == (409, "nothing_due")
    assert balances(desk) == {}


def test_a_repeat_with_its_key_is_answered_again() -> None:
    desk = open_books()
    hear(desk, created(), cancelled())
    first = desk.send(OWNER, REFUND, {}, idempotency_key="k")
    again = desk.send(OWNER, REFUND, {}, idempotency_key="k")
    assert (again.status, again.body, again.headers["idempotency-replayed"]) == (201, first.body, "true")


def test_where_nothing_is_due_nothing_is_paid() -> None:
    desk = open_books()
    hear(desk, created())
    refusal = desk.send(OWNER, REFUND, {})
    assert (refusal.status, content(refusal)["code"]) == (409, "nothing_due")
    hear(desk, dispatched())
    assert content(desk.send(OWNER, REFUND, {}))["code"] == "nothing_due"


def test_an_order_that_the_books_do_not_know_is_not_there() -> None:
    desk = open_books()
    hear(desk, shop_changed("other"), source="other")
    hear(desk, created("ord_1", shop_id="other"), cancelled("ord_1", shop_id="other"))
    missing = desk.send(OWNER, f"POST /shops/{SHOP}/refunds/ord_0/paid", {})
    of_another = desk.send(OWNER, REFUND, {})
    assert (missing.status, of_another.status, of_another.body) == (404, 404, missing.body)


def test_a_business_brings_its_balances_along() -> None:
    desk = open_books()
    answer = desk.send(OWNER, JOURNAL, an_entry(at="2026-01-01T00:00:00+01:00"))
    assert answer.status == 201, answer.body
    shown = content(answer)
    assert (shown["what"], shown["at"], shown["by"]) == ("manual", "2025-12-31T23:00:00Z", "usr_owner")
    assert balances(desk) == {"cash_clearing": 50_000, "tax": -8_000, "opening": -42_000}


def test_an_entry_of_now_needs_no_moment_and_is_made_once() -> None:
    desk = open_books()
    first = desk.send(OWNER, JOURNAL, an_entry(), idempotency_key="k")
    again = desk.send(OWNER, JOURNAL, an_entry(), idempotency_key="k")
    assert content(first)["at"] == "2026-03-14T09:30:00Z"
    assert (again.body, again.headers["idempotency-replayed"]) == (first.body, "true")
    assert balances(desk)["cash_clearing"] == 50_000


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"currency": "USD"}, {"/currency": "wrong_currency"}),
        ({"at": "1969-12-31T00:00:00Z"}, {"/at": "out_of_range"}),
        (
            {"lines": [{"account": "tax", "debit": 5}, {"account": "revenue", "credit": 4}]},
            {"/lines": "unbalanced"},
        ),
        (
            {"lines": [{"account": "tax", "debit": 5, "credit": 5}, {"account": "revenue"}]},
            {"/lines/0": "one_side", "/lines/1": "one_side"},
        ),
        (
            {"lines": [{"account": "tax", "debit": 5}, {"account": "tax", "credit": 5}]},
            {"/lines/1/account": "repeated_account"},
        ),
        (
            {
                "currency": "USD",
                "at": "9999-01-01T00:00:00Z",
                "lines": [{"account": "tax", "debit": 5}, {"account": "tax", "debit": 5}],
            },
            {
                "/currency": "wrong_currency",
                "/at": "out_of_range",
                "/lines": "unbalanced",
                "/lines/1/account": "repeated_account",
            },
        ),
        (
            {"lines": [{"account": "tax", "debit": 0}] * 2},
            {"/lines/0/debit": "too_small", "/lines/1/debit": "too_small"},
        ),
        ({"lines": [{"account": "petty cash", "debit": 1}] * 2}, None),
        ({"note": ""}, None),
    ],
)
def test_every_fault_of_an_entry_is_named_at_once(
    changes: dict[str, Any], found: dict[str, str] | None
) -> None:
    desk = open_books()
    answer = desk.send(OWNER, JOURNAL, an_entry(**changes))
    told = faults(answer)
    assert found is None or told == found
    assert entries(desk) == {}


def test_a_sum_that_no_client_can_hold_is_refused() -> None:
    desk = open_books()
    lines = [
        {"account": "tax", "debit": MAX_MINOR},
        {"account": "deposits", "debit": MAX_MINOR},
        {"account": "revenue", "credit": MAX_MINOR},
        {"account": "opening", "credit": MAX_MINOR},
    ]
    assert faults(desk.send(OWNER, JOURNAL, an_entry(lines=lines))) == {"/lines": "total_too_large"}


@pytest.mark.parametrize("line", [REFUND, JOURNAL])
def test_only_the_owner_of_the_shop_may_write_in_its_books(line: str) -> None:
    desk = open_books()
    hear(desk, created(), cancelled())
    before = entries(desk)
    body = {} if line == REFUND else an_entry()
    for caller in (STAFF, STRANGER):
        assert desk.send(caller, line, body).status == 404
    assert entries(desk) == before


def test_a_shop_that_the_catalogue_has_not_told_of_has_no_books() -> None:
    desk = open_books("other")
    assert desk.send(OWNER, JOURNAL, an_entry()).status == 404
