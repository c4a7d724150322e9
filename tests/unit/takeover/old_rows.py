"""An old table in memory, and mappings of it."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from frontdesk.entrypoints.cli import import_mapping
from frontdesk.entrypoints.cli.import_orders import Converter

SHOP = "corner"

ORDER = """
[order]
reference = "no"
placed_at = "at"
status = { column = "state", values = { open = "NEW", done = "DELIVERED" } }
channel = { value = "web" }
currency = { value = "EUR" }
tax_included = true
customer.name = "name"
customer.email = { column = "email", drop_if_bad = true }
delivery.method = { value = "collection" }
"""

JSON_LINES = """
[lines]
form = "json"
column = "items"
sku = "sku"
name = "name"
quantity = "quantity"
unit_price = "price"
tax_rate = { value = "19" }
"""

SOUND: dict[str, Any] = {
    "id": 1,
    "no": "A-1",
    "at": "2024-07-05T10:00:00+00:00",
    "state": "done",
    "name": "Ana",
    "email": "ana@example.com",
    "items": '[{"sku":"cola","name":"Cola","quantity":2,"price":"1.95"}]',
}


@dataclass
class OldRows:
    """See `import_source.Rows`."""

    rows: Sequence[Mapping[str, Any]]
    unique: Sequence[str] = ("id",)
    columns: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.columns = {name: "varchar" for row in self.rows for name in row}

    def count(self) -> int:
        """See `Rows`."""
        return len(self.rows)

    def pages(self, by: Sequence[str], size: int, after: Any = None) -> Iterator[Sequence[Mapping[str, Any]]]:
        """See `Rows`. Pages of two, so that orders lie across them."""
        full = sorted(
            (row for row in self.rows if row[by[0]] is not None), key=lambda row: [row[n] for n in by]
        )
        behind = [row for row in full if after is None or row[by[0]] > after]
        for start in range(0, len(behind) + 1, 2):
            yield behind[start : start + 2]

    def nulls(self, column: str) -> Iterator[Mapping[str, Any]]:
        """See `Rows`."""
        return (row for row in self.rows if row[column] is None)


def mapping(folder: Path, text: str) -> import_mapping.Mapping:
    """Return a mapping file's content, read as the command reads it."""
    assert tomllib.loads(text)
    path = folder / "mapping.toml"
    path.write_text(text)
    return import_mapping.load(path)


def converter(folder: Path, text: str = ORDER + JSON_LINES, **types: str) -> Converter:
    """Return a converter by a mapping file."""
    return Converter(mapping(folder, text), SHOP, "id", types)
