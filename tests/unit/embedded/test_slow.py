"""A slow subscriber: several at once, a row for each message, nothing lost by a crash, nobody kept waiting."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from frontdesk.adapters.embedded import slow as slow_module
from frontdesk.adapters.embedded import slow_bound as bound_module
from frontdesk.adapters.embedded.decider import LOST_RACE_PAUSE_MAX
from frontdesk.adapters.embedded.slow import AT_ONCE, SlowSubscriber
from frontdesk.adapters.embedded.slow_rows import DueRows, PatientStore
from frontdesk.adapters.embedded.subscriber import Subscriber
from frontdesk.adapters.memory.clock import SeededChance
from frontdesk.kernel import limits
from frontdesk.kernel.bus import Bus, Fate
from frontdesk.kernel.errors import Conflict, Rejected
from frontdesk.kernel.services import Reaction, Service
from frontdesk.kernel.unit import Unit
from tests.unit.embedded.engine import JARS, Engine, break_on, opened
from tests.unit.embedded.reacting import (
    Filled,
    Handle,
    Seen,
    count,
    filled,
    publish,
    retries,
    run_dry,
    sweets,
)

NAME = "sending"


class NoRoom(Rejected):
    """The jar is full."""


def slow_one(engine: Engine, handle: Handle = count, *, seen: Seen | None = None) -> SlowSubscriber:
    """Return a slow subscriber that has joined the engine's log."""
    service = Service("jars", (JARS,), reactions=(Reaction(Filled, handle, NAME, slow=True),))
    return SlowSubscriber(
        NAME,
        service,
        service.reactions,
        bus=Bus(engine.clock, SeededChance(1)),
        log=engine.log,
        rows=DueRows(engine.database, engine.writer),
        store=PatientStore(engine.database, engine.writer, engine.log),
        observe=seen or (lambda *_: None),
    )


async def settled(worker: SlowSubscriber) -> None:
    """Take turns until nothing is due and nothing is at work."""
    async with asyncio.timeout(5):
        while True:
            worker.wake.clear()
            while await worker.turn():
                pass
            if not worker._at_work:  # noqa: SLF001 - what the runtime learns by waiting
                return
            await worker.wake.wait()


