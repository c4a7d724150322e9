"""What an import remembers in the data folder: how far it came, and what it took of each order.

It only saves time. Every order carries a fixed key, so an import that has lost this file takes nothing twice.
"""

import sqlite3
from pathlib import Path
from typing import Any

import msgspec

_SCHEMA = """
create table if not exists taken(reference text primary key, fingerprint text not null) without rowid;
create table if not exists progress(one integer primary key check(one=1), body text not null);
"""


class Counts(msgspec.Struct):
    """What became of the orders of one import, resumed or not."""

    rows: int = 0
    taken: int = 0
    known: int = 0  # taken by an earlier import, and still the same
    changed: int = 0  # taken by an earlier import, and different now
    refused: int = 0
    reasons: dict[str, int] = {}  # how often each fault was found


class Progress(msgspec.Struct):
    """Where an import that did not end stands."""

    source: str  # which table it reads, by which mapping
    after: Any  # the last value of the column that orders the pages, None at the beginning
    counts: Counts
    report_bytes: int = 0


class ImportState:
    """One file for each shop and table."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._database = _opened(path)
        except sqlite3.DatabaseError:  # half a file, out of a restored backup perhaps
            path.unlink()
            self._database = _opened(path)

    def progress(self) -> Progress | None:
        """Return where the last import stopped, None when it ended or there was none."""
        row = self._database.execute("select body from progress").fetchone()
        return None if row is None else msgspec.json.decode(row[0], type=Progress)

    def known(self, references: list[str]) -> dict[str, str]:
        """Return the fingerprint of each of these orders that was taken."""
        marks = ",".join("?" * len(references))
        sql = f"select reference, fingerprint from taken where reference in ({marks})"  # noqa: S608 - only marks
        return dict(self._database.execute(sql, references))

    def save(self, progress: Progress | None, taken: dict[str, str]) -> None:
        """Remember what was taken, and where to go on; None at the end."""
        with self._database:
            self._database.executemany("insert or ignore into taken values(?,?)", taken.items())
            if progress is None:
                self._database.execute("delete from progress")
            else:
                body = msgspec.json.encode(progress).decode()
                self._database.execute("insert or replace into progress values(1,?)", (body,))

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


def _opened(path: Path) -> sqlite3.Connection:
    path.touch(mode=0o600)
    database = sqlite3.connect(path)
    try:
        database.executescript(_SCHEMA)
        database.execute("select count(*) from taken, progress").fetchone()
    except sqlite3.DatabaseError:
        database.close()
        raise
    return database
