"""A sync that fails once: what the system then forgets must not take later answers along when the power goes."""

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import apsw
import pytest

from frontdesk.adapters.embedded import checkpoints
from frontdesk.adapters.embedded import database as module
from frontdesk.adapters.embedded.database import Database
from frontdesk.kernel.errors import Unavailable
from tests.crash.disk import Connection, Disk, Image
from tests.unit.embedded.engine import Engine, opened, save


class ForgetfulDisk(Disk):
    """Fails one sync of the log, and forgets which bytes were to be written: the next sync succeeds without them."""

    fails = False

    def sync(self, image: Image) -> None:
        """See Disk."""
        if self.fails and image is self.images[next(path for path in self.images if path.endswith("-wal"))]:
            self.fails = False
            image.pending.clear()
            raise apsw.IOError
        super().sync(image)


class Translated(Connection):
    """Fails as the standard library's connection does."""

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """See sqlite3.Connection."""
        try:
            return super().execute(sql, values)
        except apsw.Error as error:
            raise sqlite3.OperationalError(str(error)) from error


@contextmanager
def on(disk: Disk) -> Iterator[None]:
    """Let databases be opened on a disk."""

    def connect(self: Database) -> Any:
        connection = Translated(self._path, disk)
        connection.executescript(module._PRAGMAS)  # noqa: SLF001 - the real ones are tested
        return connection

    with patch.object(Database, "_connect", connect), patch.object(checkpoints, "PAUSE_SECONDS", 60):
        yield


def folders(within: Path, *names: str) -> list[Path]:
    """Make folders."""
    made = [within / name for name in names]
    for folder in made:
        folder.mkdir()
    return made


async def fail_one(engine: Engine, disk: ForgetfulDisk) -> None:
    """Commit something, then let the next commit fail."""
    await engine.store.commit(save("a"))
    disk.fails = True
    with pytest.raises(Unavailable):
        await engine.store.commit(save("b"))
    assert not disk.fails


async def go_on(engine: Engine) -> None:
    """Commit more, which is answered."""
    for n in range(3):
        await engine.store.commit(save(f"c{n}"))


async def all_is_there(folder: Path) -> bool:
    """Return whether everything that was answered is in what a power cut left."""
    async with opened(folder) as engine:
        return {id for (id,) in engine.rows("select id from r_jar")} >= {"a", "c0", "c1", "c2"}


async def create(folder: Path) -> None:
    """Make an empty database."""
    async with opened(folder):
        pass


def test_a_process_that_goes_on_after_a_failed_sync_loses_no_later_answer(tmp_path: Path) -> None:
    live, rest = folders(tmp_path, "live", "rest")
    disk = ForgetfulDisk("goes-on", seed=1, cut=1_000_000)

    async def scenario() -> None:
        async with opened(live) as engine:
            await fail_one(engine, disk)
            await go_on(engine)
            disk.leave(rest)

    asyncio.run(create(live))
    with on(disk):
        asyncio.run(scenario())
    assert asyncio.run(all_is_there(rest))


def test_a_process_that_follows_one_with_a_failed_sync_loses_no_answer(tmp_path: Path) -> None:
    live, readable, durable, rest = folders(tmp_path, "live", "readable", "durable", "rest")
    first = ForgetfulDisk("ends", seed=1, cut=1_000_000)
    second = ForgetfulDisk("follows", seed=1, cut=1_000_000)

    async def scenario() -> None:
        async with opened(live) as engine:
            await fail_one(engine, first)
            first.leave(durable)
            for path in live.glob("frontdesk.db*"):  # as the system still shows them to the next process
                if not path.name.endswith("-shm"):
                    shutil.copy(path, readable)

    async def next_process() -> None:
        async with opened(readable) as engine:
            await go_on(engine)
            second.leave(rest)

    asyncio.run(create(live))
    with on(first):
        asyncio.run(scenario())
    for path in durable.iterdir():
        second.images[str(readable / path.name)] = Image(path.read_bytes())
    with on(second):
        asyncio.run(next_process())
    assert asyncio.run(all_is_there(rest))
