"""Where a history happens: a store, a clock that stands still until it is moved, and people who work at once."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random

from frontdesk.adapters.aws.client import DYNAMODB
from frontdesk.adapters.aws.store import DynamoStore
from frontdesk.adapters.aws.tables import table_definition
from frontdesk.adapters.embedded.clock import MachineChance
from frontdesk.adapters.embedded.database import Database
from frontdesk.adapters.embedded.log import EventLog
from frontdesk.adapters.embedded.store import SqliteStore
from frontdesk.adapters.embedded.writer import Writer
from frontdesk.adapters.memory.clock import FixedClock
from frontdesk.adapters.memory.store import MemoryStore
from frontdesk.kernel.ports import Store
from tests.contract.in_dynamodb import BusyTable, client_of
from tests.contract.workers import Loop, StillClock, Threads, Workers
from tests.emulator import running_emulator
from tests.unit.appointments.booking.clinic import NOW, SERVICE

STORES = ("memory", "embedded", "dynamodb")
_SERIAL = count()


@dataclass(frozen=True)
class Place:
    """One store, in which every history has a clinic of its own."""

    store: Store
    clock: FixedClock
    workers: Workers


class _Waiting(FixedClock):
    """Who sleeps lets others work, and leaves the hands alone."""

    async def sleep(self, seconds: float) -> None:
        """See `ports.Clock`."""
        await asyncio.sleep(seconds)


class _Interleaving:
    """Lets others run before and after each call, as often as chance wants."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - a history must repeat itself

    async def __call__(self, method: str, moment: str) -> None:
        """See `adapters.memory.store.Fault`."""
        for _ in range(self._random.randrange(4)):
            await asyncio.sleep(0)


@contextmanager
def open_place(name: str, seed: int = 0, endpoint: str = "") -> Iterator[Place]:
    """Open an empty store of this sort; `endpoint` is that of a running emulator, "" to run one."""
    if name == "memory":
        with asyncio.Runner() as runner:
            clock = _Waiting(NOW)
            yield Place(MemoryStore(clock, fault=_Interleaving(seed)), clock, Loop(runner))
    elif name == "embedded":
        with tempfile.TemporaryDirectory(prefix="bookings-") as folder, asyncio.Runner() as runner:
            yield from _embedded(Path(folder), runner)
    elif endpoint:
        yield from _dynamodb(endpoint)
    else:
        with running_emulator() as url:
            yield from _dynamodb(url)


def _embedded(folder: Path, runner: asyncio.Runner) -> Iterator[Place]:
    clock = _Waiting(NOW)
    database = Database(folder / "bookings.db", SERVICE.kinds)
    log = EventLog(database, clock)

    async def writing() -> Writer:
        return Writer(database, clock, log.grown)

    writer = runner.run(writing())
    log.writer = writer
    yield Place(SqliteStore(database, writer, log), clock, Loop(runner))
    runner.run(writer.close())
    database.close()


def _dynamodb(endpoint: str) -> Iterator[Place]:
    clock, table = StillClock(NOW), f"bookings-{next(_SERIAL)}"
    with client_of(endpoint) as client:
        client.call(DYNAMODB, "CreateTable", table_definition(table, SERVICE.kinds))
        yield Place(DynamoStore(BusyTable(client), table, clock, MachineChance()), clock, Threads())
        client.call(DYNAMODB, "DeleteTable", {"TableName": table})
