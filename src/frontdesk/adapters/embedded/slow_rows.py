"""The rows of slow subscribers: what is due, and what becomes of it."""

from collections.abc import Collection
from datetime import datetime

from frontdesk.adapters.embedded.database import Database
from frontdesk.adapters.embedded.rows import EVENT_COLUMNS, event_of, placeholders
from frontdesk.adapters.embedded.settlement import Entry, Parked
from frontdesk.adapters.embedded.store import SqliteStore
from frontdesk.adapters.embedded.transaction import Transaction
from frontdesk.adapters.embedded.writer import Writer
from frontdesk.kernel.records import Commit
from frontdesk.kernel.time import from_micros, to_micros


class PatientStore(SqliteStore):
    """The store for reactions that commit like requests: what was accepted is never shed, however much waits."""

    async def commit(self, commit: Commit) -> None:
        """See `ports.Store`."""
        await self._writer.submit(commit, patient=True)


class DueRows:
    """The table `retries`, as slow subscribers use it. `but` are the places that are at work."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer

    def due(self, subscriber: str, now: datetime, limit: int, but: Collection[int]) -> list[Entry]:
        """Return messages that are due, longest first."""
        if limit <= 0:
            return []
        sql = (
            f"select {EVENT_COLUMNS}, tries from retries join events using(seq)"
            f" where subscriber=? and due<=? and seq not in {placeholders(but)} order by due limit ?"
        )
        rows = self._database.reading.execute(sql, (subscriber, to_micros(now), *but, limit)).fetchall()
        return [Entry(*event_of(row[:-1]), tries=row[-1]) for row in rows]

    def next_due(self, subscriber: str, but: Collection[int]) -> datetime | None:
        """Return when the next one is due, perhaps in the past; None when nothing waits."""
        sql = (
            "select due from retries where subscriber=? and due is not null"
            f" and seq not in {placeholders(but)} order by due limit 1"
        )
        row = self._database.reading.execute(sql, (subscriber, *but)).fetchone()
        return from_micros(row[0]) if row else None

    async def conclude(self, subscriber: str, seq: int, parked: Parked | None) -> None:
        """Forget a row, or keep it as it is to be tried again. Raises Unavailable."""

        def also(transaction: Transaction) -> None:
            if parked is None:
                transaction.database.execute(
                    "delete from retries where subscriber=? and seq=?", (subscriber, seq)
                )
                return
            due = None if parked.due is None else to_micros(parked.due)
            transaction.database.execute(
                "update retries set tries=?, due=?, error=? where subscriber=? and seq=?",
                (parked.tries, due, parked.error, subscriber, seq),
            )

        await self._writer.submit(also=also, patient=True)
