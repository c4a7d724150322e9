"""The lines of an order, in each of the forms in which an old table may keep them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from frontdesk.entrypoints.cli import import_values as values
from frontdesk.entrypoints.cli.import_mapping import Extra, Form, Lines
from frontdesk.entrypoints.cli.import_mapping import Mapping as OrderMapping
from frontdesk.entrypoints.cli.import_reading import Reading, Row
from frontdesk.entrypoints.cli.import_values import Bad
from frontdesk.kernel.errors import Fault
from frontdesk.kernel.money import MAX_MINOR, tax_on_top, tax_within

AMOUNTS = ("net", "tax", "gross")
_DECODER = msgspec.json.Decoder(float_hook=str)  # the digits as they are written: no float


def lines_of(
    mapping: OrderMapping, rows: Sequence[Row], places: int | None, faults: list[Fault]
) -> list[dict[str, Any]]:
    """Return the lines of one order as the API takes them. `places`: decimals of its currency, None if unknown."""
    try:
        found = list(_parts(mapping.lines, rows))
    except Bad as bad:
        faults.append(Fault("/lines", bad.code, bad.message))
        found = []
    else:
        if not found:
            faults.append(Fault("/lines", "missing", "The order has no lines."))
    readings = [Reading(part, faults, f"/lines/{place}") for place, part in enumerate(found)]
    lines = [_line(mapping, reading, places) for reading in readings]
    return lines + [
        line for extra in mapping.extra for line in _extra(mapping, extra, rows[0], places, faults)
    ]


def _parts(lines: Lines, rows: Sequence[Row]) -> Iterator[Mapping[str, Any]]:
    """Give the fields of each line, before anything is read from them."""
    if lines.form is Form.ROWS:
        yield from rows
        return
    kept = rows[0].get(lines.column or "")
    if kept is None or kept in ("", b""):
        return
    yield from _json_parts(kept) if lines.form is Form.JSON else _text_parts(lines, values.text(kept))


def _json_parts(kept: Any) -> Iterator[Mapping[str, Any]]:
    try:
        found = _DECODER.decode(kept)
    except (msgspec.DecodeError, UnicodeDecodeError, TypeError, RecursionError):
        raise Bad("not_json", "Must be JSON.") from None
    if not isinstance(found, list) or not all(isinstance(part, dict) for part in found):
        raise Bad("not_a_list", "Must be a list of objects.")
    yield from found


def _text_parts(lines: Lines, kept: str) -> Iterator[Mapping[str, Any]]:
    between, within = lines.separators
    for part in filter(None, (part.strip() for part in kept.split(between))):
        cells = [cell.strip() for cell in part.split(within)]
        if len(cells) != len(lines.parts):
            raise Bad("wrong_parts", f"Each line must have {len(lines.parts)} parts.")
        yield dict(zip(lines.parts, cells, strict=True))


def _line(mapping: OrderMapping, reading: Reading, places: int | None) -> dict[str, Any]:
    lines, comma = mapping.lines, mapping.table.decimal_comma

    def amount(value: Any) -> int:
        return values.minor(value, places or 0, comma=comma) if places is not None else 0

    old_sku = reading.text("sku", lines.sku)
    quantity = reading.read("quantity", lines.quantity, lambda value: values.whole(value, comma=comma))
    unit_price = reading.read("unit_price", lines.unit_price, amount)
    rate = reading.read("tax_rate", lines.tax_rate, lambda value: values.basis_points(value, comma=comma))
    line: dict[str, Any] = {
        "sku": _sku(mapping, reading, old_sku),
        "name": reading.text("name", lines.name),
        "quantity": quantity,
        "unit_price": unit_price,
        "tax_rate": rate,
    }
    if lines.net is not None and lines.tax is not None and lines.gross is not None:
        given = {"net": lines.net, "tax": lines.tax, "gross": lines.gross}
        return line | {name: reading.read(name, source, amount) for name, source in given.items()}
    return line | _amounts(mapping, quantity, unit_price, rate)


def _sku(mapping: OrderMapping, reading: Reading, old: str | None) -> str | None:
    if old is None:
        return None
    sku = mapping.skus.get(old) or values.slug(old)
    if not sku:
        reading.fault("sku", "not_an_id", "Has no letter or digit; name it in the mapping's `skus`.")
    return sku or None


def _extra(
    mapping: OrderMapping, extra: Extra, row: Row, places: int | None, faults: list[Fault]
) -> Iterator[dict[str, Any]]:
    reading, comma = Reading(row, faults, f"/{extra.sku}"), mapping.table.decimal_comma
    found = reading.optional(
        "amount", extra.amount, lambda value: values.minor(value, places or 0, comma=comma)
    )
    if not found:
        return
    rate = reading.read("tax_rate", extra.tax_rate, lambda value: values.basis_points(value, comma=comma))
    line = {"sku": extra.sku, "name": extra.name, "quantity": 1, "unit_price": found, "tax_rate": rate}
    yield line | _amounts(mapping, 1, found, rate)


def _amounts(
    mapping: OrderMapping, quantity: int | None, unit_price: int | None, rate: int | None
) -> dict[str, int | None]:
    if quantity is None or unit_price is None or rate is None or not 0 <= quantity * unit_price <= MAX_MINOR:
        return {"net": None, "tax": None, "gross": None}
    count = tax_within if mapping.order.tax_included else tax_on_top
    found = count(quantity * unit_price, rate)
    return {"net": found.net, "tax": found.tax, "gross": found.gross}
