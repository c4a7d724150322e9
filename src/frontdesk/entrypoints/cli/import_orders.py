"""From the rows of one order in an old table to the body of `POST /orders/import`, or to every fault that they have."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from frontdesk.entrypoints.cli import import_values as values
from frontdesk.entrypoints.cli.import_lines import AMOUNTS, lines_of
from frontdesk.entrypoints.cli.import_mapping import Field, Source, field
from frontdesk.entrypoints.cli.import_mapping import Mapping as OrderMapping
from frontdesk.entrypoints.cli.import_reading import Reading, Row
from frontdesk.entrypoints.cli.show import PLACES
from frontdesk.entrypoints.validation import decode_body
from frontdesk.kernel.errors import Fault, Invalid
from frontdesk.services.orders.commands import ImportOrder, NewCustomer, NewDelivery

USUAL_PLACES = 2
UTC_TYPE = "timestamp"  # a column of this type is read in UTC; any other holds local time


@dataclass(frozen=True, slots=True)
class Good:
    """An order that can be sent."""

    key: Any
    reference: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Refused:
    """An order that cannot be taken, and every reason that can be told from here."""

    key: Any
    reference: str
    faults: tuple[Fault, ...]


class Converter:
    """Converts orders by one mapping, for one shop. `types` are those of the table's columns."""

    def __init__(self, mapping: OrderMapping, shop: str, key: str, types: Mapping[str, str]) -> None:
        self._mapping = mapping
        self._shop = shop
        self._key = key
        self._zone = ZoneInfo(mapping.table.time_zone)
        placed_at = field(mapping.order.placed_at).names
        if {types.get(name) for name in placed_at} == {UTC_TYPE}:
            self._zone = ZoneInfo("UTC")

    def order(self, rows: Sequence[Row]) -> Good | Refused:
        """Convert the rows of one order: one, or with lines as rows all that have its reference."""
        faults: list[Fault] = []
        key = rows[0][self._key]
        body = self._body(rows, faults)
        reference = body["reference"] or ""
        faults += _faults_of_shape(body, faults)
        if not faults:
            return Good(key, reference, body)
        return Refused(key, reference, tuple(sorted(faults, key=lambda fault: fault.pointer)))

    def _body(self, rows: Sequence[Row], faults: list[Fault]) -> dict[str, Any]:
        order, reading = self._mapping.order, Reading(rows[0], faults)
        currency = reading.text("currency", order.currency)
        places = None if currency is None else PLACES.get(currency, USUAL_PLACES)
        body: dict[str, Any] = {
            "shop_id": self._shop,
            "reference": reading.text("reference", order.reference),
            "channel": reading.text("channel", order.channel),
            "customer": self._customer(reading),
            "placed_at": reading.read("placed_at", order.placed_at, self._moment),
            "status": reading.text("status", order.status),
            "currency": currency,
            "tax_included": order.tax_included,
            "lines": lines_of(self._mapping, rows, places, faults),
            "delivery": self._delivery(reading),
        }
        if order.total is not None and places is not None and not faults:
            self._check_total(reading, order.total, body["lines"], places)
        return body

    def _customer(self, reading: Reading) -> dict[str, Any]:
        customer = self._mapping.order.customer
        found = {
            "name": reading.text("customer/name", customer.name),
            "email": reading.optional_text("customer/email", customer.email),
            "phone": reading.optional_text("customer/phone", customer.phone),
            "id": reading.optional_text("customer/id", customer.id),
        }
        return _without_bad(found, customer, NewCustomer)

    def _delivery(self, reading: Reading) -> dict[str, Any]:
        delivery = self._mapping.order.delivery
        found = {
            "method": reading.text("delivery/method", delivery.method),
            "address": reading.optional_text("delivery/address", delivery.address),
            "note": reading.optional_text("delivery/note", delivery.note),
        }
        return _without_bad(found, delivery, NewDelivery)

    def _moment(self, value: Any) -> datetime:
        return values.moment(value, self._zone, self._mapping.table.moments)

    def _check_total(
        self, reading: Reading, total: Source, lines: Sequence[Mapping[str, Any]], places: int
    ) -> None:
        comma = self._mapping.table.decimal_comma
        wanted = reading.read("total", total, lambda value: values.minor(value, places, comma=comma))
        gross = [line["gross"] for line in lines]
        if wanted is None or None in gross:
            return
        if abs(sum(gross) - wanted) > self._mapping.order.tolerance:
            reading.fault("total", "wrong_total", "The lines do not come to this.")


def _without_bad(
    found: dict[str, Any], sources: msgspec.Struct, type: type[msgspec.Struct]
) -> dict[str, Any]:
    """Leave out what is empty, and what is not valid where the mapping says to drop it."""
    full = {name: value for name, value in found.items() if value is not None or name in {"name", "method"}}
    droppable = {
        name for name in full if isinstance(source := getattr(sources, name), Field) and source.drop_if_bad
    }
    bad = {fault.pointer[1:] for fault in _shape_of(full, type)} if droppable else set()
    return {name: value for name, value in full.items() if name not in droppable & bad}


def _faults_of_shape(body: Mapping[str, Any], known: Collection[Fault]) -> list[Fault]:
    """Return what the API would refuse, but for what is known already or follows from another fault of the line."""
    pointers = {fault.pointer for fault in known}
    fresh = [fault for fault in _shape_of(body, ImportOrder) if fault.pointer not in pointers]
    lines = {
        _line(pointer) for pointer in (*pointers, *(f.pointer for f in fresh)) if not _is_amount(pointer)
    }
    return [fault for fault in fresh if not (_is_amount(fault.pointer) and _line(fault.pointer) in lines)]


def _line(pointer: str) -> str:
    return pointer.rpartition("/")[0] if pointer.startswith("/lines/") else ""


def _is_amount(pointer: str) -> bool:
    return bool(_line(pointer)) and pointer.rpartition("/")[2] in AMOUNTS


def _shape_of(body: Mapping[str, Any], type: type[msgspec.Struct]) -> tuple[Fault, ...]:
    try:
        decode_body(msgspec.json.encode(body), type)
    except Invalid as invalid:
        return invalid.faults
    return ()
