"""`frontdesk books`: what the books say reaches the person, and the spreadsheet gets text and numbers only."""

import csv
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from typer.testing import CliRunner, Result

from frontdesk.config import Settings
from frontdesk.entrypoints.cli import books
from frontdesk.entrypoints.cli.connection import Api, ApiError
from frontdesk.entrypoints.cli.mending import CommandError
from frontdesk.kernel.callers import Caller
from tests.unit.accounting.books import (
    OWNER,
    PLACED,
    SCOPES,
    SHOP,
    cancelled,
    created,
    dispatched,
    hear,
    open_books,
    returned,
)
from tests.unit.driver import Desk


class Counter(httpx.BaseTransport):
    """The desk in memory, as far as an HTTP client can tell. The caller owns what the command names."""

    def __init__(self, desk: Desk, shops: Collection[str]) -> None:
        self._desk = desk
        self._caller = Caller("operator", SCOPES, {f"shop:{shop}": "owner" for shop in shops})

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx.BaseTransport."""
        body = msgspec.json.decode(request.content) if request.content else None
        line = f"{request.method} {request.url.path}"
        key = {"idempotency_key": request.headers["idempotency-key"]} if request.method == "POST" else {}
        answer = self._desk.send(self._caller, line, body, query=dict(request.url.params), **key)
        return httpx.Response(answer.status, content=answer.body, headers=dict(answer.headers))


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Return a desk that the commands reach, with a sale, a return and a cancellation in its books."""
    found = open_books()
    hear(found, created("ord_1"), dispatched("ord_1"))
    found.clock.advance(timedelta(minutes=1))
    hear(found, created("ord_2"), dispatched("ord_2"))
    found.clock.advance(timedelta(minutes=1))
    hear(found, returned("ord_2"))
    hear(found, created("ord_3"), cancelled("ord_3"))

    @contextmanager
    def connect(_: Settings, shops: Collection[str] = ()) -> Iterator[Api]:
        with httpx.Client(transport=Counter(found, shops), base_url="http://desk") as client:
            yield Api(client, lambda: "token", shops)

    monkeypatch.setattr(books, "connect", connect)
    return found


def run(*arguments: str | Path, shop: str = SHOP) -> Result:
    return CliRunner().invoke(books.app, [*map(str, arguments), "--shop", shop])


def lines(*arguments: str | Path) -> list[list[str]]:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return [line.split("\t") for line in result.stdout.splitlines()]


def ran(*arguments: str | Path) -> Any:
    return msgspec.json.decode(run(*arguments, "--json").stdout)


@pytest.mark.usefixtures("desk")
def test_the_trial_balance_has_two_columns_that_come_to_the_same() -> None:
    assert lines("trial-balance") == [
        ["account", "debit", "credit"],
        ["cash_clearing", "33.18 EUR", ""],
        ["deposits", "", ""],
        ["revenue", "", "10.00 EUR"],
        ["tax", "", "1.06 EUR"],
        ["refunds_due", "", "22.12 EUR"],
        ["opening", "", ""],
        ["all", "33.18 EUR", "33.18 EUR"],
    ]
    assert ran("trial-balance")["debit"] == 3318


@pytest.mark.usefixtures("desk")
def test_an_entry_has_a_line_for_each_account() -> None:
    rows = lines("journal", "list", "--limit", "1")
    assert rows[1:] == [
        ["2026-03-14 08:30:00", "credit", "ord_2", "revenue", "10.00 EUR", "", ""],
        ["", "", "", "tax", "1.06 EUR", "", ""],
        ["", "", "", "refunds_due", "", "11.06 EUR", ""],
    ]
    assert len(ran("journal", "list")) == 7


@pytest.mark.usefixtures("desk")
def test_a_part_of_the_journal_is_chosen_by_its_moments() -> None:
    since, until = PLACED, PLACED + timedelta(seconds=1)
    form = "%Y-%m-%dT%H:%M:%S"
    found = ran("journal", "list", "--since", since.strftime(form), "--until", until.strftime(form))
    assert {entry["what"] for entry in found} == {"paid"}


