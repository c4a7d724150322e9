"""Checkpoints: when a pass is worth it, and how the log begins anew."""

import sqlite3
import time
from pathlib import Path

import pytest

from frontdesk.adapters.embedded import checkpoints
from frontdesk.adapters.embedded.checkpoints import (
    LEAST_ROWS,
    RUSH_PAUSES,
    RUSH_ROWS,
    Checkpoints,
    Pace,
    move,
    move_the_rest,
)


def passes(pace: Pace, rows: int, pauses: int) -> list[bool]:
    """Write so many rows in each pause, and return in which of them a pass was due."""
    due = []
    for _ in range(pauses):
        pace.unmoved += rows
        due.append(pace.is_due())
    return due


def test_few_rows_wait_until_they_are_worth_a_pass() -> None:
    assert passes(Pace(), LEAST_ROWS // 4, 9) == [False, False, False, True] * 2 + [False]


def test_nothing_written_is_never_worth_a_pass() -> None:
    assert passes(Pace(), 0, 50) == [False] * 50


def test_what_is_more_is_moved_in_every_pause() -> None:
    assert passes(Pace(), RUSH_ROWS - 1, 5) == [True] * 5


def test_in_a_rush_one_pass_serves_several_pauses() -> None:
    assert passes(Pace(), RUSH_ROWS, 2 * RUSH_PAUSES) == ([False] * (RUSH_PAUSES - 1) + [True]) * 2


def test_when_a_rush_ends_what_it_left_is_moved_at_once() -> None:
    pace = Pace()
    assert passes(pace, RUSH_ROWS, 2) == [False, False]
    assert passes(pace, 0, 2) == [True, False]


class Log:
    """A database whose passes take as long as is told, and count what they were asked."""

    def __init__(self, seconds: list[float], clock: list[float]) -> None:
        self.seconds = seconds
        self.clock = clock
        self.asked = 0

    def execute(self, _: str) -> "Log":
        """See sqlite3.Connection."""
        self.clock[0] += self.seconds[min(self.asked, len(self.seconds) - 1)]
        self.asked += 1
        return self

    def fetchone(self) -> tuple[int, int, int]:
        """See sqlite3.Cursor."""
        return (0, 20_000, 20_000)


@pytest.mark.parametrize(
    ("seconds", "asked"), [([0.001], 1), ([0.1, 0.05, 0.019, 9], 3), ([0.5], checkpoints.QUICK_PASSES)]
)
def test_passes_follow_one_another_until_one_is_quick_or_there_were_enough(
    seconds: list[float], asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: clock[0])
    log = Log(seconds, clock)
    move_the_rest(log)  # type: ignore[arg-type]
    assert log.asked == asked


def test_a_log_that_a_reader_holds_is_not_all_moved(tmp_path: Path) -> None:
    writing, reading, moving = (
        sqlite3.connect(tmp_path / "db", isolation_level=None, check_same_thread=False) for _ in range(3)
    )
    writing.executescript("pragma journal_mode=wal; pragma wal_autocheckpoint=0; create table t(n)")
    reading.execute("begin")
    reading.execute("select * from t").fetchall()
    writing.execute("insert into t values(1)")
    assert move(moving) == 0
    reading.execute("commit")
    assert move(moving) > 0
    for connection in (writing, reading, moving):
        connection.close()


@pytest.mark.parametrize("is_time", [True, False])
def test_the_log_begins_anew_after_the_writers_own_pass_when_it_is_time(
    *, is_time: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "PAUSE_SECONDS", 600)  # no pass but the writer's
    writing = sqlite3.connect(tmp_path / "db", isolation_level=None)
    writing.executescript("pragma journal_mode=wal; pragma wal_autocheckpoint=0; create table t(n)")
    steps = Checkpoints(lambda: sqlite3.connect(tmp_path / "db"))
    if is_time:
        steps._ready.set()  # noqa: SLF001 - as its thread does
    salts = []
    for n in range(3):
        writing.execute("insert into t values(?)", (n,))
        salts.append((tmp_path / "db-wal").read_bytes()[16:24])
        steps.finish(writing)
    steps.close()
    writing.close()
    assert (salts[0] != salts[1]) is is_time
    assert salts[1] == salts[2], "once is enough"
