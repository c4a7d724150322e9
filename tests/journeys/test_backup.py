"""Losing the machine: what was answered is in the copy, and a backup is made beside a busy desk."""

import asyncio
import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.crash.wire import GoneError, Wire
from tests.journeys.orders import order
from tests.journeys.running import RunningDesk

pytestmark = pytest.mark.embedded

BEHIND = timedelta(
    seconds=4
)  # `frontdesk up --copy-to` states one second; a machine that runs tests is busier
CLIENTS = 16
LOAD_SECONDS = 3.0
RESTORE_SECONDS = 10.0  # for a small shop; what a larger one takes is measured in the soak


@dataclass
class Load:
    """Clients that place orders until their desk is gone, and when each was answered."""

    answered: dict[str, datetime] = field(default_factory=dict)  # order id to when

    async def run(self, desk: RunningDesk, meanwhile: Callable[[], object], seconds: float) -> datetime:
        """Place orders for so long, do `meanwhile` beside, then kill the desk. Returns when it was killed."""
        token = desk.token("orders:write")
        clients = asyncio.gather(*(self._client(desk, token, number) for number in range(CLIENTS)))
        started = time.monotonic()
        await asyncio.to_thread(meanwhile)
        await asyncio.sleep(max(0.0, seconds - (time.monotonic() - started)))
        killed = datetime.now(UTC)
        desk.kill()
        await clients
        return killed

    def answered_before(self, moment: datetime) -> set[str]:
        """Return the orders that were answered before a moment."""
        return {id for id, at in self.answered.items() if at < moment}

    async def _client(self, desk: RunningDesk, token: str, number: int) -> None:
        wire, count = Wire(desk.url), 0
        while True:
            count += 1
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"{number}-{count}"}
            try:
                answer = await wire.post("/orders", order(), headers)
            except GoneError:
                return
            if answer.status == 201:
                self.answered[json.loads(answer.body)["order_id"]] = datetime.now(UTC)
            else:
                await asyncio.sleep(0.05)


def frontdesk(*words: str, status: int = 0) -> Any:
    """Run a command with --json. Returns what it told."""
    done = subprocess.run(
        [sys.executable, "-m", "frontdesk", *words, "--json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == status, done.stderr
    return json.loads(done.stdout) if done.stdout else done.stderr


def ids(data: Path) -> set[str]:
    """Return the orders in a data folder."""
    with closing(sqlite3.connect(data / "frontdesk.db")) as database:
        return {row[0] for row in database.execute("select id from r_order")}


def wait_for_copy(desk: RunningDesk) -> None:
    """Return when the copy's first base is whole."""
    deadline = time.monotonic() + 20
    while desk.health()["copy"]["until"] is None:  # type: ignore[index] # a dictionary, with --copy-to
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.timeout(120)
def test_a_desk_whose_disk_is_lost_under_load_comes_back_to_the_recovery_point(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    desk = RunningDesk(tmp_path, "--demo", "--copy-to", str(copy)).start()
    wait_for_copy(desk)
    load = Load()
    killed = asyncio.run(load.run(desk, lambda: None, LOAD_SECONDS))
    shutil.rmtree(desk.data)

    began = time.monotonic()
    told = frontdesk("restore", str(copy), "--data", str(desk.data))
    seconds = time.monotonic() - began

    moment = datetime.fromisoformat(told["moment"])
    must_be_there = load.answered_before(moment)
    assert killed - moment < BEHIND
    assert len(must_be_there) > 50
    assert must_be_there <= ids(desk.data)
    assert seconds < RESTORE_SECONDS

    desk.start()
    desk.wait_until_quiet()
    assert desk.stop() == 0
    assert frontdesk("check", "--deep", "--data", str(desk.data))["sound"]
    frontdesk("reconcile", "--data", str(desk.data))  # ends with 0: orders, books and stock agree


@pytest.mark.timeout(120)
def test_a_backup_beside_a_busy_desk_has_everything_answered_before_it(tmp_path: Path) -> None:
    desk = RunningDesk(tmp_path, "--demo").start()
    load = Load()
    backups: list[datetime] = []

    def back_up() -> None:
        time.sleep(1)
        backups.append(datetime.now(UTC))
        frontdesk("backup", str(tmp_path / "backup"), "--data", str(desk.data))

    asyncio.run(load.run(desk, back_up, LOAD_SECONDS))
    frontdesk("restore", str(tmp_path / "backup"), "--data", str(tmp_path / "restored"))

    before = load.answered_before(backups[0])
    assert len(before) > 10
    assert before <= ids(tmp_path / "restored") < ids(desk.data)
    assert frontdesk("check", "--data", str(tmp_path / "restored"))["sound"]


def test_tokens_go_on_to_be_good_after_a_restore(tmp_path: Path) -> None:
    desk = RunningDesk(tmp_path, "--demo").start()
    token = desk.token("orders:write orders:read")
    with desk.client(token) as http:
        placed = http.post("/orders", json=order()).json()["order_id"]
    frontdesk("backup", str(tmp_path / "backup"), "--data", str(desk.data))
    desk.kill()
    shutil.rmtree(desk.data)
    frontdesk("restore", str(tmp_path / "backup"), "--data", str(desk.data))

    desk.start()
    try:
        with desk.client(token) as http:
            assert http.get(f"/orders/{placed}").status_code == 200
    finally:
        desk.stop()


def test_a_folder_that_holds_something_else_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").touch()

    said = frontdesk("restore", str(tmp_path / "photos"), "--data", str(tmp_path / "new"), status=2)

    assert "neither a backup nor a continuous copy" in said


def test_a_damaged_desk_is_found_by_check(tmp_path: Path) -> None:
    (tmp_path / "frontdesk.db").write_bytes(b"not a database" * 1000)

    assert not frontdesk("check", "--data", str(tmp_path), status=1)["sound"]
