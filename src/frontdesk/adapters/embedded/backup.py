"""A backup: one folder with a database that is whole at one moment, what else the data folder holds, and a statement.

It is taken beside a running server. The database is read in small steps inside one read transaction, so the server's
writer never waits; only its log cannot begin anew meanwhile, and grows by what is written in those seconds.
"""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from frontdesk.adapters.embedded.backup_files import (
    LEFT_OUT,
    check_outside,
    digest_of,
    file_chunks,
    new_folder,
    side_files,
)
from frontdesk.adapters.embedded.copy_pages import DamagedError
from frontdesk.adapters.embedded.copy_target import CopyRefusedError, write_whole
from frontdesk.adapters.embedded.directory import DataDirectory
from frontdesk.kernel.ports import Clock

FORMAT = 1
STATEMENT = "backup.json"
PAGE_BYTES = 4096
PAGES_AT_ONCE = 512  # 2 MB in one step

Progress = Callable[[int], None]  # so many pages more


class BackedUp(msgspec.Struct, frozen=True):
    """One file of a backup."""

    name: str
    bytes: int
    blake2b: str


class Statement(msgspec.Struct, frozen=True):
    """What a backup holds. Everything answered before `taken_at` is in it."""

    format: int
    made_by: str
    taken_at: datetime
    last_event: int
    rows: Mapping[str, int]
    files: tuple[BackedUp, ...]
    left_out: Mapping[str, str]


class Facts(NamedTuple):
    """What a sound database holds: the place of its newest event, and how many rows each table has."""

    last_event: int
    rows: dict[str, int]


def back_up(
    directory: DataDirectory, into: Path, clock: Clock, made_by: str, progress: Progress = lambda _: None
) -> Statement:
    """Make a backup in a new folder. Raises CopyRefusedError, and DamagedError when what was read is not sound."""
    if not directory.database.exists():
        raise CopyRefusedError(f"There is no desk in {directory.path}.")
    check_outside(directory, into)
    with new_folder(into) as fresh:
        database = fresh / directory.database.name
        taken_at = _copy_database(directory.database, database, clock, progress)
        facts = examine(database)
        for name in side_files(directory):
            place = fresh / name
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(place, file_chunks(directory.path / name))
        names = sorted(path.relative_to(fresh).as_posix() for path in fresh.rglob("*") if path.is_file())
        files = tuple(_described(fresh, name) for name in names)
        made = Statement(FORMAT, made_by, taken_at, facts.last_event, facts.rows, files, LEFT_OUT)
        write_whole(fresh / STATEMENT, [msgspec.json.format(msgspec.json.encode(made), indent=2)])
    return made


def page_count(directory: DataDirectory) -> int:
    """Return how many pages a backup will read, about."""
    return directory.database.stat().st_size // PAGE_BYTES if directory.database.exists() else 0


def examine(database: Path) -> Facts:
    """Return what a database holds that no server has. Raises DamagedError."""
    try:
        with closing(sqlite3.connect(database)) as connection:
            fault = connection.execute("pragma integrity_check(1)").fetchone()[0]
            if fault != "ok":
                raise DamagedError(f"The database is damaged: {fault}")
            tables = [
                row[0] for row in connection.execute("select name from sqlite_schema where type='table'")
            ]
            rows = {name: _one(connection, f'select count(*) from "{name}"') for name in tables}
            newest = (
                _one(connection, "select max(seq) from events"),
                _one(connection, "select max(seq) from cursors"),
            )
    except sqlite3.DatabaseError as error:
        raise DamagedError(f"The database is damaged: {error}") from None
    return Facts(max(newest), rows)


def _copy_database(source: Path, copy: Path, clock: Clock, progress: Progress) -> datetime:
    copy.touch(mode=0o600)
    with (
        closing(sqlite3.connect(source, isolation_level=None)) as reading,
        closing(sqlite3.connect(copy)) as writing,
    ):
        taken_at = clock.now()
        reading.execute("begin")
        reading.execute("select count(*) from sqlite_schema").fetchone()  # from here on it reads this moment
        reading.backup(writing, pages=PAGES_AT_ONCE, progress=lambda *_: progress(PAGES_AT_ONCE), sleep=0)
    return taken_at


def _described(folder: Path, name: str) -> BackedUp:
    path = folder / name
    return BackedUp(name, path.stat().st_size, digest_of(file_chunks(path)))


def _one(connection: sqlite3.Connection, sql: str) -> int:
    return connection.execute(sql).fetchone()[0] or 0
