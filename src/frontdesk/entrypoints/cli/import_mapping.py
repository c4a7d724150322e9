"""The mapping file: which column of the old table is which field of an order. TOML; docs/how-to/move-from-mysql.md."""

import tomllib
from collections import abc
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from frontdesk.entrypoints.cli.mending import CommandError
from frontdesk.entrypoints.validation import decode_body
from frontdesk.kernel.errors import Fault, Invalid
from frontdesk.kernel.shapes import Body

Name = Annotated[str, Meta(min_length=1, max_length=64)]


class Field(Body, frozen=True, kw_only=True):
    """Where a field comes from: a column, some columns joined, or a constant; and what becomes of it.

    `values` translates, `default` stands for what is empty or not in `values`, `drop_if_bad` leaves out what is not
    valid instead of refusing the order.
    """

    column: Name | None = None
    columns: tuple[Name, ...] = ()
    join: str = ", "
    value: str | None = None
    values: abc.Mapping[str, str] = {}
    default: str | None = None
    drop_if_bad: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that it needs."""
        return self.columns if self.column is None else (self.column,)


Source = Name | Field


class Table(Body, frozen=True, kw_only=True):
    """How to read the table. `key`: its unique column; `moments`: how texts are written, as in %d.%m.%Y %H:%M."""

    key: Name | None = None
    time_zone: str = "UTC"
    moments: Name | None = None
    decimal_comma: bool = False


class Customer(Body, frozen=True, kw_only=True):
    """Who ordered."""

    name: Source
    email: Source | None = None
    phone: Source | None = None
    id: Source | None = None


class Delivery(Body, frozen=True, kw_only=True):
    """How it was wanted."""

    method: Source
    address: Source | None = None
    note: Source | None = None


class Order(Body, frozen=True, kw_only=True):
    """The order itself. With `total` (gross) its lines must come to that, give or take `tolerance` minor units."""

    reference: Name
    placed_at: Source
    status: Source
    channel: Source
    currency: Source
    tax_included: bool
    customer: Customer
    delivery: Delivery
    total: Source | None = None
    tolerance: Annotated[int, Meta(ge=0, le=1000)] = 0


class Form(StrEnum):
    """How the lines of an order are kept."""

    JSON = "json"  # a column with a list of objects
    TEXT = "text"  # a column such as Cola:2:1.50;Crisps:1:2.00
    ROWS = "rows"  # a row for each, with the order's reference in each


class Lines(Body, frozen=True, kw_only=True):
    """Where the lines are. Their fields come from a JSON object's members, a text's `parts`, or a row's columns.

    Without `net`, `tax` and `gross` these follow from unit price, quantity and rate, as the shop itself counts.
    """

    form: Form
    sku: Source
    name: Source
    quantity: Source
    unit_price: Source
    tax_rate: Source  # per cent, as in 21 or 5.5
    net: Source | None = None
    tax: Source | None = None
    gross: Source | None = None
    column: Name | None = None
    separators: Annotated[tuple[Name, ...], Meta(min_length=2, max_length=2)] = (";", ":")
    parts: tuple[Name, ...] = ()


class Extra(Body, frozen=True, kw_only=True):
    """A line that the old table keeps as a column of the order: postage, wrapping. Left out where it is 0 or empty."""

    sku: str
    name: str
    amount: Source
    tax_rate: Source


class Mapping(Body, frozen=True, kw_only=True):
    """The whole file. `skus` gives products whose number has changed."""

    order: Order
    lines: Lines
    table: Table = Table()
    extra: tuple[Extra, ...] = ()
    skus: abc.Mapping[str, str] = {}


def load(path: Path) -> Mapping:
    """Read a mapping file. Raises CommandError with everything that is wrong with it."""
    try:
        plain = tomllib.loads(path.read_text())
    except FileNotFoundError:
        raise CommandError(f"There is no {path}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read as TOML: {error}") from None
    try:
        mapping = decode_body(msgspec.json.encode(plain), Mapping)
    except Invalid as invalid:
        raise _wrong(path, invalid.faults) from None
    faults = tuple(_faults(mapping))
    if faults:
        raise _wrong(path, faults)
    return mapping


def check_columns(mapping: Mapping, columns: Iterable[str], where: str) -> None:
    """Raise CommandError for every column that the mapping names and the table does not have."""
    known = set(columns)
    missing = sorted({name for name in columns_of(mapping) if name not in known})
    if missing:
        raise CommandError(f"{where} has no column {', '.join(missing)}. It has: {', '.join(sorted(known))}.")


def columns_of(mapping: Mapping) -> Iterator[str]:
    """Give the columns of the table that a mapping names."""
    order, lines = mapping.order, mapping.lines
    customer, delivery = order.customer, order.delivery
    yield order.reference
    yield from filter(None, (mapping.table.key, lines.column))
    sources = [order.placed_at, order.status, order.channel, order.currency, order.total]
    sources += [customer.name, customer.email, customer.phone, customer.id]
    sources += [delivery.method, delivery.address, delivery.note]
    for extra in mapping.extra:
        sources += [extra.amount, extra.tax_rate]
    if lines.form is Form.ROWS:
        sources += [lines.sku, lines.name, lines.quantity, lines.unit_price, lines.tax_rate]
        sources += [lines.net, lines.tax, lines.gross]
    for source in sources:
        if source is not None:
            yield from field(source).names


def field(source: Source) -> Field:
    """Return a source in its long form."""
    return Field(column=source) if isinstance(source, str) else source


def _faults(mapping: Mapping) -> Iterator[Fault]:
    lines = mapping.lines
    if lines.form is not Form.ROWS and lines.column is None:
        yield Fault("/lines/column", "missing", "Name the column that holds the lines.")
    if lines.form is Form.TEXT and not lines.parts:
        yield Fault("/lines/parts", "missing", "Name the parts of a line, in their order.")
    if len({lines.net is None, lines.tax is None, lines.gross is None}) > 1:
        yield Fault("/lines", "incomplete", "Give all of net, tax and gross, or none.")
    try:
        ZoneInfo(mapping.table.time_zone)
    except (KeyError, OSError, ValueError):
        yield Fault(
            "/table/time_zone", "unknown_value", "Must be the name of a time zone, as in Europe/Madrid."
        )


def _wrong(path: Path, faults: Iterable[Fault]) -> CommandError:
    said = [f"  {fault.pointer or '/'}: {fault.message}" for fault in faults]
    return CommandError("\n".join([f"{path} is not a mapping:", *said]))
