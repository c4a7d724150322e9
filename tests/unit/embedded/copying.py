"""A desk's engine with a continuous copy beside it, and ways to look at what was restored."""

import asyncio
import functools
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, ParamSpec

from frontdesk.adapters.embedded.checkpoints import move
from frontdesk.adapters.embedded.clock import MachineClock
from frontdesk.adapters.embedded.copy import ContinuousCopy
from frontdesk.adapters.embedded.copy_layout import STATEMENT
from frontdesk.adapters.embedded.copy_target import FolderTarget
from frontdesk.adapters.embedded.directory import DataDirectory
from tests.unit.embedded.engine import Engine, event, opened, save

P = ParamSpec("P")


def on_a_loop(story: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run a test that is a coroutine."""

    @functools.wraps(story)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(story(*args, **kwargs))

    return run


class UnreliableTarget(FolderTarget):
    """A folder that can be taken away, as a network share can."""

    def __init__(self, path: Path, *, gone: bool = False) -> None:
        super().__init__(path)
        self.gone = gone

    def put(self, name: str, chunks: Iterable[bytes]) -> None:
        """See `Target`. Whose copy it holds can always be written."""
        if self.gone and name != STATEMENT:
            raise OSError("no route to host")
        super().put(name, chunks)


@asynccontextmanager
async def copied(folder: Path, target: FolderTarget) -> AsyncIterator[tuple[Engine, ContinuousCopy]]:
    """Open the data in `folder/data` as the runtime does, with a copy in `target`, and close it gracefully."""
    data = folder / "data"
    data.mkdir(exist_ok=True)
    copy = ContinuousCopy(DataDirectory(data), target, MachineClock())
    copy.claim()
    async with opened(data) as engine:
        copy.start()
        engine.database.tail = copy.tail
        yield engine, copy
        await engine.writer.close()
        await asyncio.to_thread(copy.finish)
    copy.close()


async def fill(engine: Engine, start: int, count: int) -> None:
    """Save so many jars, in as many transactions."""
    for number in range(start, start + count):
        await engine.writer.submit(save(f"jar-{number}", events=(event(f"{number}"),), sweets=number))


async def move_all(engine: Engine) -> None:
    """Move everything in the log into the database, as soon as the thread that does so by itself lets us."""
    await until(lambda: move(engine.database.reading) > 0)


async def until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    """Return when it is so."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - what it waits for is on a thread, or on disk
            await asyncio.sleep(0.01)


def rows(data: Path, sql: str) -> list[Any]:
    """Return what a restored database holds."""
    with closing(sqlite3.connect(data / "frontdesk.db")) as database:
        return database.execute(sql).fetchall()


def jars(data: Path) -> int:
    """Return how many jars a data folder holds."""
    found: int = rows(data, "select count(*) from r_jar")[0][0]
    return found
