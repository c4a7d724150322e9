"""`ports.Store` on SQLite. Reads are local and quick, so they run on the loop; commits wait for the writer."""

from collections.abc import Mapping, Sequence

from frontdesk.adapters.embedded.database import Database
from frontdesk.adapters.embedded.log import REACTION_LAG_SECONDS, EventLog
from frontdesk.adapters.embedded.writer import Writer
from frontdesk.kernel.errors import Unavailable
from frontdesk.kernel.records import Claim, Commit, Record, Span


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
            record = self._database.reads.record(kind, id)
            if record is None:
                self._database.keep_absent(kind, [id])
            else:
                self._database.keep_hot([record])
        return record

    async def get_many(self, kind: str, ids: Sequence[str]) -> Mapping[str, Record]:
        """See `ports.Store`."""
        found = self._database.hot_many(kind, ids)
        if len(found) == len(ids):
            return found
        cold = [id for id in ids if id not in found and not self._database.is_absent(kind, id)]
        records = self._database.reads.records(kind, cold)
        self._database.keep_hot(records)
        found.update([(record.id, record) for record in records])
        self._database.keep_absent(kind, [id for id in cold if id not in found])
        return found

    async def query(self, kind: str, index: str, partition: str, span: Span) -> list[Record]:
        """See `ports.Store`."""
        return self._database.reads.query(kind, index, partition, span)

    async def counts(self, keys: Sequence[str]) -> Mapping[str, int]:
        """See `ports.Store`."""
        return self._database.counts(keys)

    async def claim(self, key: str) -> Claim | None:
        """See `ports.Store`."""
        return self._database.reads.claim(key)

    def is_busy(self) -> bool:
        """Return whether a commit would be refused now: too much waits, reactions counted in."""
        return self._log.lag() > REACTION_LAG_SECONDS or self._writer.is_late()

    async def commit(self, commit: Commit) -> None:
        """See `ports.Store`. Raises Unavailable at once while too much waits, reactions counted in."""
        if self._log.lag() > REACTION_LAG_SECONDS:
            raise Unavailable
        await self._writer.submit(commit)