@pytest.mark.usefixtures("desk")
def test_invoices_and_credit_notes_are_listed() -> None:
    assert lines("invoices")[1] == [
        f"CRN-{SHOP}-000001",
        "2026-03-14 09:32:00",
        "ord_2",
        "10.00 EUR",
        "1.06 EUR",
        "11.06 EUR",
        f"INV-{SHOP}-000002",
    ]
    assert [invoice["number"] for invoice in ran("invoices")][1:] == [
        f"INV-{SHOP}-000002",
        f"INV-{SHOP}-000001",
    ]


def exported(*arguments: str | Path) -> list[dict[str, str]]:
    result = run("journal", "export", *arguments)
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(result.stdout.splitlines()))


@pytest.mark.usefixtures("desk")
def test_the_export_has_a_row_for_each_line_oldest_first_and_adds_up() -> None:
    rows = exported()
    assert len(rows) == 3 * 2 + 2 * 3 + 3 + 2
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    assert sum(int(row["debit_minor"] or 0) for row in rows) == sum(
        int(row["credit_minor"] or 0) for row in rows
    )
    assert rows[0] | {"entry_id": ""} == {
        "entry_id": "",
        "at": "2026-03-14T06:30:00Z",
        "what": "paid",
        "order_id": rows[0]["order_id"],
        "account": "cash_clearing",
        "debit_minor": "1106",
        "credit_minor": "",
        "currency": "EUR",
        "by": "",
        "note": "",
    }


def test_an_export_of_many_pages_has_every_entry_once(desk: Desk) -> None:
    hear(desk, *[created(f"ord_{n}") for n in range(10, 260)])
    ids = [row["entry_id"] for row in exported()]
    assert len(set(ids)) == 250 + 7


@pytest.mark.parametrize("note", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_a_spreadsheet_runs_nothing_of_an_export(desk: Desk, note: str) -> None:
    entry = {
        "currency": "EUR",
        "note": note,
        "lines": [{"account": "tax", "debit": 5}, {"account": "opening", "credit": 5}],
    }
    assert desk.send(OWNER, f"POST /shops/{SHOP}/journal", entry).status == 201
    assert {row["note"] for row in exported() if row["what"] == "manual"} == {f"'{note}"}


@pytest.mark.usefixtures("desk")
def test_an_export_goes_into_a_new_file_only(tmp_path: Path) -> None:
    file = tmp_path / "journal.csv"
    result = run("journal", "export", "--output", file)
    assert (result.exit_code, result.stdout) == (0, "")
    assert f"7 entries in {file}." in result.stderr
    assert len(list(csv.DictReader(file.read_text().splitlines()))) == 17
    again = run("journal", "export", "--output", file)
    assert isinstance(again.exception, CommandError)
    assert "exists" in str(again.exception)


@pytest.mark.usefixtures("desk")
def test_the_books_of_a_shop_that_is_not_there_are_not_found() -> None:
    result = run("trial-balance", shop="elsewhere")
    assert isinstance(result.exception, ApiError)
    assert result.exception.status == 404


def test_a_refund_that_is_paid_is_booked_once_with_its_reference(desk: Desk) -> None:
    paid = run("refund-paid", "ord_2", "--reference", "gateway 8812")
    hear(desk)

    assert "11.06 EUR paid back (ord_2:refund-paid)." in paid.stderr
    assert lines("journal", "list", "--limit", "1")[1][1:] == [
        "refund-paid",
        "ord_2",
        "refunds_due",
        "11.06 EUR",
        "",
        "gateway 8812",
    ]
    again = run("refund-paid", "ord_2", "--reference", "gateway 8813")
    assert isinstance(again.exception, ApiError)
    assert again.exception.code == "nothing_due"


@pytest.mark.usefixtures("desk")
def test_a_refund_is_told_for_machines() -> None:
    assert ran("refund-paid", "ord_3", "--reference", "gateway 9")["note"] == "gateway 9"
