"""A data directory as it was at one moment, also beside a running server. Nothing here writes.

One SQLite read transaction is the moment: every answer of one reader is of the same state. While it is open the
write-ahead log cannot start over, so a reader is not kept for longer than its work takes.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from frontdesk.adapters.embedded.directory import DataDirectory
from frontdesk.adapters.embedded.rows import placeholders
from frontdesk.adapters.embedded.schema import FORMAT, FormatError, table
from frontdesk.kernel.records import Record

CACHE_KIB = 64 * 1024
BUSY_MS = 5_000  # that opening waits for somebody who repairs the log after a crash
AFTER_ALL = "\U0010ffff"  # no key has this character, so what begins with a prefix lies before prefix + this

_FRESH = """
select ? as subscriber, name, body, '' as error, 0 as dead from events
where seq > coalesce((select seq from cursors where subscriber = ?), 0) and name in {names}"""
_FAILED = """
select ?, name, body, error, due is null from retries join events using(seq) where subscriber = ?"""
_BY_KEY = """
select key, subscriber, name, iif(key = '', body, ''), error, dead from (
    select *, coalesce(cast(iif(json_valid(body), json_extract(body, ?), null) as text), '') as key from ({found}))
order by key"""


class Undelivered(msgspec.Struct, frozen=True):
    """An event that a subscriber has not taken in. `error` is why it failed last, "" if it has not; `is_dead` ends it.

    `key` is the field of the event that was asked for; an event without that field has "" and shows its `body`.
    """

    key: str
    subscriber: str
    event: str
    body: str
    error: str
    is_dead: bool


class NoDataError(Exception):
    """There is no database in this folder."""


class Reader:
    """One moment of a data directory, from `with` to its end. `subscribers` are the events that each one takes.

    Raises NoDataError, and FormatError when a newer version has written the data.
    """

    def __init__(self, data: Path, subscribers: Mapping[str, Sequence[str]]) -> None:
        path = DataDirectory(data).database
        if not path.exists():
            raise NoDataError(f"There is no data in {data}. Name the folder with --data.")
        self._subscribers = subscribers
        self._database = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
        )
        self._database.execute(f"pragma cache_size = -{CACHE_KIB}")
        self._database.execute(f"pragma busy_timeout = {BUSY_MS}")
        self._database.execute("begin")  # the first read, on the next line, fixes the moment
        found = self._one("pragma user_version")
        self._tables = {name for (name,) in self._rows("select name from sqlite_master where type='table'")}
        if found > FORMAT:
            self._database.close()
            raise FormatError(
                f"This data is of format {found}; this version knows {FORMAT}. Install the newer version."
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def size(self, kind: str) -> int:
        """Return about how many records of a kind there are: none was ever deleted."""
        name = table(kind)
        return self._one(f"select coalesce(max(n), 0) from {name}") if name in self._tables else 0

    def scan(self, kind: str) -> Iterator[Record]:
        """Yield every record of a kind in the order of ids, without index entries. Holds one at a time."""
        name = table(kind)
        if name not in self._tables:
            return
        for id, version, schema, body in self._rows(
            f"select id, version, schema, body from {name} order by id"
        ):
            yield Record(kind, id, version, schema, body)

    def counters(self, prefix: str) -> Iterator[tuple[str, int]]:
        """Yield the counters whose keys begin so, in the order of keys."""
        yield from self._rows(
            "select key, count from counters where key >= ? and key < ? order by key",
            prefix,
            prefix + AFTER_ALL,
        )

    def undelivered(self, field: str) -> Iterator[Undelivered]:
        """Yield what was published and not taken in, in the order of one field of the events.

        A running subscriber may be past the newest of these, if they had no effect on it.
        """
        parts: list[str] = []
        values: list[str] = [f"$.{field}"]
        for subscriber, names in self._subscribers.items():
            parts += [_FRESH.format(names=placeholders(names)), _FAILED]
            values += [subscriber, subscriber, *names, subscriber, subscriber]
        if parts:
            sql = _BY_KEY.format(found=" union all ".join(parts))
            for key, subscriber, event, body, error, dead in self._rows(sql, *values):
                yield Undelivered(key, subscriber, event, body, error, bool(dead))

    def _rows(self, sql: str, *values: object) -> Iterator[Any]:
        return self._database.execute(sql, values)

    def _one(self, sql: str) -> int:
        found: int = self._database.execute(sql).fetchone()[0]
        return found
