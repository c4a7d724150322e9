"""A backup: whole at one moment, verified, owner-only, and a way back that overwrites nothing."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from frontdesk.adapters.embedded.backup import Statement, back_up
from frontdesk.adapters.embedded.backup_restore import restore
from frontdesk.adapters.embedded.clock import MachineClock
from frontdesk.adapters.embedded.copy_pages import DamagedError
from frontdesk.adapters.embedded.copy_target import CopyRefusedError
from frontdesk.adapters.embedded.directory import DataDirectory
from tests.unit.embedded.copying import fill, jars, on_a_loop, rows
from tests.unit.embedded.engine import opened


def make(folder: Path) -> Statement:
    """Back up `folder/data` to `folder/backup`."""
    return back_up(DataDirectory(folder / "data"), folder / "backup", MachineClock(), "test")


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """Return the folder of a desk with twenty jars and a key, not running."""

    @on_a_loop
    async def filled() -> None:
        (tmp_path / "data").mkdir()
        async with opened(tmp_path / "data") as engine:
            await fill(engine, 0, 20)

    filled()
    (tmp_path / "data" / "signing-key.pem").write_text("secret")
    (tmp_path / "data" / "lock").write_text("123")
    (tmp_path / "data" / "server.json").write_text("{}")
    return tmp_path


@on_a_loop
async def test_a_backup_beside_a_busy_writer_is_whole_at_one_moment(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    async with opened(tmp_path / "data") as engine:
        await fill(engine, 0, 200)
        busy = asyncio.create_task(fill(engine, 200, 400))
        made = await asyncio.to_thread(make, tmp_path)
        still_busy = not busy.done()
        await busy

    restore(tmp_path / "backup", tmp_path / "restored")

    found = jars(tmp_path / "restored")
    assert still_busy
    assert 200 <= found < 600
    assert made.last_event == found  # each jar came with one event, in one commit
    assert rows(tmp_path / "restored", "select count(*) from events") == [(found,)]


def test_a_restored_backup_equals_what_was_backed_up(desk: Path) -> None:
    made = make(desk)

    done = restore(desk / "backup", desk / "restored")

    everything = "select * from r_jar order by n"
    assert rows(desk / "restored", everything) == rows(desk / "data", everything)
    assert (desk / "restored" / "signing-key.pem").read_text() == "secret"
    assert done.moment == made.taken_at
    assert done.source == "backup"


def test_what_belongs_to_a_process_is_left_out_and_named(desk: Path) -> None:
    made = make(desk)

    assert sorted(path.name for path in (desk / "backup").iterdir()) == [
        "backup.json",
        "frontdesk.db",
        "signing-key.pem",
    ]
    assert {"lock", "server.json"} <= set(made.left_out)


def test_the_statement_says_what_is_in_the_backup(desk: Path) -> None:
    make(desk)

    said = json.loads((desk / "backup" / "backup.json").read_text())

    assert said["rows"]["r_jar"] == 20
    assert said["last_event"] == 20
    assert [file["name"] for file in said["files"]] == ["frontdesk.db", "signing-key.pem"]


def test_a_backup_can_be_read_by_its_owner_alone(desk: Path) -> None:
    make(desk)
    restore(desk / "backup", desk / "restored")

    folders = [desk / "backup", desk / "restored"]
    found = [path for folder in folders for path in (folder, *folder.iterdir())]
    assert [path for path in found if path.stat().st_mode & 0o077] == []


def test_a_folder_with_something_in_it_is_not_overwritten(desk: Path) -> None:
    make(desk)

    with pytest.raises(CopyRefusedError, match="not empty"):
        make(desk)
    with pytest.raises(CopyRefusedError, match="not empty"):
        restore(desk / "backup", desk / "data")


def test_a_backup_inside_the_data_folder_is_refused(desk: Path) -> None:
    with pytest.raises(CopyRefusedError, match="inside the data folder"):
        back_up(DataDirectory(desk / "data"), desk / "data" / "backup", MachineClock(), "test")


def test_an_empty_folder_may_be_restored_into(desk: Path) -> None:
    make(desk)
    (desk / "restored").mkdir()

    restore(desk / "backup", desk / "restored")

    assert jars(desk / "restored") == 20


@pytest.mark.parametrize("name", ["frontdesk.db", "signing-key.pem"])
def test_a_backup_that_has_changed_since_is_not_restored(desk: Path, name: str) -> None:
    make(desk)
    content = bytearray((desk / "backup" / name).read_bytes())
    content[len(content) // 2] ^= 1
    (desk / "backup" / name).write_bytes(content)

    with pytest.raises(DamagedError, match=name):
        restore(desk / "backup", desk / "restored")

    assert not (desk / "restored").exists()


def test_a_backup_with_a_file_missing_is_not_restored(desk: Path) -> None:
    make(desk)
    (desk / "backup" / "signing-key.pem").unlink()

    with pytest.raises(DamagedError, match="missing"):
        restore(desk / "backup", desk / "restored")


def test_a_damaged_database_is_not_backed_up(desk: Path) -> None:
    database = desk / "data" / "frontdesk.db"
    content = bytearray(database.read_bytes())
    with closing(sqlite3.connect(database)) as connection:
        sql = "select rootpage from sqlite_schema where name='r_jar'"
        root = connection.execute(sql).fetchone()[0]
    content[(root - 1) * 4096 : (root - 1) * 4096 + 200] = bytes(200)
    database.write_bytes(content)

    with pytest.raises(DamagedError):
        make(desk)

    assert not (desk / "backup").exists()


def test_a_folder_without_a_desk_cannot_be_backed_up(tmp_path: Path) -> None:
    with pytest.raises(CopyRefusedError, match="no desk"):
        make(tmp_path)


def test_what_is_neither_backup_nor_copy_cannot_be_restored(tmp_path: Path) -> None:
    with pytest.raises(CopyRefusedError, match="neither"):
        restore(tmp_path, tmp_path / "restored")
