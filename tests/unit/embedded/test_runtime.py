"""The runtime put together: tasks that go on, a start that fails cleanly, a stop that loses nothing."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from frontdesk.adapters.embedded.clock import MachineChance, MachineClock
from frontdesk.adapters.embedded.directory import DataDirectory
from frontdesk.adapters.embedded.runtime import EmbeddedRuntime
from frontdesk.adapters.embedded.schema import FORMAT, FormatError
from frontdesk.kernel.bus import Bus
from frontdesk.kernel.messages import Message
from frontdesk.kernel.records import Commit, SetTimer
from frontdesk.kernel.services import Reaction, Service
from tests.unit.embedded.engine import JARS, jar
from tests.unit.embedded.reacting import Filled, Handle, count, filled


def runtime(folder: Path, handle: Handle = count, *, hold: bool = False) -> EmbeddedRuntime:
    """Return a runtime of one service, not started."""
    service = Service("jars", (JARS,), reactions=(Reaction(Filled, handle, "counting"),), events=(Filled,))
    bus = Bus(MachineClock(), MachineChance())
    return EmbeddedRuntime(DataDirectory(folder), [service], bus, hold_reactions=hold)


@asynccontextmanager
async def running(
    folder: Path, handle: Handle = count, *, hold: bool = False
) -> AsyncIterator[EmbeddedRuntime]:
    """Start a runtime and stop it at the end."""
    found = runtime(folder, handle, hold=hold)
    await found.start()
    try:
        yield found
    finally:
        await found.stop()


def carrying(message: Message) -> Commit:
    """Return a commit with an event that happens now."""
    return Commit(changes=(jar(message.source),), events=(message,))


async def until(said: Callable[[], bool]) -> None:
    """Wait until something is true, two seconds at most."""
    async with asyncio.timeout(2):
        while not said():  # noqa: ASYNC110 - there is no event to wait for: this looks from outside
            await asyncio.sleep(0.005)


def now(message: Message) -> Message:
    """Return a message as it would be if it happened now."""
    return msgspec.structs.replace(message, at=MachineClock().now())


def test_events_are_taken_in_and_a_due_timer_rings(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running(tmp_path) as desk:
            assert desk.is_ready()
            await desk.store.commit(carrying(now(filled("a"))))
            soon = MachineClock().now() + timedelta(milliseconds=50)
            timer = SetTimer("b", "ring", soon, filled("b"))
            await desk.store.commit(Commit(changes=(jar("b"),), timers=(timer,)))
            await until(lambda: desk.log.head == 2 and desk.log.backlog() == {"counting": 0})
            for id in ("count-a", "count-b"):
                assert await desk.store.get("jar", id) is not None
        assert not desk.is_ready()

    asyncio.run(scenario())


def test_held_reactions_wait_in_the_log_for_the_next_start(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running(tmp_path, hold=True) as desk:
            await desk.store.commit(carrying(now(filled("a"))))
            assert await desk.store.get("jar", "count-a") is None
        async with running(tmp_path) as desk:
            await until(lambda: desk.log.backlog() == {"counting": 0})
            assert await desk.store.get("jar", "count-a") is not None

    asyncio.run(scenario())


def test_a_start_that_fails_gives_the_directory_back(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "frontdesk.db") as newer:
        newer.execute(f"pragma user_version = {FORMAT + 1}")
    newer.close()

    async def scenario() -> None:
        desk = runtime(tmp_path)
        with pytest.raises(FormatError):
            await desk.start()
        directory = DataDirectory(tmp_path)
        directory.lock()
        directory.unlock()

    asyncio.run(scenario())


@pytest.mark.parametrize("steps", range(6))
def test_a_stop_that_meets_a_subscriber_just_woken_ends(tmp_path: Path, steps: int) -> None:
    async def scenario() -> None:
        async with running(tmp_path) as desk:
            position = desk.log._positions["counting"]  # noqa: SLF001 - what its task waits by
            position.next_retry = MachineClock().now() + timedelta(hours=1)
            position.wake.set()
            await asyncio.sleep(0.02)
            position.wake.set()
            for _ in range(steps):
                await asyncio.sleep(0)
            async with asyncio.timeout(3):
                await desk.stop()
            await desk.start()  # for the end of the scenario to stop again

    asyncio.run(scenario())
