"""The event log: a subscriber goes on exactly where it stood, whatever is in memory."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from frontdesk.adapters.embedded import log as log_module
from frontdesk.adapters.embedded.log import REACTION_LAG_SECONDS
from frontdesk.adapters.embedded.settlement import Parked, Settlement
from frontdesk.kernel.errors import Unavailable
from tests.unit.embedded.engine import NOW, Engine, event, opened, save
from tests.unit.embedded.reacting import filled, publish, run_dry, subscriber, sweets

WANTED = ["Jar Filled"]


async def fill(engine: Engine, count: int, start: int = 0, every: int = 1) -> None:
    """Publish events; only each `every`-th one is wanted."""
    for n in range(start, start + count):
        name = "Jar Filled" if n % every == 0 else "Jar Emptied"
        await engine.store.commit(save(f"j{n}", events=(event(f"j{n}", name),)))


@pytest.mark.parametrize("limit", [1, 3, 7, 256])
def test_memory_and_database_give_the_same_pages(tmp_path: Path, limit: int) -> None:
    async def pages(engine: Engine, *, from_memory: bool) -> list[tuple[list[int], int]]:
        position = engine.log.join("reader", WANTED)
        position.cursor = 0
        found = []
        while position.cursor < engine.log.head:
            if not from_memory:
                engine.log._recent.clear()  # noqa: SLF001 - as after a restart
            batch = await engine.log.pending("reader", WANTED, limit)
            found.append(([entry.seq for entry in batch.entries], batch.cursor))
            position.cursor = batch.cursor
        return found

    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            await fill(engine, 20, every=3)
            remembered = await pages(engine, from_memory=True)
            assert remembered == await pages(engine, from_memory=False)
            assert [seq for page, _ in remembered for seq in page] == [1, 4, 7, 10, 13, 16, 19]

    asyncio.run(scenario())


def test_a_subscriber_that_falls_behind_what_is_in_memory_misses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_module, "RECENT", 5)

    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            worker = subscriber(engine, batch=3)
            await publish(engine, *(filled(f"s{n}", "hot") for n in range(8)))
            await worker.turn()
            await publish(engine, *(filled(f"t{n}", "hot") for n in range(30)))
            assert len(engine.log._recent) <= 10  # noqa: SLF001 - memory is bounded
            await run_dry(worker)
            assert await sweets(engine, "hot") == 38

    asyncio.run(scenario())


def test_a_restart_goes_on_exactly_where_the_last_settlement_stood(tmp_path: Path) -> None:
    async def before() -> None:
        async with opened(tmp_path) as engine:
            worker = subscriber(engine, batch=4)
            await publish(engine, *(filled(f"s{n}", "hot") for n in range(10)))
            await worker.turn()
            assert await sweets(engine, "hot") == 4

    async def after() -> None:
        async with opened(tmp_path) as engine:
            worker = subscriber(engine, batch=100)
            batch = await engine.log.pending("counting", worker.names, 100)
            assert [entry.message.source for entry in batch.entries] == [f"s{n}" for n in range(4, 10)]
            await run_dry(worker)
            assert await sweets(engine, "hot") == 10
            await publish(engine, filled("late", "hot"))
            assert engine.rows("select max(seq) from events") == [(11,)]

    asyncio.run(before())
    asyncio.run(after())


def test_a_retry_survives_a_restart(tmp_path: Path) -> None:
    async def before() -> None:
        async with opened(tmp_path) as engine:
            engine.log.join("reader", WANTED)
            await fill(engine, 2)
            parked = Parked(1, 3, NOW + timedelta(seconds=30), "OSError")
            await engine.log.settle(Settlement("reader", 2, parked=(parked,)))

    async def after() -> None:
        async with opened(tmp_path) as engine:
            position = engine.log.join("reader", WANTED)
            assert position.next_retry == NOW + timedelta(seconds=30)
            assert (await engine.log.pending("reader", WANTED, 9)).entries == ()
            engine.clock.advance(timedelta(seconds=30))
            (entry,) = (await engine.log.pending("reader", WANTED, 9)).entries
            assert (entry.seq, entry.tries) == (1, 3)

    asyncio.run(before())
    asyncio.run(after())


def test_trimming_spares_what_a_retry_a_dead_letter_or_a_slow_subscriber_needs(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            for name in ("quick", "slow"):
                engine.log.join(name, WANTED)
            await fill(engine, 10)
            later = NOW + timedelta(hours=1)
            waiting, dead = Parked(2, 1, later, "OSError"), Parked(4, 8, None, "OSError")
            await engine.log.settle(Settlement("quick", 10, parked=(waiting, dead)))
            await engine.log.settle(Settlement("slow", 6))
            await engine.log.trim(NOW)
            assert engine.rows("select count(*) from events") == [(10,)], "nothing is older than NOW"
            await engine.log.trim(NOW + timedelta(days=1))
            assert engine.rows("select seq from events order by seq") == [
                (n,) for n in (2, 4, 6, 7, 8, 9, 10)
            ]

    asyncio.run(scenario())


def test_places_are_never_used_twice_even_when_everything_was_trimmed(tmp_path: Path) -> None:
    async def before() -> None:
        async with opened(tmp_path) as engine:
            engine.log.join("reader", WANTED)
            await fill(engine, 10)
            await engine.log.settle(Settlement("reader", 10))
            await engine.log.trim(NOW + timedelta(days=1))

    async def after() -> None:
        async with opened(tmp_path) as engine:
            engine.log.join("reader", WANTED)
            await engine.store.commit(save("next", events=(event("next"),)))
            (entry,) = (await engine.log.pending("reader", WANTED, 9)).entries
            assert entry.seq == 11

    asyncio.run(before())
    asyncio.run(after())


def test_a_subscriber_is_woken_by_its_own_events_only(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            position = engine.log.join("reader", WANTED)
            await engine.store.commit(save("a", events=(event("a", "Jar Emptied"),)))
            assert not position.wake.is_set()
            await engine.store.commit(save("b", events=(event("b"),)))
            assert position.wake.is_set()

    asyncio.run(scenario())


def test_requests_are_shed_while_reactions_lag_and_welcome_again_after(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            worker = subscriber(engine)
            await publish(engine, filled("a"))
            await engine.log.pending("counting", worker.names, 9)
            engine.clock.advance(timedelta(seconds=REACTION_LAG_SECONDS + 0.1))
            with pytest.raises(Unavailable):
                await engine.store.commit(save("b"))
            await run_dry(worker)
            assert engine.log.lag() == 0
            await engine.store.commit(save("b"))

    asyncio.run(scenario())


def test_the_backlog_counts_what_lies_before_each_subscriber(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            worker = subscriber(engine)
            await publish(engine, filled("a"), filled("b"))
            assert engine.log.backlog() == {"counting": 2}
            await run_dry(worker)
            assert engine.log.backlog() == {"counting": 0}

    asyncio.run(scenario())


def test_catching_up_is_no_lag_as_long_as_the_subscriber_gains(tmp_path: Path) -> None:
    async def before() -> None:
        async with opened(tmp_path) as engine:
            await fill(engine, 100)

    async def after() -> None:
        async with opened(tmp_path) as engine:
            worker = subscriber(engine, batch=10)
            engine.clock.advance(timedelta(hours=1))
            for n in range(30):  # three come in while ten are taken in
                await engine.log.pending("counting", worker.names, 10)
                assert engine.log.lag() == 0
                await worker.turn()
                await fill(engine, 3 if n < 12 else 0, start=100 + 3 * n)
            assert engine.log.backlog() == {"counting": 0}

    asyncio.run(before())
    asyncio.run(after())


def test_a_subscriber_that_never_catches_up_lags(tmp_path: Path) -> None:
    async def before() -> None:
        async with opened(tmp_path) as engine:
            await fill(engine, 20)

    async def after() -> None:
        async with opened(tmp_path) as engine:
            worker = subscriber(engine, batch=10)
            await fill(engine, 50, start=20)
            engine.clock.advance(timedelta(hours=1))
            for _ in range(2):
                await worker.turn()
                assert engine.log.lag() == 0
            await worker.turn()
            assert engine.log.lag() == 3600
            with pytest.raises(Unavailable):
                await fill(engine, 1, start=70)

    asyncio.run(before())
    asyncio.run(after())


def test_events_without_effect_cost_no_transaction(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            engine.log.join("idle", WANTED)
            await fill(engine, 3)
            await engine.log.settle(Settlement("idle", 3))
            assert engine.log.backlog() == {"idle": 0}
            assert engine.rows("select * from cursors") == []
            engine.log.join("busy", WANTED)
            await engine.log.settle(Settlement("busy", 1, (save("b"),)))
            assert engine.rows("select * from cursors order by 1") == [("busy", 1), ("idle", 3)]
            await engine.log.settle(Settlement("busy", 3))
            await engine.log.save_cursors()
            assert engine.rows("select * from cursors order by 1") == [("busy", 3), ("idle", 3)]

    asyncio.run(scenario())


def test_a_stored_cursor_does_not_fall_far_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_module, "UNSAVED", 3)

    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            engine.log.join("idle", WANTED)
            await fill(engine, 4)
            await engine.log.settle(Settlement("idle", 2))
            assert engine.rows("select * from cursors") == []
            await engine.log.settle(Settlement("idle", 4))
            assert engine.rows("select * from cursors") == [("idle", 4)]

    asyncio.run(scenario())


def test_a_cursor_stored_for_another_never_goes_back(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            for name in ("one", "two"):
                engine.log.join(name, WANTED)
            await fill(engine, 9)
            for name in ("one", "two"):
                await engine.log.settle(Settlement(name, 2))
            both = (engine.log.settle(Settlement(name, 9, (save(name),))) for name in ("one", "two"))
            await asyncio.gather(*both)
            assert engine.rows("select * from cursors order by 1") == [("one", 9), ("two", 9)]

    asyncio.run(scenario())