async def until(said: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not said():  # noqa: ASYNC110 - this looks from outside
            await asyncio.sleep(0.001)


@asynccontextmanager
async def at_a_gate(engine: Engine) -> AsyncIterator[tuple[SlowSubscriber, asyncio.Event, list[str]]]:
    """Give a worker whose handlers wait at a gate, the gate, and the list of those who have come to it."""
    gate, there = asyncio.Event(), list[str]()

    async def wait(unit: Unit, event: Filled) -> None:
        there.append(event.jar)
        await gate.wait()
        await count(unit, event)

    worker = slow_one(engine, wait)
    yield worker, gate, there
    gate.set()
    await settled(worker)


def test_several_run_at_once_but_no_more_than_there_are_places(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine, at_a_gate(engine) as (worker, gate, there):
            jars = [f"j{n}" for n in range(AT_ONCE + 5)]
            await publish(engine, *map(filled, jars))
            while await worker.turn():
                pass
            await until(lambda: len(there) == AT_ONCE)
            assert worker.next_look() is None, "while no place is free there is nothing to look for"
            gate.set()
            await settled(worker)
            assert sorted(there) == sorted(jars)
            assert [await sweets(engine, jar) for jar in jars] == [1] * len(jars)
            assert retries(engine) == []

    asyncio.run(scenario())


def test_one_that_hangs_does_not_hold_up_the_others(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            gate = asyncio.Event()

            async def hangs(unit: Unit, event: Filled) -> None:
                if event.jar == "stuck":
                    await gate.wait()
                await count(unit, event)

            worker = slow_one(engine, hangs)
            await publish(engine, filled("stuck"), *(filled(f"j{n}") for n in range(40)))
            turns = asyncio.create_task(settled(worker))
            await until(lambda: retries(engine) == [(1, 0, 1)])
            assert [await sweets(engine, f"j{n}") for n in range(40)] == [1] * 40
            assert await sweets(engine, "stuck") == 0
            gate.set()
            await turns
            assert retries(engine) == []

    asyncio.run(scenario())


def test_what_is_at_work_in_a_crash_runs_again_after_it(tmp_path: Path) -> None:
    async def before() -> None:
        async with opened(tmp_path) as engine:
            never = asyncio.Event()

            async def hangs(*_: object) -> None:
                await never.wait()

            worker = slow_one(engine, hangs)
            await publish(engine, filled("a"), filled("b"))
            await worker.turn()
            assert retries(engine) == [(1, 0, 1), (2, 0, 1)]
            for task in worker._at_work.values():  # noqa: SLF001 - as a crash ends them
                task.cancel()

    async def after() -> None:
        async with opened(tmp_path) as engine:
            worker = slow_one(engine)
            await settled(worker)
            assert [await sweets(engine, jar) for jar in ("a", "b")] == [1, 1]
            assert retries(engine) == []

    asyncio.run(before())
    asyncio.run(after())


def test_an_effect_that_stood_before_its_row_was_gone_is_not_repeated(tmp_path: Path) -> None:
    async def before() -> None:
        async with opened(tmp_path) as engine:
            worker = slow_one(engine)
            await publish(engine, filled("a"))
            await worker.turn()
            await until(lambda: engine.rows("select id from r_jar where id='count-a'") != [])
            break_on(engine, before=("delete from retries",))
            await until(lambda: not worker._at_work)  # noqa: SLF001 - as above

    async def after() -> None:
        async with opened(tmp_path) as engine:
            await settled(slow_one(engine))
            assert await sweets(engine, "a") == 1
            assert retries(engine) == []

    asyncio.run(before())
    asyncio.run(after())


def test_what_fails_is_tried_again_with_backoff_and_is_a_dead_letter_in_the_end(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            seen = Seen()

            async def down(*_: object) -> None:
                raise OSError

            worker = slow_one(engine, down, seen=seen)
            await publish(engine, filled("a"))
            await settled(worker)
            waits = []
            while (due := worker.next_look()) is not None:
                waits.append(due - engine.clock.now())
                engine.clock.advance(waits[-1])
                await settled(worker)
            assert seen.of("a") == [Fate.RETRY] * (limits.TRIES - 1) + [Fate.DEAD]
            assert waits == sorted(waits)
            assert retries(engine) == [(1, limits.TRIES, 0)]
            assert engine.log.dead_letters() == 1

    asyncio.run(scenario())


def test_lost_races_do_not_count_and_wait_longer_with_age(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:

            async def loses(*_: object) -> None:
                raise Conflict

            worker = slow_one(engine, loses)
            await publish(engine, filled("a"))
            await settled(worker)
            pauses = []
            for _ in range(3 * limits.TRIES):
                due = worker.next_look()
                assert due is not None
                pauses.append(due - engine.clock.now())
                engine.clock.advance(pauses[-1])
                await settled(worker)
            assert retries(engine) == [(1, 0, 1)]
            assert pauses[0] < timedelta(seconds=1)
            assert LOST_RACE_PAUSE_MAX / 2 <= pauses[-1] <= LOST_RACE_PAUSE_MAX * 1.5

    asyncio.run(scenario())


def test_what_a_rule_refuses_is_acknowledged(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            seen = Seen()

            async def refuses(*_: object) -> None:
                raise NoRoom

            await publish(engine, filled("a"))
            await settled(slow_one(engine, refuses, seen=seen))
            assert seen.of("a") == [Fate.REFUSED]
            assert retries(engine) == []

    asyncio.run(scenario())


def test_what_waits_for_a_slow_subscriber_sheds_no_request(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine, at_a_gate(engine) as (worker, _, there):
            await publish(engine, *(filled(f"j{n}") for n in range(AT_ONCE + 5)))
            await worker.turn()
            await until(lambda: len(there) == AT_ONCE)
            engine.clock.advance(timedelta(minutes=5))
            await worker.turn()
            assert engine.log.lag() == 0
            await publish(engine, filled("one-more"))

    asyncio.run(scenario())


def test_its_commits_are_not_shed_while_requests_are(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            engine.log.join("laggard", ["Jar Filled"])
            worker = slow_one(engine)
            await publish(engine, filled("a"))
            await engine.log.pending("laggard", ["Jar Filled"], 9)
            engine.clock.advance(timedelta(minutes=1))
            assert engine.log.lag() > 1
            await settled(worker)
            assert await sweets(engine, "a") == 1

    asyncio.run(scenario())


def test_a_stop_waits_for_what_is_at_work_and_then_no_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow_module, "DRAIN_SECONDS", 0.05)

    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            gate, never = asyncio.Event(), asyncio.Event()

            async def waits(unit: Unit, event: Filled) -> None:
                await (gate if event.jar == "a" else never).wait()
                await count(unit, event)

            worker = slow_one(engine, waits)
            await publish(engine, filled("a"), filled("b"))
            await worker.turn()
            await asyncio.sleep(0)
            gate.set()
            await worker.drain()
            assert retries(engine) == [(2, 0, 1)]
            assert [await sweets(engine, jar) for jar in ("a", "b")] == [1, 0]

    asyncio.run(scenario())


def test_a_run_that_takes_too_long_is_a_failed_try(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bound_module, "SLOW_SECONDS", 0.02)

    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            never = asyncio.Event()

            async def hangs(*_: object) -> None:
                await never.wait()

            bounded = bound_module.bounded(Reaction(Filled, hangs, NAME, slow=True))
            await publish(engine, filled("a"))
            await settled(slow_one(engine, bounded.handle))
            assert retries(engine) == [(1, 1, 1)]
            assert engine.rows("select error from retries") == [("TimeoutError",)]

    asyncio.run(scenario())


def test_an_ordinary_reaction_that_hangs_fails_and_the_others_of_its_batch_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bound_module, "BATCH_SECONDS", 0.05)

    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            never = asyncio.Event()

            async def hangs(unit: Unit, event: Filled) -> None:
                if event.jar == "stuck":
                    await never.wait()
                await count(unit, event)

            seen = Seen()
            service = Service("jars", (JARS,), reactions=(Reaction(Filled, hangs, "counting"),))
            bus = Bus(engine.clock, SeededChance(1))
            decider = bound_module.BoundedDecider(
                "counting", service, service.reactions, bus=bus, store=engine.store, observe=seen
            )
            worker = Subscriber(decider, engine.log)
            engine.log.join("counting", worker.names)
            await publish(engine, filled("a"), filled("stuck"), filled("b"))
            await run_dry(worker)
            assert [await sweets(engine, jar) for jar in ("a", "stuck", "b")] == [1, 0, 1]
            assert retries(engine) == [(2, 1, 1)]
            assert seen.of("stuck") == [Fate.RETRY]

    asyncio.run(scenario())
