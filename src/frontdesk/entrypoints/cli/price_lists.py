"""Price lists as CSV files: one line a product, its columns named as in the API, prices in minor units.

Commas, semicolons or tabs: spreadsheets differ, so the heading decides. A faulty row never hides another.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import msgspec

from frontdesk.entrypoints.cli.mending import CommandError
from frontdesk.entrypoints.validation import decode_body
from frontdesk.kernel.errors import Fault, Invalid
from frontdesk.kernel.shapes import check_slugs
from frontdesk.services.catalogue.commands import SetProduct

COLUMNS = (
    "sku",
    "name",
    "category",
    "tax_rate",
    "retail",
    "wholesale_unit_price",
    "wholesale_minimum_quantity",
    "tracked",
)
NEEDED = COLUMNS[:5]
MAX_FILE_BYTES = 16 * 1024 * 1024  # a shop's 10,000 products take about one

_NUMBERS = ("tax_rate", "retail")
_WHOLESALE = "wholesale_"
_NUMBER = re.compile(r"-?[0-9]{1,18}")
_ANSWERS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


class Row(msgspec.Struct, frozen=True):
    """One product of a file, from the line on which it begins; without a `product` the `faults` tell why."""

    line: int
    sku: str
    product: SetProduct | None
    faults: tuple[str, ...] = ()


def read(path: Path) -> list[Row]:
    """Return every row of a file, good or faulty. Raises CommandError when it is no such file at all."""
    text = _text(path)
    heading = text.partition("\n")[0]
    reader = csv.reader(StringIO(text, newline=""), delimiter=max(",;\t", key=heading.count), strict=True)
    try:
        columns = [cell.strip().lower() for cell in next(reader, [])]
        _check_columns(columns)
        return list(_rows(columns, _numbered(reader)))
    except csv.Error as error:
        raise CommandError(
            f"{path.name}, line {reader.line_num}: {error}. The file cannot be read on."
        ) from None


def write(products: Iterable[Mapping[str, Any]]) -> str:
    """Return products, as the API shows them, as a file that `read` takes."""
    file = StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for product in products:
        terms = product["wholesale"] or {"unit_price": "", "minimum_quantity": ""}
        cells = dict(product) | {_WHOLESALE + name: value for name, value in terms.items()}
        cells["tracked"] = "yes" if product["tracked"] else "no"
        writer.writerow([cells[column] for column in COLUMNS])
    return file.getvalue()


def reasons(faults: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return what is wrong with a row, each fault of the API by the column that it is about."""
    return tuple(
        f"{fault['pointer'][1:].replace('/', '_')}: {fault['message']}".removeprefix(": ") for fault in faults
    )


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise CommandError(f"Cannot read {path}: {error.strerror}.") from None
    if len(content) > MAX_FILE_BYTES:
        raise CommandError(f"{path.name} is larger than {MAX_FILE_BYTES // 2**20} MB. Split it.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CommandError(f"{path.name} is not UTF-8. Save it as CSV UTF-8.") from None


def _check_columns(columns: list[str]) -> None:
    missing = [name for name in NEEDED if name not in columns]
    unknown = sorted({name for name in columns if name not in COLUMNS})
    twice = sorted({name for name in columns if columns.count(name) > 1} - set(unknown))
    problems = {"lacks": missing, "has unknown": unknown, "repeats": twice}
    said = [f"{what} {', '.join(map(repr, names))}" for what, names in problems.items() if names]
    if said:
        raise CommandError(f"The heading {'; '.join(said)}. Columns are: {', '.join(COLUMNS)}.")


def _numbered(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that have anything in them, with the line on which each begins."""
    begins = reader.line_num + 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield begins, [cell.strip() for cell in cells]
        begins = reader.line_num + 1


def _rows(columns: list[str], numbered: Iterable[tuple[int, list[str]]]) -> Iterator[Row]:
    lines: dict[str, int] = {}
    for line, cells in numbered:
        named = {column: cell for column, cell in zip(columns, cells, strict=False) if cell}
        sku = named.pop("sku", "")
        faults: tuple[Fault, ...] = ()
        if len(cells) > len(columns):
            faults += (Fault("", "too_many", "The row has more cells than the heading."),)
        if sku in lines:
            faults += (Fault("/sku", "repeated", f"Is already on line {lines[sku]}."),)
        lines.setdefault(sku, line)
        yield _row(line, sku, named, faults)


def _row(line: int, sku: str, named: Mapping[str, str], faults: tuple[Fault, ...]) -> Row:
    product = None
    try:
        check_slugs(sku=sku)
    except Invalid as invalid:
        faults += invalid.faults
    try:
        product = decode_body(msgspec.json.encode(_plain(named)), SetProduct)
    except Invalid as invalid:
        faults += invalid.faults
    if faults:
        return Row(line, sku, None, reasons(msgspec.to_builtins(fault) for fault in faults))
    return Row(line, sku, product)


def _plain(named: Mapping[str, str]) -> dict[str, Any]:
    """Return a row as the API's body. What is no number stays text, for the API's rules to name."""
    plain: dict[str, Any] = {
        column: _number(cell) if column in _NUMBERS else cell
        for column, cell in named.items()
        if not column.startswith(_WHOLESALE)
    }
    if "tracked" in plain:
        plain["tracked"] = _ANSWERS.get(plain["tracked"].lower(), plain["tracked"])
    terms = {
        column.removeprefix(_WHOLESALE): _number(cell)
        for column, cell in named.items()
        if column.startswith(_WHOLESALE)
    }
    return plain | {"wholesale": terms} if terms else plain


def _number(cell: str) -> int | str:
    return int(cell) if _NUMBER.fullmatch(cell) else cell
