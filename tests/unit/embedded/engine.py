"""The embedded engine without a server: what a test opens, feeds and looks into."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from frontdesk.adapters.embedded.database import Database
from frontdesk.adapters.embedded.log import EventLog
from frontdesk.adapters.embedded.store import SqliteStore
from frontdesk.adapters.embedded.writer import Writer
from frontdesk.adapters.memory.clock import FixedClock
from frontdesk.kernel.kinds import Index, Kind
from frontdesk.kernel.messages import Message
from frontdesk.kernel.records import Commit, Record

NOW = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)


class Jar(msgspec.Struct, frozen=True):
    """Something to keep: so many sweets on a shelf."""

    sweets: int = 0
    shelf: str = "top"


JARS = Kind("jar", Jar, indexes=(Index("by_shelf", lambda jar: jar.shelf, lambda jar: f"{jar.sweets:05}"),))


@dataclass
class Engine:
    """Everything that the runtime puts together, but for tasks."""

    database: Database
    log: EventLog
    writer: Writer
    store: SqliteStore
    clock: FixedClock

    def rows(self, sql: str, *values: object) -> list[Any]:
        """Return what a second look into the file finds."""
        with sqlite3.connect(self.database.reading.execute("pragma database_list").fetchone()[2]) as outside:
            found = outside.execute(sql, values).fetchall()
        outside.close()
        return found


@asynccontextmanager
async def opened(folder: Path, clock: FixedClock | None = None) -> AsyncIterator[Engine]:
    """Open the data in a folder; close it at the end as a graceful stop does."""
    hands = clock or FixedClock(NOW)
    database = Database(folder / "frontdesk.db", [JARS])
    log = EventLog(database, hands)
    writer = Writer(database, hands, log.grown)
    log.writer = writer
    try:
        yield Engine(database, log, writer, SqliteStore(database, writer, log), hands)
    finally:
        await writer.close()
        database.close()


def jar(id: str, version: int = 1, **fields: Any) -> Record:
    """Return a jar as a store keeps it."""
    stored = JARS.new(id, Jar(**fields))
    return msgspec.structs.replace(stored.record(), version=version)


def event(id: str, name: str = "Jar Filled") -> Message:
    """Return a message about a jar; `id` makes it unique."""
    return Message(f"jar:{id}:1:0", name, 1, id, 1, NOW, "test", '{"sweets":1}')


def save(id: str, version: int = 1, *, events: tuple[Message, ...] = (), **fields: Any) -> Commit:
    """Return a commit of one jar."""
    return Commit(changes=(jar(id, version, **fields),), events=events)


@dataclass
class FailingConnection:
    """A connection on which statements that begin so fail, once each: before they run, or after."""

    real: sqlite3.Connection
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        """See sqlite3.Connection."""
        self._fail(self.before, sql)
        found = self.real.execute(sql, *values)
        self._fail(self.after, sql)
        return found

    def executemany(self, sql: str, rows: Any) -> sqlite3.Cursor:
        """See sqlite3.Connection."""
        self._fail(self.before, sql)
        return self.real.executemany(sql, rows)

    def close(self) -> None:
        """See sqlite3.Connection."""
        self.real.close()

    @staticmethod
    def _fail(planned: list[str], sql: str) -> None:
        for start in planned:
            if sql.startswith(start):
                planned.remove(start)
                raise sqlite3.OperationalError("disk I/O error")


def break_on(engine: Engine, *, before: tuple[str, ...] = (), after: tuple[str, ...] = ()) -> None:
    """Let the writing connection fail; the one that follows it is sound."""
    broken: Any = FailingConnection(engine.database.writing, list(before), list(after))
    engine.database.writing = broken
