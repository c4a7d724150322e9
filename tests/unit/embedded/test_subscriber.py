"""A subscriber: effects once, in one transaction with its cursor; failures parked, never in the way of others."""

import asyncio
from datetime import timedelta
from pathlib import Path

import msgspec

from frontdesk.kernel import limits
from frontdesk.kernel.bus import Fate
from frontdesk.kernel.errors import Conflict, NotFound, Rejected
from frontdesk.kernel.records import Add, Commit
from frontdesk.kernel.unit import Unit
from tests.unit.embedded.engine import JARS, Jar, break_on, opened, save
from tests.unit.embedded.reacting import (
    Filled,
    Seen,
    count,
    filled,
    publish,
    retries,
    run_dry,
    subscriber,
    sweets,
)


class NoRoom(Rejected):
    """The jar is full."""


def test_a_batch_of_many_changes_of_one_record_is_one_write(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            worker = subscriber(engine)
            await publish(engine, *(filled(f"s{n}", "hot") for n in range(20)))
            assert await run_dry(worker) == 1
            assert await sweets(engine, "hot") == 20
            assert engine.rows("select version from r_jar where id='count-hot'") == [(20,)]

    asyncio.run(scenario())


def test_a_poison_message_is_retried_with_backoff_then_dead_while_the_others_go_on(tmp_path: Path) -> None:
    async def poisoned(unit: Unit, event: Filled) -> None:
        if event.jar == "poison":
            raise ZeroDivisionError
        await count(unit, event)

    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            seen = Seen()
            worker = subscriber(engine, poisoned, seen=seen)
            position = engine.log._positions["counting"]  # noqa: SLF001 - what the runtime's tasks wait by
            await publish(engine, filled("a"), filled("poison"), filled("b"))
            await run_dry(worker)
            assert [await sweets(engine, id) for id in ("a", "b")] == [1, 1]
            assert retries(engine) == [(2, 1, 1)]
            waits = []
            while position.next_retry is not None:
                waits.append((position.next_retry - engine.clock.now()).total_seconds())
                assert not await worker.turn(), "not before it is due"
                engine.clock.advance(timedelta(seconds=waits[-1]))
                assert await worker.turn()
            assert retries(engine) == [(2, limits.TRIES, 0)]
            assert seen.of("poison") == [Fate.RETRY] * (limits.TRIES - 1) + [Fate.DEAD]
            assert waits == sorted(waits)
            assert engine.log.dead_letters() == 1
            await publish(engine, filled("c"))
            await run_dry(worker)
            assert await sweets(engine, "c") == 1

    asyncio.run(scenario())


def test_a_retry_that_succeeds_is_over(tmp_path: Path) -> None:
    broken = ["once"]

    async def recovers(unit: Unit, event: Filled) -> None:
        if broken:
            broken.pop()
            raise OSError
        await count(unit, event)

    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            worker = subscriber(engine, recovers)
            await publish(engine, filled("a"))
            await run_dry(worker)
            engine.clock.advance(timedelta(seconds=limits.RETRY_MAX_SECONDS))
            await run_dry(worker)
            assert await sweets(engine, "a") == 1
            assert retries(engine) == []
            assert not await worker.turn()

    asyncio.run(scenario())


def test_a_handler_that_fails_after_its_commit_leaves_nothing(tmp_path: Path) -> None:
    async def half(unit: Unit, event: Filled) -> None:
        await count(unit, event)
        if event.jar == "half":
            raise OSError

    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            worker = subscriber(engine, half)
            await publish(engine, filled("a"), filled("half"), filled("b"))
            await run_dry(worker)
            assert [await sweets(engine, id) for id in ("a", "half", "b")] == [1, 0, 1]
            assert retries(engine) == [(2, 1, 1)]

    asyncio.run(scenario())


def test_what_a_rule_refuses_is_acknowledged(tmp_path: Path) -> None:
    async def refusing(unit: Unit, event: Filled) -> None:
        if event.jar == "full":
            raise NoRoom
        if event.jar == "gone":
            raise NotFound
        await count(unit, event)

    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            seen = Seen()
            worker = subscriber(engine, refusing, seen=seen)
            await publish(engine, filled("full"), filled("a"), filled("gone"))
            await run_dry(worker)
            assert seen.of("full") == seen.of("gone") == [Fate.REFUSED]
            assert retries(engine) == []
            assert await sweets(engine, "a") == 1

    asyncio.run(scenario())


def test_a_batch_that_loses_a_race_is_decided_again_on_fresh_state(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            races = ["once"]

            async def raced(unit: Unit, event: Filled) -> None:
                await count(unit, event)
                if races:
                    races.pop()
                    await engine.store.commit(Commit(changes=(JARS.new("count-a", Jar(100)).record(),)))

            worker = subscriber(engine, raced)
            await publish(engine, filled("a"), filled("b"))
            await run_dry(worker)
            assert [await sweets(engine, id) for id in ("a", "b")] == [101, 1]
            assert retries(engine) == []

    asyncio.run(scenario())


def test_a_message_that_keeps_losing_races_does_not_take_the_others_along(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            lost: list[str] = []

            async def raced(unit: Unit, event: Filled) -> None:
                if event.jar == "contended" and len(lost) < 4:
                    lost.append(event.jar)
                    raise Conflict
                await count(unit, event)

            worker = subscriber(engine, raced)
            await publish(engine, filled("a"), filled("contended"), filled("b"))
            await worker.turn()
            assert [await sweets(engine, id) for id in ("a", "contended", "b")] == [1, 0, 1]
            engine.clock.advance(timedelta(seconds=1))
            await run_dry(worker)
            assert await sweets(engine, "contended") == 1
            assert retries(engine) == []

    asyncio.run(scenario())


def test_stock_taken_by_somebody_else_meanwhile_is_a_lost_race_and_no_stumble(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            races = ["once"]
            seen = Seen()

            async def take(unit: Unit, event: Filled) -> None:
                await unit.commit(JARS.new(f"taken-{event.jar}", Jar()), counters=(Add("jars:stock", -1),))
                if races:
                    races.pop()
                    await engine.store.commit(Commit(counters=(Add("jars:stock", -1),)))

            worker = subscriber(engine, take, seen=seen)
            await engine.store.commit(Commit(counters=(Add("jars:stock", 2),)))
            await publish(engine, filled("a"), filled("b"))
            await run_dry(worker)
            assert await engine.store.counts(["jars:stock"]) == {"jars:stock": 0}
            assert seen.fates[-2:] == [("a", Fate.DONE), ("b", Fate.RETRY)]
            assert await engine.store.get("jar", "taken-b") is None

    asyncio.run(scenario())


def test_an_effect_that_stood_although_its_commit_seemed_to_fail_is_not_repeated(tmp_path: Path) -> None:
    many = limits.HANDLED_MARKS + 4  # the record has forgotten the first of them: only the cursor knows

    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            worker = subscriber(engine)
            await publish(engine, *(filled(f"s{n}", "hot") for n in range(many)))
            break_on(engine, after=("commit",))
            ends = await asyncio.gather(worker.turn(), return_exceptions=True)
            assert [type(end).__name__ for end in ends] == ["Unavailable"]
            await run_dry(worker)
            assert await sweets(engine, "hot") == many

    asyncio.run(scenario())


def test_an_effect_whose_commit_failed_is_repeated(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            worker = subscriber(engine)
            await publish(engine, filled("a"))
            break_on(engine, before=("commit",))
            await asyncio.gather(worker.turn(), return_exceptions=True)
            assert await sweets(engine, "a") == 0
            await run_dry(worker)
            assert await sweets(engine, "a") == 1

    asyncio.run(scenario())


def test_many_retries_do_not_keep_fresh_events_waiting_for_ever(tmp_path: Path) -> None:
    async def down(unit: Unit, event: Filled) -> None:
        if event.jar.startswith("down"):
            raise OSError
        await count(unit, event)

    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            worker = subscriber(engine, down, batch=4)
            await publish(engine, *(filled(f"down{n}") for n in range(12)))
            await run_dry(worker)
            await publish(engine, filled("a"))
            engine.clock.advance(timedelta(seconds=5))
            turns = await run_dry(worker)
            assert await sweets(engine, "a") == 1
            assert turns <= 5

    asyncio.run(scenario())


def test_a_message_nobody_can_read_is_parked(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            worker = subscriber(engine)
            torn = msgspec.structs.replace(filled("torn"), body='{"jar":5}')
            await publish(engine, torn)
            await publish(engine, filled("a"))
            await run_dry(worker)
            assert await sweets(engine, "a") == 1
            assert engine.rows("select seq, error from retries") == [(1, "ValidationError")]

    asyncio.run(scenario())


def test_state_that_two_writers_changed_is_read_again(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            await engine.store.commit(save("count-a", sweets=5))
            worker = subscriber(engine)
            await publish(engine, filled("a"))
            await run_dry(worker)
            assert await sweets(engine, "a") == 6

    asyncio.run(scenario())
