"""`ports.Store` on SQLite. Reads are local and quick, so they run on the loop; commits wait for the writer."""

from collections.abc import Mapping, Sequence
from typing import Any

from frontdesk.adapters.embedded.database import Database
from frontdesk.adapters.embedded.log import REACTION_LAG_SECONDS, EventLog
from frontdesk.adapters.embedded.rows import chunks, placeholders
from frontdesk.adapters.embedded.writer import Writer
from frontdesk.kernel.errors import Unavailable
from frontdesk.kernel.records import Claim, Commit, Record, Span
from frontdesk.kernel.time import from_micros


class SqliteStore:
    """One store for all services of the process."""

    def __init__(self, database: Database, writer: Writer, log: EventLog) -> None:
        self._database = database
        self._writer = writer
        self._log = log

    async def get(self, kind: str, id: str) -> Record | None:
        """See `ports.Store`."""
        record = self._database.hot(kind, id)
        if record is None and not self._database.is_absent(kind, id):
            table = self._database.tables[kind]
            row = self._database.reading.execute(table.by_id, (id,)).fetchone()
            if row is None:
                self._database.keep_absent(kind, [id])
                return None
            record = table.to_record(row)
            self._database.keep_hot([record])
        return record

    async def get_many(self, kind: str, ids: Sequence[str]) -> Mapping[str, Record]:
        """See `ports.Store`."""
        found = self._database.hot_many(kind, ids)
        if len(found) == len(ids):
            return found
        cold = [id for id in ids if id not in found and not self._database.is_absent(kind, id)]
        table = self._database.tables[kind]
        for some in chunks(cold):
            rows = self._database.reading.execute(f"{table.select} where id in {placeholders(some)}", some)
            records = [table.to_record(row) for row in rows]
            self._database.keep_hot(records)
            found.update((record.id, record) for record in records)
        self._database.keep_absent(kind, [id for id in cold if id not in found])
        return found

    async def query(self, kind: str, index: str, partition: str, span: Span) -> list[Record]:
        """See `ports.Store`."""
        table = self._database.tables[kind]
        if index not in table.indexes:
            raise LookupError(f"{kind} declares no index {index}")
        bounds = f"{index}_p=? and {index}_s>=?"
        values: list[Any] = [partition, span.low]
        if span.high:
            bounds += f" and {index}_s<?"
            values.append(span.high)
        order = "desc" if span.newest_first else "asc"
        sql = f"{table.select} where {bounds} order by {index}_s {order} limit ?"
        return [table.to_record(row) for row in self._database.reading.execute(sql, (*values, span.limit))]

    async def counts(self, keys: Sequence[str]) -> Mapping[str, int]:
        """See `ports.Store`."""
        return self._database.counts(keys)

    async def claim(self, key: str) -> Claim | None:
        """See `ports.Store`."""
        row = self._database.reading.execute("select owner, until from claims where key=?", (key,)).fetchone()
        return Claim(row[0], None if row[1] is None else from_micros(row[1])) if row else None

    def is_busy(self) -> bool:
        """Return whether a commit would be refused now: too much waits, reactions counted in."""
        return self._log.lag() > REACTION_LAG_SECONDS or self._writer.is_late()

    async def commit(self, commit: Commit) -> None:
        """See `ports.Store`. Raises Unavailable at once while too much waits, reactions counted in."""
        if self._log.lag() > REACTION_LAG_SECONDS:
            raise Unavailable
        await self._writer.submit(commit)
