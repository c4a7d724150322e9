"""Reading what is committed, from the database itself: nothing is kept at hand."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from frontdesk.adapters.embedded.rows import KindTable, chunks, placeholders
from frontdesk.kernel.records import Claim, Record, Span
from frontdesk.kernel.time import from_micros


class Reads:
    """What one connection reads. Each call sees every commit before it."""

    def __init__(self, database: sqlite3.Connection, tables: Mapping[str, KindTable]) -> None:
        self._database = database
        self._tables = tables

    def record(self, kind: str, id: str) -> Record | None:
        """Return a record, or None."""
        table = self._tables[kind]
        row = self._database.execute(table.by_id, (id,)).fetchone()
        return None if row is None else table.to_record(row)

    def records(self, kind: str, ids: Sequence[str]) -> list[Record]:
        """Return those of these records that exist, in any order."""
        table = self._tables[kind]
        found: list[Record] = []
        for some in chunks(ids):
            rows = self._database.execute(f"{table.select} where id in {placeholders(some)}", some)
            found += [table.to_record(row) for row in rows]
        return found

    def query(self, kind: str, index: str, partition: str, span: Span) -> list[Record]:
        """See `ports.Store.query`."""
        table = self._tables[kind]
        if index not in table.indexes:
            raise LookupError(f"{kind} declares no index {index}")
        bounds = f"{index}_p=? and {index}_s>=?"
        values: list[Any] = [partition, span.low]
        if span.high:
            bounds += f" and {index}_s<?"
            values.append(span.high)
        order = "desc" if span.newest_first else "asc"
        sql = f"{table.select} where {bounds} order by {index}_s {order} limit ?"
        return [table.to_record(row) for row in self._database.execute(sql, (*values, span.limit))]

    def counts(self, keys: Sequence[str]) -> dict[str, int]:
        """Return where counters stand, 0 for those that nothing was ever added to."""
        found = dict.fromkeys(keys, 0)
        for some in chunks(keys):
            sql = f"select key, count from counters where key in {placeholders(some)}"
            found.update(self._database.execute(sql, some))
        return found

    def claim(self, key: str) -> Claim | None:
        """Return who holds a key, lapsed or not, or None."""
        row = self._database.execute("select owner, until from claims where key=?", (key,)).fetchone()
        return Claim(row[0], None if row[1] is None else from_micros(row[1])) if row else None
