"""Pull the plug: what was answered is on the disk, and what is on the disk is whole.

A killed process does not show this, since the system keeps what it wrote. The control proves that the test can see a
loss: the same run with one pragma weaker must lose something that was answered.
"""

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from frontdesk.adapters.embedded import checkpoints
from frontdesk.adapters.embedded import database as module
from frontdesk.adapters.embedded.database import Database
from frontdesk.kernel.errors import Unavailable
from frontdesk.kernel.records import Add, Commit
from tests.crash.disk import Connection, Disk
from tests.unit.embedded.engine import Engine, jar, opened
from tests.unit.embedded.reacting import filled, run_dry, subscriber, sweets

CLIENTS = 6
CHECKPOINT_ROWS = (4, 100_000)  # many checkpoints in a short run, or none: a checkpoint syncs too
WEAKER = "pragma synchronous = normal;"


@dataclass
class Aftermath:
    """What a run with a power cut came to."""

    answered: int
    lost: set[str]
    faults: list[str]


@contextmanager
def on(disk: Disk, pragmas: str, pages: int) -> Iterator[None]:
    """Let databases be opened on a disk, with a checkpoint after so many pages."""

    def connect(self: Database) -> Any:
        connection = Connection(self._path, disk)
        connection.executescript(module._PRAGMAS + pragmas)  # noqa: SLF001 - the real ones are tested
        return connection

    with (
        patch.object(Database, "_connect", connect),
        patch.object(checkpoints, "LEAST_ROWS", pages),
        patch.object(checkpoints, "LOG_PAGES", pages),
        patch.object(checkpoints, "PAUSE_SECONDS", 0.001),
    ):
        yield


async def work(engine: Engine, disk: Disk, client: int, answered: set[str]) -> None:
    """Commit one jar after the other until the power is gone; note what was answered before."""
    n = 0
    while not disk.is_dead:
        n += 1
        id = f"c{client}-{n}"
        commit = Commit(changes=(jar(id),), counters=(Add("jars:n", 1),), events=(filled(id, "all"),))
        await engine.store.commit(commit)
        if not disk.is_dead:
            answered.add(id)


async def react(engine: Engine, disk: Disk) -> None:
    """Count events until the power is gone."""
    worker = subscriber(engine)
    while not disk.is_dead:
        await worker.turn()
        await asyncio.sleep(0)


async def live(folder: Path, disk: Disk, answered: set[str]) -> None:
    """Run clients and a subscriber."""
    async with opened(folder) as engine:
        clients = (work(engine, disk, client, answered) for client in range(CLIENTS))
        ends = await asyncio.gather(*clients, react(engine, disk), return_exceptions=True)
    errors = [end for end in ends if end is not None and not isinstance(end, Unavailable)]
    assert errors == []


async def look(folder: Path, answered: set[str]) -> Aftermath:
    """Open what is left, and compare."""
    async with opened(folder) as engine:
        jars = {id for (id,) in engine.rows("select id from r_jar where id like 'c_-%'")}
        events = [source for (source,) in engine.rows("select source from events order by seq")]
        cursor = (engine.rows("select seq from cursors") or [(0,)])[0][0]
        checks = {
            "the file is sound": engine.rows("pragma integrity_check") == [("ok",)],
            "every record has its event": jars == set(events) and len(events) == len(jars),
            "every record is counted": (await engine.store.counts(["jars:n"]))["jars:n"] == len(jars),
            "effects are where the cursor is": await sweets(engine, "all") == cursor,
        }
        await run_dry(subscriber(engine))
        checks["work goes on"] = await sweets(engine, "all") == len(jars)
        return Aftermath(len(answered), answered - jars, [name for name, true in checks.items() if not true])


def cut_off(folder: Path, seed: int, pragmas: str = "") -> Aftermath:
    """Run until the power goes at a moment that the seed chooses; look at what is left."""
    before, after = folder / f"before-{seed}", folder / f"after-{seed}"
    before.mkdir()
    after.mkdir()
    asyncio.run(_create(before))
    answered: set[str] = set()
    cut = random.Random(seed).randint(5, 1_500)  # noqa: S311 - a run must repeat itself
    disk = Disk(f"disk-{seed}-{len(pragmas)}", seed, cut)
    with on(disk, pragmas, CHECKPOINT_ROWS[seed % 2]):
        asyncio.run(live(before, disk, answered))
    disk.leave(after)
    return asyncio.run(look(after, answered))


async def _create(folder: Path) -> None:
    async with opened(folder):
        pass


@pytest.mark.parametrize("seed", range(12))
def test_a_power_cut_loses_nothing_that_was_answered(tmp_path: Path, seed: int) -> None:
    found = cut_off(tmp_path, seed)
    assert found.lost == set()
    assert found.faults == []


def test_the_same_cuts_with_one_pragma_weaker_do_lose_something(tmp_path: Path) -> None:
    found = [cut_off(tmp_path, seed, WEAKER) for seed in range(12)]
    assert any(aftermath.lost for aftermath in found)
    assert all(aftermath.answered for aftermath in found[:1])


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_two_hundred_power_cuts_lose_nothing_that_was_answered(tmp_path: Path) -> None:
    found = [cut_off(tmp_path, seed) for seed in range(100, 300)]
    assert sum(aftermath.answered for aftermath in found) > 1_000
    assert [(n, aftermath) for n, aftermath in enumerate(found) if aftermath.lost or aftermath.faults] == []
