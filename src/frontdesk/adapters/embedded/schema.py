"""The tables of the embedded runtime. One for each record kind; the rest serves them all.

Bodies are TEXT, so that an operator can search them with LIKE. Never WITHOUT ROWID where ids are random: each insert
would dirty a page of bodies. Moments are microseconds since the epoch. Source: docs/adr/0003-embedded-engine.md.
"""

import re
import sqlite3
from collections.abc import Iterable

from frontdesk.kernel.kinds import AnyKind
from frontdesk.kernel.records import Record

FORMAT = 1  # of the tables here; a database of a higher one is refused
_NAME = re.compile(r"[a-z][a-z0-9_]*")

_SHARED = """
create table if not exists events(
    seq integer primary key, id text not null, name text not null, schema integer not null, source text not null,
    version integer not null, at integer not null, correlation_id text not null, body text not null);
create table if not exists cursors(subscriber text primary key, seq integer not null) without rowid;
create table if not exists retries(
    subscriber text not null, seq integer not null, tries integer not null, due integer, error text not null,
    primary key(subscriber, seq)) without rowid;
create index if not exists retries_due on retries(subscriber, due) where due is not null;
create table if not exists claims(key text primary key, owner text not null, until integer) without rowid;
create table if not exists counters(key text primary key, count integer not null) without rowid;
create table if not exists timers(
    record_id text not null, name text not null, due integer not null, message text not null,
    primary key(record_id, name)) without rowid;
create index if not exists timers_due on timers(due);
create index if not exists claims_until on claims(until) where until is not null;
create index if not exists retries_dead on retries(subscriber, seq) where due is null;
create table if not exists letter_audit(
    n integer primary key, action text not null, by text not null, at integer not null, reason text not null,
    letter text not null, event text not null, message_id text not null, cause text not null);
create trigger if not exists letter_audit_stays before update on letter_audit
    begin select raise(abort, 'what was done is not rewritten'); end;
create trigger if not exists letter_audit_is_kept before delete on letter_audit
    begin select raise(abort, 'what was done is not forgotten'); end;
"""


class FormatError(Exception):
    """The database was written by a newer version of this program."""


def table(kind: str) -> str:
    """Return the name of the table of a record kind."""
    return f"r_{_checked(kind)}"


def columns(kind: AnyKind) -> list[str]:
    """Return the columns of a kind's table, in the order in which `store` writes and reads them."""
    halves = [f"{_checked(index.name)}_{half}" for index in kind.indexes for half in ("p", "s")]
    return ["id", "version", "schema", "body", "origin", "handled", *halves]


def prepare(database: sqlite3.Connection, kinds: Iterable[AnyKind]) -> None:
    """Create what is missing, in one transaction. Raises FormatError when the database is newer than this program."""
    found = database.execute("pragma user_version").fetchone()[0]
    if found > FORMAT:
        raise FormatError(
            f"This data is of format {found}; this version knows {FORMAT}. Install the newer version."
        )
    statements = [_SHARED, *(_create(kind) for kind in kinds), f"pragma user_version = {FORMAT};"]
    database.executescript(f"begin immediate; {' '.join(statements)} commit;")
    for kind in kinds:
        _match_indexes(database, kind)


def _create(kind: AnyKind) -> str:
    name = table(kind.name)
    return f"""
create table if not exists {name}(
    n integer primary key, id text not null unique, version integer not null, schema integer not null,
    body text not null, origin text not null, handled text not null);
"""


def _match_indexes(database: sqlite3.Connection, kind: AnyKind) -> None:
    """Keep the declared indexes and no other: what nobody keeps up is wrong by the time it is declared again."""
    name = table(kind.name)
    kept = {row[1] for row in database.execute(f"pragma index_list({name})") if row[1].startswith(f"{name}_")}
    wanted = {f"{name}_{index.name}": index.name for index in kind.indexes}
    if kept == wanted.keys():
        return
    database.execute("begin immediate")
    for old in kept - wanted.keys():
        database.execute(f"drop index {old}")
    for fresh in wanted.keys() - kept:
        _create_index(database, name, fresh, wanted[fresh])
    if wanted.keys() - kept:
        _fill(database, kind)
    database.execute("commit")


def _create_index(database: sqlite3.Connection, name: str, index: str, column: str) -> None:
    present = {row[1] for row in database.execute(f"pragma table_info({name})")}
    for half in (f"{column}_p", f"{column}_s"):
        if half not in present:
            database.execute(f"alter table {name} add column {half} text")
    database.execute(f"create index {index} on {name}({column}_p, {column}_s) where {column}_p is not null")


def _fill(database: sqlite3.Connection, kind: AnyKind) -> None:
    name = table(kind.name)
    sets = ",".join(f"{half}=?" for half in columns(kind)[6:])
    for n, id, version, schema, body in database.execute(
        f"select n, id, version, schema, body from {name}"
    ).fetchall():
        keys = kind.load(Record(kind.name, id, version, schema, body)).record().keys
        halves = [half for index in kind.indexes for half in keys.get(index.name, (None, None))]
        database.execute(f"update {name} set {sets} where n=?", (*halves, n))


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot name a table: use lower case letters, digits and underscores")
    return name
