"""Mapping files: what is wrong with one is told at once, before anything is read."""

from pathlib import Path

import pytest

from frontdesk.entrypoints.cli.import_mapping import check_columns, columns_of, load
from frontdesk.entrypoints.cli.import_source import OldOrders
from frontdesk.entrypoints.cli.mending import CommandError
from tests.unit.takeover.old_rows import JSON_LINES, ORDER, SOUND, OldRows, mapping
from tests.unit.takeover.test_orders import ROW_LINES, TEXT_LINES


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (ORDER, ["/lines: This field is required."]),
        (ORDER + JSON_LINES.replace('column = "items"', ""), ["/lines/column"]),
        (ORDER + TEXT_LINES.replace('parts = ["name", "quantity", "price"]', ""), ["/lines/parts"]),
        (ORDER + ROW_LINES.replace('net = "net"', ""), ["/lines: Give all of net, tax and gross"]),
        ('[table]\ntime_zone = "Mars"\n' + ORDER + JSON_LINES, ["/table/time_zone"]),
        (ORDER + JSON_LINES + "colour = 1\nshape = 2\n", ["/lines/colour", "/lines/shape"]),
    ],
)
def test_a_mapping_that_is_wrong_is_told_field_by_field(tmp_path: Path, text: str, told: list[str]) -> None:
    with pytest.raises(CommandError) as refused:
        mapping(tmp_path, text)

    assert all(part in str(refused.value) for part in told)


def test_a_file_that_is_no_toml_is_told(tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text("[order")

    with pytest.raises(CommandError, match="TOML"):
        load(tmp_path / "broken.toml")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no"):
        load(tmp_path / "missing.toml")


def test_the_columns_of_a_mapping_are_those_that_it_reads(tmp_path: Path) -> None:
    shared = {"no", "at", "state", "name", "email"}

    assert set(columns_of(mapping(tmp_path, ORDER + JSON_LINES))) == shared | {"items"}
    assert set(columns_of(mapping(tmp_path, ORDER + ROW_LINES))) == shared | {
        "sku",
        "title",
        "quantity",
        "price",
        "vat",
        "net",
        "tax",
        "gross",
    }


def test_every_column_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="email, state"):
        check_columns(mapping(tmp_path, ORDER + JSON_LINES), ["no", "at", "name", "items"], "orders")


def test_a_table_without_a_unique_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="unique column"):
        OldOrders(OldRows([SOUND], unique=()), mapping(tmp_path, ORDER + JSON_LINES), "orders")


def test_a_key_that_is_not_unique_is_refused(tmp_path: Path) -> None:
    text = '[table]\nkey = "name"\n' + ORDER + JSON_LINES

    with pytest.raises(CommandError, match="unique column"):
        OldOrders(OldRows([SOUND]), mapping(tmp_path, text), "orders")


def test_rows_of_one_order_are_together_whatever_page_they_lie_on(tmp_path: Path) -> None:
    names = ("a", "b", "b", "b", "b", "c", None, "d", "a")
    fields = dict.fromkeys(columns_of(mapping(tmp_path, ORDER + ROW_LINES)))
    rows = [{**fields, "id": id, "no": name} for id, name in enumerate(names)]
    orders = OldOrders(OldRows(rows), mapping(tmp_path, ORDER + ROW_LINES), "order_lines")

    found = [[row["id"] for row in group] for page in orders.groups(None) for _, group in page]
    behind = [[row["id"] for row in group] for page in orders.groups("b") for _, group in page]

    assert found == [[0, 8], [1, 2, 3, 4], [5], [7], [6]]
    assert behind == [[5], [7], [6]]
