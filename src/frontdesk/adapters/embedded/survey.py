"""What waits and what is stored, counted when somebody asks. On a connection of its own, beside everything else."""

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from frontdesk.adapters.embedded.rows import placeholders
from frontdesk.kernel.time import from_micros

Places = Mapping[str, tuple[int, frozenset[str]]]  # each subscriber's cursor, and the events that it hears

_RETRIES = """
select subscriber, sum(due is not null and tries=0), sum(due is not null and tries>0), sum(due is null),
    min(case when due is not null then seq end)
from retries group by subscriber
"""


@dataclass(slots=True)
class Waiting:
    """What waits for one subscriber: events it has not tried, those to be tried again, dead letters."""

    fresh: int = 0
    retries: int = 0
    dead: int = 0
    oldest: datetime | None = None  # of those that it has not tried or is to try again


@dataclass(frozen=True, slots=True)
class Survey:
    """How things stand. Sizes are bytes."""

    waiting: Mapping[str, Waiting]
    timers: int
    database_bytes: int
    log_bytes: int
    free_bytes: int


def survey(path: Path, places: Places) -> Survey:
    """Count. A database that stands still for a moment is waited for, for a while."""
    with closing(
        sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
    ) as database:
        database.execute("begin")
        waiting = _waiting(database, places)
        timers = database.execute("select count(*) from timers").fetchone()[0]
    room = os.statvfs(path.parent)
    log = path.with_name(f"{path.name}-wal")
    log_bytes = log.stat().st_size if log.exists() else 0
    return Survey(waiting, timers, path.stat().st_size, log_bytes, room.f_bavail * room.f_frsize)


def _waiting(database: sqlite3.Connection, places: Places) -> dict[str, Waiting]:
    newest = database.execute("select coalesce(max(seq), 0) from events").fetchone()[0]
    found = {name: Waiting(max(0, newest - cursor)) for name, (cursor, _) in places.items()}
    first = {name: _next_seq(database, *place) for name, place in places.items()}
    for name, untried, retries, dead, seq in database.execute(_RETRIES).fetchall():
        waiting = found.setdefault(name, Waiting())
        waiting.fresh += untried
        waiting.retries, waiting.dead = retries, dead
        first[name] = min(filter(None, (first.get(name), seq)), default=None)
    for name, place in first.items():
        found[name].oldest = _moment(database, place)
    return found


def _next_seq(database: sqlite3.Connection, cursor: int, names: frozenset[str]) -> int | None:
    sql = f"select seq from events where seq>? and name in {placeholders(names)} order by seq limit 1"
    row = database.execute(sql, (cursor, *names)).fetchone()
    return row[0] if row else None


def _moment(database: sqlite3.Connection, seq: int | None) -> datetime | None:
    row = database.execute("select at from events where seq=?", (seq,)).fetchone()
    return from_micros(row[0]) if row else None
