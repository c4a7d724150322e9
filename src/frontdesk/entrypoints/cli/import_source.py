"""The orders of an old table, in an order that does not change: one row each, or all rows with the same reference."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from frontdesk.entrypoints.cli.import_mapping import Form, Mapping, check_columns
from frontdesk.entrypoints.cli.import_reading import Row
from frontdesk.entrypoints.cli.mending import CommandError

PAGE_ROWS = 1000

Group = tuple[Any, Sequence[Row]]  # an order's place, and its rows


class Rows(Protocol):
    """A table, as far as an import asks. `columns` gives each column's type, `unique` those that could be its key."""

    columns: Any
    unique: Sequence[str]

    def count(self) -> int:
        """Return how many rows there are."""

    def pages(self, by: Sequence[str], size: int, after: Any = None) -> Iterator[Sequence[Row]]:
        """Give the rows behind a place, in the order of these columns."""

    def nulls(self, column: str) -> Iterator[Row]:
        """Give the rows with nothing in a column."""


class OldOrders:
    """See `import_run.Orders`. Raises CommandError when the mapping and the table do not fit."""

    def __init__(self, table: Rows, mapping: Mapping, name: str) -> None:
        check_columns(mapping, table.columns, name)
        self._table = table
        self._reference = mapping.order.reference if mapping.lines.form is Form.ROWS else None
        self.key = self._key(table, mapping, name)

    def groups(self, after: Any) -> Iterator[Sequence[Group]]:
        """Give pages of orders behind a place."""
        if self._reference is None:
            for rows in self._table.pages([self.key], PAGE_ROWS, after):
                yield [(row[self.key], [row]) for row in rows]
        else:
            yield from self._together(self._reference, after)

    def _together(self, by: str, after: Any) -> Iterator[Sequence[Group]]:
        last: list[Row] = []  # the order that the next page may go on with
        for rows in self._table.pages([by, self.key], PAGE_ROWS, after):
            page = []
            for row in rows:
                if last and last[0][by] != row[by]:
                    page.append((last[0][by], last))
                    last = []
                last.append(row)
            yield page
        if last:
            after = last[0][by]
            yield [(after, last)]
        yield [(after, [row]) for row in self._table.nulls(by)]

    @staticmethod
    def _key(table: Rows, mapping: Mapping, name: str) -> str:
        key = mapping.table.key
        if key is None and table.unique:
            return table.unique[0]
        if key is None or key not in table.unique:
            raise CommandError(
                f"{name} has no such unique column. Name one as `key` under [table] of the mapping."
            )
        return key
