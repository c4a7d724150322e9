"""The store on SQLite: the parts of the embedded runtime that a commit passes through, without its subscribers."""

import asyncio
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from frontdesk.adapters.embedded.database import Database
from frontdesk.adapters.embedded.log import EventLog
from frontdesk.adapters.embedded.rows import EVENT_COLUMNS, event_of
from frontdesk.adapters.embedded.store import SqliteStore
from frontdesk.adapters.embedded.writer import Writer
from frontdesk.adapters.memory.clock import FixedClock
from frontdesk.kernel.messages import Message
from frontdesk.kernel.records import SetTimer
from frontdesk.kernel.time import from_micros
from tests.contract.examples import KINDS, START
from tests.contract.stores import Moment, StoreUnderTest
from tests.contract.workers import Loop


class BreakingCommit:
    """A connection whose next COMMIT fails, before or after SQLite has done it."""

    def __init__(self, connection: sqlite3.Connection, moment: Moment) -> None:
        self._connection = connection
        self._moment = moment

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Run a statement, unless it is the COMMIT."""
        if sql != "commit":
            return self._connection.execute(sql, values)
        if self._moment == "after":
            self._connection.execute(sql)
        raise sqlite3.OperationalError("disk I/O error")


@contextmanager
def open_sqlite(folder: Path) -> Iterator[StoreUnderTest]:
    """Open a database in an empty folder."""
    clock = FixedClock(START)
    with asyncio.Runner() as runner:
        database = Database(folder / "contract.db", KINDS)
        log = EventLog(database, clock)
        writer = runner.run(_writer(database, clock, log))
        log.writer = writer

        def break_next(moment: Moment) -> None:
            database.writing = BreakingCommit(database.writing, moment)  # type: ignore[assignment] # it quacks

        yield StoreUnderTest(
            SqliteStore(database, writer, log),
            clock,
            Loop(runner),
            events=lambda: _events(database),
            timers=lambda: _timers(database),
            settle=lambda: None,
            break_next_commit=break_next,
        )
        runner.run(writer.close())
        database.close()


async def _writer(database: Database, clock: FixedClock, log: EventLog) -> Writer:
    return Writer(database, clock, log.grown)


def _events(database: Database) -> list[Message]:
    rows = database.reading.execute(f"select {EVENT_COLUMNS} from events order by seq")  # noqa: S608 - a constant
    return [event_of(row)[1] for row in rows]


def _timers(database: Database) -> dict[tuple[str, str], SetTimer]:
    rows = database.reading.execute("select record_id, name, due, message from timers")
    return {
        (record_id, name): SetTimer(
            record_id, name, from_micros(due), msgspec.json.decode(text, type=Message)
        )
        for record_id, name, due, text in rows
    }
