"""Timers: never early, once, and silent when they were replaced or cancelled."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from frontdesk.adapters.embedded.timers import FIRED_AT_ONCE, fire_due
from frontdesk.kernel.records import CancelTimer, Commit, SetTimer
from tests.unit.embedded.engine import NOW, Engine, event, jar, opened
from tests.unit.embedded.reacting import filled, run_dry, subscriber, sweets

DUE = NOW + timedelta(minutes=5)


def setting(due: datetime, source: str = "first", version: int = 1, name: str = "ring") -> Commit:
    """Return a commit that sets the jar's timer."""
    return Commit(changes=(jar("a", version),), timers=(SetTimer("a", name, due, event(source)),))


async def fire(engine: Engine) -> int:
    """Fire what is due."""
    return await fire_due(engine.database, engine.writer, engine.clock)


def fired(engine: Engine) -> list[str]:
    """Return the sources of all events in the log."""
    return [source for (source,) in engine.rows("select source from events order by seq")]


def test_a_timer_is_never_early_and_fires_once(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            await engine.store.commit(setting(DUE))
            engine.clock.advance(DUE - NOW - timedelta(microseconds=1))
            assert await fire(engine) == 0
            engine.clock.advance(timedelta(microseconds=1))
            assert await fire(engine) == 1
            assert await fire(engine) == 0
            assert fired(engine) == ["first"]

    asyncio.run(scenario())


def test_setting_a_timer_again_replaces_it(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            await engine.store.commit(setting(DUE))
            await engine.store.commit(setting(DUE + timedelta(minutes=5), "second", version=2))
            engine.clock.advance(timedelta(minutes=5))
            assert await fire(engine) == 0
            engine.clock.advance(timedelta(minutes=5))
            await fire(engine)
            assert fired(engine) == ["second"]

    asyncio.run(scenario())


def test_a_cancelled_timer_is_silent_and_cancelling_it_again_is_fine(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            await engine.store.commit(setting(DUE))
            for version in (2, 3):
                await engine.store.commit(
                    Commit(changes=(jar("a", version),), timers=(CancelTimer("a", "ring"),))
                )
            engine.clock.advance(timedelta(hours=1))
            assert await fire(engine) == 0

    asyncio.run(scenario())


def test_a_timer_cancelled_while_it_is_being_fired_is_silent(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            await engine.store.commit(setting(DUE))
            engine.clock.advance(timedelta(hours=1))
            cancelling = asyncio.create_task(
                engine.store.commit(Commit(changes=(jar("a", 2),), timers=(CancelTimer("a", "ring"),)))
            )
            await asyncio.sleep(0)
            await asyncio.sleep(0)  # now its COMMIT is under way
            await fire(engine)
            await cancelling
            assert fired(engine) == []

    asyncio.run(scenario())


def test_a_timer_survives_a_restart(tmp_path: Path) -> None:
    async def before() -> None:
        async with opened(tmp_path) as engine:
            await engine.store.commit(setting(DUE))

    async def after() -> None:
        async with opened(tmp_path) as engine:
            engine.clock.advance(timedelta(days=30))
            await fire(engine)
            assert fired(engine) == ["first"]

    asyncio.run(before())
    asyncio.run(after())


def test_many_timers_fire_in_the_order_in_which_they_are_due(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            count = FIRED_AT_ONCE + 10
            work = [
                engine.store.commit(
                    Commit(
                        changes=(jar(f"j{n}"),),
                        timers=(SetTimer(f"j{n}", "ring", DUE - timedelta(seconds=n), event(f"j{n}")),),
                    )
                )
                for n in range(count)
            ]
            await asyncio.gather(*work)
            engine.clock.advance(timedelta(hours=1))
            assert [await fire(engine) for _ in range(3)] == [FIRED_AT_ONCE, 10, 0]
            assert fired(engine) == [f"j{n}" for n in reversed(range(count))]

    asyncio.run(scenario())


def test_a_timer_set_long_ago_is_no_backlog(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            worker = subscriber(engine)
            message = filled("a")
            await engine.store.commit(
                Commit(changes=(jar("a"),), timers=(SetTimer("a", "ring", DUE, message),))
            )
            engine.clock.advance(timedelta(days=3))
            await fire(engine)
            batch = await engine.log.pending("counting", worker.names, 9)
            assert engine.log.lag() == 0
            expected = msgspec.structs.replace(message, at=engine.clock.now())
            assert [entry.message for entry in batch.entries] == [expected]
            await run_dry(worker)
            assert await sweets(engine, "a") == 1

    asyncio.run(scenario())
