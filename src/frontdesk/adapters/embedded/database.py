"""The database file: its connections, and the records that are hot.

One connection writes, one reads, one moves the log (see `checkpoints`). Only one process may have them (see
`directory`), so what was last committed here is what is stored, and a record or counter just written need not be read
again.
"""

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from frontdesk.adapters.embedded.at_hand import AtHand
from frontdesk.adapters.embedded.checkpoints import Checkpoints
from frontdesk.adapters.embedded.copy_tail import Tail
from frontdesk.adapters.embedded.news import News
from frontdesk.adapters.embedded.reads import Reads
from frontdesk.adapters.embedded.rows import EVENT_COLUMNS, KindTable, event_of
from frontdesk.adapters.embedded.schema import prepare
from frontdesk.adapters.embedded.transaction import Transaction
from frontdesk.kernel.kinds import AnyKind
from frontdesk.kernel.messages import Message

CACHE_KIB = 24_576  # of pages; SQLite may look at each of them at every commit, see docs/adr/0012

_PRAGMAS = f"""
pragma journal_mode = wal;
pragma synchronous = full;
pragma wal_autocheckpoint = 0;
pragma busy_timeout = 5000;
pragma cache_size = -{CACHE_KIB};
pragma temp_store = memory;
"""


class Database:
    """Open for one server process. `writing` belongs to the writer alone."""

    def __init__(self, path: Path, kinds: Iterable[AnyKind]) -> None:
        self._path = path
        self._kinds = tuple(kinds)
        self.tables = {kind.name: KindTable(kind) for kind in self._kinds}
        self.writing = self._connect()
        try:
            self._move_log()
            prepare(self.writing, self._kinds)
        except BaseException:
            self.writing.close()
            raise
        self.reading = self._connect()
        self.at_hand = AtHand(Reads(self.reading, self.tables))
        self.tail: Tail | None = None  # of the continuous copy, if there is one
        self.news: News | None = None  # for a worker, if there is one
        self.checkpoints = Checkpoints(self._connect)

    def transaction(self, next_seq: int, *, hot: bool = True) -> Transaction:
        """Return an empty transaction on the writing connection; the caller has begun it.

        Without `hot` it asks the database alone, and so sees what was written before it since the same `begin`.
        """
        known = self.at_hand
        records, absent, counts = (known.hot, known.absent, known.standing) if hot else ({}, {}, {})
        return Transaction(self.writing, self.tables, records, absent, counts, next_seq=next_seq)

    def last_seq(self) -> int:
        """Return the place of the newest event, 0 for none."""
        newest = self.writing.execute("select max(seq) from events").fetchone()[0]
        cursor = self.writing.execute("select max(seq) from cursors").fetchone()[0]
        return max(newest or 0, cursor or 0)

    def events_since(self, seq: int) -> list[tuple[int, Message]]:
        """Return the events from a place on, in order."""
        rows = self.writing.execute(f"select {EVENT_COLUMNS} from events where seq>=? order by seq", (seq,))
        return [event_of(row) for row in rows]

    def remember(self, transaction: Transaction) -> None:
        """Take over what a transaction has made true."""
        self.at_hand.keep_counts(transaction.counted)
        self.checkpoints.wrote(transaction.rows)
        for records in transaction.records.values():
            self.at_hand.keep(records.values())
        if self.news is not None:
            self.news.note(transaction)

    def reopen(self) -> None:
        """Start over on a fresh connection, after a failure that may have left this one in any state.

        To go on is safe even when it was a sync that failed: the index of the log, which the other connections keep
        alive, does not count those frames, and the next commit writes over them.
        """
        if self.news is not None:
            self.news.forget()
        self.at_hand.forget_all()
        self.writing.close()
        self.writing = self._connect()
        self._tell_copy()

    def after_commit(self) -> None:
        """Do what can be done only between two transactions."""
        self._tell_copy()
        self.checkpoints.finish(self.writing)

    def close(self) -> None:
        """Close everything and fold the log into the database."""
        self.checkpoints.close()
        self.reading.close()
        self.writing.execute("pragma wal_checkpoint(truncate)")
        self.writing.close()

    def _move_log(self) -> None:
        """Write what the log holds into the database, before anything is added to it.

        A process that ended after a failed sync leaves frames that can be read and may never have reached the disk; no
        later sync would bring them there, and in a power cut all that follows them in the log would be lost.
        """
        self.writing.execute("pragma wal_checkpoint(truncate)")

    def _tell_copy(self) -> None:
        if self.tail is not None:
            self.tail.take()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, isolation_level=None, check_same_thread=False, cached_statements=512
        )
        connection.executescript(_PRAGMAS)
        return connection
