"""From rows to orders: each form of lines, the sums, and every fault of a row at once."""

import json
from pathlib import Path
from typing import Any

import pytest

from frontdesk.entrypoints.cli.import_orders import Good, Refused
from tests.unit.takeover.old_rows import JSON_LINES, ORDER, SOUND, converter

TEXT_LINES = """
[lines]
form = "text"
column = "items"
parts = ["name", "quantity", "price"]
sku = "name"
name = "name"
quantity = "quantity"
unit_price = "price"
tax_rate = { value = "10" }
"""

ROW_LINES = """
[lines]
form = "rows"
sku = "sku"
name = "title"
quantity = "quantity"
unit_price = "price"
tax_rate = "vat"
net = "net"
tax = "tax"
gross = "gross"
"""


def good(folder: Path, text: str, *rows: dict[str, Any]) -> Any:
    """Return the body of an order that must be good."""
    found = converter(folder, text).order(rows)
    assert isinstance(found, Good), found
    return found.body


def faults(folder: Path, text: str, *rows: dict[str, Any]) -> set[tuple[str, str]]:
    """Return the faults of an order that must be refused."""
    found = converter(folder, text).order(rows)
    assert isinstance(found, Refused), found
    return {(fault.pointer, fault.code) for fault in found.faults}


def line(**changes: Any) -> dict[str, Any]:
    """Return a row of a table with a row for each line."""
    amounts = {"quantity": 2, "price": "1.00", "vat": "10", "net": "1.82", "tax": "0.18", "gross": "2.00"}
    return {**SOUND, "sku": "Cola", "title": "Cola", **amounts, **changes}


def test_a_line_costs_what_the_shop_itself_would_count(tmp_path: Path) -> None:
    body = good(tmp_path, ORDER + JSON_LINES, {**SOUND})

    assert body["lines"] == [
        {
            "sku": "cola",
            "name": "Cola",
            "quantity": 2,
            "unit_price": 195,
            "tax_rate": 1900,
            "net": 328,
            "tax": 62,
            "gross": 390,
        }
    ]


def test_prices_without_tax_get_it_on_top(tmp_path: Path) -> None:
    text = ORDER.replace("tax_included = true", "tax_included = false") + JSON_LINES

    (found,) = good(tmp_path, text, {**SOUND})["lines"]

    assert (found["net"], found["tax"], found["gross"]) == (390, 74, 464)


def test_a_number_in_json_is_never_a_float(tmp_path: Path) -> None:
    items = '[{"sku":"cola","name":"Cola","quantity":3,"price":0.1}]'

    (found,) = good(tmp_path, ORDER + JSON_LINES, SOUND | {"items": items})["lines"]

    assert found["gross"] == 30


def test_lines_may_be_a_text_with_separators(tmp_path: Path) -> None:
    found = good(tmp_path, ORDER + TEXT_LINES, SOUND | {"items": "Cola:2:1.50; Salt & Vinegar:1:2.00;"})[
        "lines"
    ]

    assert [(one["sku"], one["name"], one["gross"]) for one in found] == [
        ("cola", "Cola", 300),
        ("salt-vinegar", "Salt & Vinegar", 200),
    ]


def test_lines_may_be_rows_with_their_own_amounts(tmp_path: Path) -> None:
    found = good(tmp_path, ORDER + ROW_LINES, line(), line(sku="Tea", gross="2.01", tax="0.19"))["lines"]

    assert [(one["sku"], one["net"], one["tax"], one["gross"]) for one in found] == [
        ("cola", 182, 18, 200),
        ("tea", 182, 19, 201),
    ]


def test_postage_becomes_a_line_where_there_is_any(tmp_path: Path) -> None:
    extra = '[[extra]]\nsku = "postage"\nname = "Postage"\namount = "postage"\ntax_rate = { value = "19" }\n'

    with_postage = good(tmp_path, ORDER + JSON_LINES + extra, SOUND | {"postage": "4.90"})
    without = good(tmp_path, ORDER + JSON_LINES + extra, SOUND | {"postage": "0.00"})

    assert [one["sku"] for one in with_postage["lines"]] == ["cola", "postage"]
    assert [one["sku"] for one in without["lines"]] == ["cola"]


@pytest.mark.parametrize(
    ("total", "tolerance", "wrong"), [("3.90", 0, False), ("3.91", 1, False), ("3.92", 1, True)]
)
def test_the_lines_must_come_to_the_total(tmp_path: Path, total: str, tolerance: int, wrong: bool) -> None:  # noqa: FBT001
    text = f'{ORDER}total = "total"\ntolerance = {tolerance}\n'.replace("[order]\n", "[order]\n", 1)
    found = converter(tmp_path, text + JSON_LINES).order([SOUND | {"total": total}])

    assert isinstance(found, Refused) == wrong


def test_a_field_that_may_be_dropped_is_left_out_when_it_is_not_valid(tmp_path: Path) -> None:
    assert "email" not in good(tmp_path, ORDER + JSON_LINES, SOUND | {"email": "none"})["customer"]
    assert good(tmp_path, ORDER + JSON_LINES, {**SOUND})["customer"]["email"] == "ana@example.com"


def test_a_timestamp_is_utc_and_any_other_column_local(tmp_path: Path) -> None:
    text = '[table]\ntime_zone = "Europe/Madrid"\n' + ORDER + JSON_LINES
    row = SOUND | {"at": "2024-07-05 10:00:00"}

    local = converter(tmp_path, text, at="datetime").order([row])
    utc = converter(tmp_path, text, at="timestamp").order([row])

    assert isinstance(local, Good)
    assert isinstance(utc, Good)
    assert (local.body["placed_at"].hour, utc.body["placed_at"].hour) == (8, 10)


def test_every_fault_of_a_row_is_told_at_once(tmp_path: Path) -> None:
    items = json.dumps([{"sku": "", "name": "x" * 121, "quantity": 0, "price": "1.999"}, {}])
    row = SOUND | {"no": None, "at": "never", "state": "lost", "name": None, "items": items}

    assert faults(tmp_path, ORDER + JSON_LINES, row) == {
        ("/reference", "missing"),
        ("/placed_at", "not_a_moment"),
        ("/status", "unknown_value"),
        ("/customer/name", "missing"),
        ("/lines/0/sku", "missing"),
        ("/lines/0/name", "too_long"),
        ("/lines/0/quantity", "too_small"),
        ("/lines/0/unit_price", "too_many_decimals"),
        ("/lines/1/sku", "missing"),
        ("/lines/1/name", "missing"),
        ("/lines/1/quantity", "missing"),
        ("/lines/1/unit_price", "missing"),
    }


@pytest.mark.parametrize(
    ("items", "code"),
    [
        ("{", "not_json"),
        ("[1]", "not_a_list"),
        ("[" * 5000, "not_json"),
        (b"\xff\xfe", "not_json"),
        (7, "not_json"),
        ("", "missing"),
        ("[]", "missing"),
    ],
)
def test_lines_that_cannot_be_read_are_one_fault(tmp_path: Path, items: Any, code: str) -> None:
    assert faults(tmp_path, ORDER + JSON_LINES, SOUND | {"items": items}) == {("/lines", code)}


def test_a_text_with_a_part_missing_is_one_fault(tmp_path: Path) -> None:
    row = SOUND | {"items": "Cola:2:1.50;Tea"}

    assert faults(tmp_path, ORDER + TEXT_LINES, row) == {("/lines", "wrong_parts")}
