"""The check of a data folder: each thing that can be wrong is found, and a sound folder has nothing wrong."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from frontdesk.adapters.embedded.check import Finding, Verdict, check_folder, is_sound
from frontdesk.adapters.embedded.directory import DataDirectory
from frontdesk.adapters.memory.clock import FixedClock
from tests.unit.embedded.copying import fill, on_a_loop
from tests.unit.embedded.engine import JARS, NOW, opened


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a sound data folder."""

    @on_a_loop
    async def filled() -> None:
        async with opened(tmp_path / "data") as engine:
            await fill(engine, 0, 20)

    (tmp_path / "data").mkdir(mode=0o700)
    filled()
    change(tmp_path / "data", "insert into cursors values('counting', 12)")
    return tmp_path / "data"


def change(data: Path, sql: str) -> None:
    """Do to a database what no code of ours does."""
    with closing(sqlite3.connect(data / "frontdesk.db", isolation_level=None)) as database:
        database.execute(sql)


def look(data: Path, *, deep: bool = False) -> dict[str, Finding]:
    """Return the findings that are not fine, by check."""
    findings = check_folder(DataDirectory(data), [JARS], ["counting"], FixedClock(NOW), deep=deep)
    assert is_sound(findings) == all(finding.verdict is not Verdict.PROBLEM for finding in findings)
    return {finding.check: finding for finding in findings if finding.verdict is not Verdict.OK}


def test_a_sound_folder_has_nothing_wrong(data: Path) -> None:
    assert look(data, deep=True) == {}


@pytest.mark.parametrize(
    ("check", "sql"),
    [
        ("event log", "delete from events where seq=15"),
        ("dead letters", "insert into retries values('counting', 3, 8, null, 'TypeError')"),
        ("retries", "insert into retries values('counting', 99, 1, 5, 'TypeError')"),
        ("retries", "insert into retries values('counting', 15, 1, 5, 'TypeError')"),
        ("format", "pragma user_version = 99"),
        ("records", "update r_jar set schema=7 where id='jar-3'"),
    ],
)
def test_what_is_wrong_in_the_database_is_found(data: Path, check: str, sql: str) -> None:
    change(data, sql)

    assert look(data)[check].verdict is Verdict.PROBLEM


@pytest.mark.parametrize(
    ("check", "sql"),
    [
        ("subscribers", "insert into cursors values('nobody', 20)"),
        ("records", "create table r_strange(id)"),
    ],
)
def test_what_is_merely_odd_is_a_warning(data: Path, check: str, sql: str) -> None:
    change(data, sql)

    assert look(data)[check].verdict is Verdict.WARNING


def test_events_that_were_trimmed_are_not_missing(data: Path) -> None:
    change(data, "delete from events where seq<10")

    assert look(data) == {}


def test_a_record_that_cannot_be_read_is_found_by_the_deep_check(data: Path) -> None:
    change(data, """update r_jar set body='{"sweets":"many"}' where id='jar-3'""")

    assert look(data) == {}
    assert look(data, deep=True)["records: jar"].detail == "1 cannot be read."


def late_timer(data: Path) -> None:
    """Store a timer from another day."""
    change(data, "insert into timers values('jar:jar-1', 'expiry', 5, '{}')")


def test_a_late_timer_is_a_problem_only_beside_a_running_server(data: Path) -> None:
    late_timer(data)
    assert look(data) == {}

    server = DataDirectory(data)
    server.lock()
    try:
        assert look(data)["timers"].verdict is Verdict.PROBLEM
    finally:
        server.unlock()


def test_a_folder_that_others_can_read_is_found(data: Path) -> None:
    data.chmod(0o755)
    (data / "signing-key.pem").touch(mode=0o644)

    assert "signing-key.pem" in look(data)["permissions"].detail


def scramble(path: Path) -> None:
    """Overwrite all but the first page."""
    content = path.read_bytes()
    path.write_bytes(content[:4096] + bytes(len(content) - 4096))


def no_database(path: Path) -> None:
    """Put something else in its place."""
    path.write_bytes(b"this is not a database" * 500)


@pytest.mark.parametrize("harm", [scramble, no_database])
def test_a_damaged_database_is_found(data: Path, harm: Callable[[Path], None]) -> None:
    harm(data / "frontdesk.db")

    assert look(data)["database"].verdict is Verdict.PROBLEM


def test_a_folder_without_a_desk_is_not_sound(tmp_path: Path) -> None:
    assert look(tmp_path)["database"].verdict is Verdict.PROBLEM
    assert list(tmp_path.iterdir()) == []
