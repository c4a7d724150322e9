"""Whether a data folder is sound: looked at without changing anything, beside a running server if there is one."""

import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from enum import StrEnum
from typing import Any

import msgspec

from frontdesk.adapters.embedded.directory import DataDirectory
from frontdesk.adapters.embedded.schema import FORMAT, table
from frontdesk.kernel.kinds import AnyKind
from frontdesk.kernel.ports import Clock
from frontdesk.kernel.records import Record
from frontdesk.kernel.time import to_micros

FREE_BYTES_NEEDED = 512 * 1024 * 1024  # below: a problem
FREE_BYTES_WISHED = 2 * 1024 * 1024 * 1024  # below, or below the database's own size: a warning
LATE_TIMER_SECONDS = 300  # a running server fires within 60 s
OTHERS_MAY = 0o077


class Verdict(StrEnum):
    """What a check came to."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


class Finding(msgspec.Struct, frozen=True):
    """One check, what it came to, and what to do where that is not obvious."""

    check: str
    verdict: Verdict
    detail: str


def check_folder(
    directory: DataDirectory,
    kinds: Sequence[AnyKind],
    subscribers: Iterable[str],
    clock: Clock,
    *,
    deep: bool = False,
) -> list[Finding]:
    """Return what every check came to. `deep` decodes every record too, which takes a minute for a few million."""
    if not directory.database.exists():
        return [_problem("database", f"There is no desk in {directory.path}.")]
    findings = [_permissions(directory), _disk(directory)]
    with closing(sqlite3.connect(directory.database, isolation_level=None)) as database:
        try:
            broken = _sound(database)
            if broken is not None:
                return [*findings, broken]
            database.execute("begin")  # one moment for all that follows
            findings += [
                Finding("database", Verdict.OK, "Every page and index is sound."),
                _format(database),
                *_tables(database, kinds),
                *_log(database, set(subscribers)),
                _dead_letters(database),
                *_orphans(database),
                _timers(database, clock, running=directory.holder() is not None),
            ]
            if deep:
                findings += [_records(database, kind) for kind in kinds]
        except sqlite3.DatabaseError as error:
            findings.append(_problem("database", f"It cannot be read: {error}"))
    return findings


def is_sound(findings: Iterable[Finding]) -> bool:
    """Return whether nothing found is a problem."""
    return all(finding.verdict is not Verdict.PROBLEM for finding in findings)


def _sound(database: sqlite3.Connection) -> Finding | None:
    fault = _one(database, "pragma integrity_check(1)")
    return None if fault == "ok" else _problem("database", f"Damaged: {fault}. Restore a backup or the copy.")


def _permissions(directory: DataDirectory) -> Finding:
    open_folder = directory.path.stat().st_mode & OTHERS_MAY
    exposed = [
        path for path in directory.path.rglob("*") if path.is_file() and path.stat().st_mode & OTHERS_MAY
    ]
    if open_folder and exposed:
        names = ", ".join(sorted(path.relative_to(directory.path).as_posix() for path in exposed)[:5])
        return _problem("permissions", f"Others can read {names}. Run: chmod -R go= {directory.path}")
    return Finding("permissions", Verdict.OK, "Only the owner can read the folder.")


def _disk(directory: DataDirectory) -> Finding:
    free = shutil.disk_usage(directory.path).free
    size = directory.database.stat().st_size
    text = f"{_megabytes(free)} free, the database has {_megabytes(size)}."
    if free < FREE_BYTES_NEEDED:
        return _problem("disk", text)
    short = free < max(FREE_BYTES_WISHED, size)
    return Finding("disk", Verdict.WARNING if short else Verdict.OK, text)


def _format(database: sqlite3.Connection) -> Finding:
    found = _one(database, "pragma user_version")
    if found != FORMAT:
        return _problem("format", f"The data has format {found}, this version writes {FORMAT}.")
    return Finding("format", Verdict.OK, f"Format {found}.")


def _tables(database: sqlite3.Connection, kinds: Sequence[AnyKind]) -> Iterator[Finding]:
    present = {row[0] for row in database.execute("select name from sqlite_schema where type='table'")}
    own = {table(kind.name): kind for kind in kinds}
    strange = sorted(name for name in present if name.startswith("r_") and name not in own)
    newer = [
        kind.name
        for name, kind in own.items()
        if name in present and (_one(database, f"select max(schema) from {name}") or 0) > kind.schema
    ]
    if newer:
        yield _problem("records", f"Written by a newer version: {', '.join(newer)}.")
    if strange:
        yield Finding("records", Verdict.WARNING, f"No service knows these tables: {', '.join(strange)}.")
    if not newer and not strange:
        count = sum(_one(database, f"select count(*) from {name}") for name in own if name in present)
        yield Finding("records", Verdict.OK, f"{count} in {len(own)} tables.")


def _log(database: sqlite3.Connection, known: set[str]) -> Iterator[Finding]:
    newest = _one(database, "select max(seq) from events") or 0
    cursors = dict(database.execute("select subscriber, seq from cursors"))
    head = max([newest, *cursors.values()])
    slowest = min(cursors.values(), default=head)
    held = _one(database, "select count(*) from events where seq>?", slowest)
    if newest and held != newest - min(slowest, newest):
        yield _problem("event log", f"Events are missing between {slowest} and {newest}.")
    else:
        yield Finding("event log", Verdict.OK, f"Whole up to event {head}.")
    absent = sorted(cursors.keys() - known)
    if absent:
        text = f"Nobody runs these subscribers, and events are kept for them: {', '.join(absent)}."
        yield Finding("subscribers", Verdict.WARNING, text)
    behind = {name: head - seq for name, seq in cursors.items() if head > seq and name in known}
    text = ", ".join(f"{name} {count}" for name, count in sorted(behind.items()))
    yield Finding(
        "backlog", Verdict.OK, f"Events to take in: {text}." if behind else "Everything is taken in."
    )


def _dead_letters(database: sqlite3.Connection) -> Finding:
    sql = "select subscriber, count(*) from retries where due is null group by subscriber order by subscriber"
    dead = dict(database.execute(sql))
    if not dead:
        return Finding("dead letters", Verdict.OK, "None.")
    text = ", ".join(f"{name} {count}" for name, count in dead.items())
    return _problem("dead letters", f"{text}. See: frontdesk dead-letters list")


def _orphans(database: sqlite3.Connection) -> Iterator[Finding]:
    lost = _one(database, "select count(*) from retries where seq not in (select seq from events)")
    if lost:
        yield _problem("retries", f"{lost} wait for events that are gone.")
    else:
        yield Finding("retries", Verdict.OK, "Each has its event.")
    below = _one(
        database, "select count(*) from retries join cursors using(subscriber) where retries.seq>cursors.seq"
    )
    if below:
        yield _problem("retries", f"{below} lie before their subscriber's cursor: they would be done twice.")


def _timers(database: sqlite3.Connection, clock: Clock, *, running: bool) -> Finding:
    until = to_micros(clock.now()) - LATE_TIMER_SECONDS * 1_000_000
    late = _one(database, "select count(*) from timers where due<?", until)
    if late and running:
        return _problem("timers", f"{late} should have fired more than {LATE_TIMER_SECONDS} s ago.")
    text = f"{late} fire as soon as a server runs." if late else "None is late."
    return Finding("timers", Verdict.OK, text)


def _records(database: sqlite3.Connection, kind: AnyKind) -> Finding:
    name = table(kind.name)
    if _one(database, "select count(*) from sqlite_schema where name=?", name) == 0:
        return Finding(f"records: {kind.name}", Verdict.OK, "None yet.")
    rows = database.execute(f"select id, version, schema, body from {name}")
    bad = sum(not _readable(kind, row) for row in rows)
    if bad:
        return _problem(f"records: {kind.name}", f"{bad} cannot be read.")
    return Finding(f"records: {kind.name}", Verdict.OK, "Every one can be read.")


def _readable(kind: AnyKind, row: tuple[Any, ...]) -> bool:
    try:
        kind.load(Record(kind.name, *row)).record()
    except (msgspec.ValidationError, msgspec.DecodeError, LookupError, ValueError):
        return False
    return True


def _problem(check: str, detail: str) -> Finding:
    return Finding(check, Verdict.PROBLEM, detail)


def _megabytes(size: int) -> str:
    return f"{size // (1024 * 1024):,} MB"


def _one(database: sqlite3.Connection, sql: str, *values: object) -> Any:
    return database.execute(sql, values).fetchone()[0]
