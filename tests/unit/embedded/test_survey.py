"""The figures of a running desk: what waits, how old it is, and what the writer's transactions took."""

import asyncio
from datetime import timedelta
from pathlib import Path

from frontdesk.adapters.embedded.figures import Histogram, ReactionFigures
from frontdesk.adapters.embedded.survey import Survey, survey
from frontdesk.kernel import limits
from frontdesk.kernel.bus import Fate
from frontdesk.kernel.unit import Unit
from tests.unit.embedded.engine import NOW, Engine, opened
from tests.unit.embedded.reacting import NAME, Filled, filled, publish, run_dry, subscriber


async def fail(_unit: Unit, _event: Filled) -> None:
    """Break, whatever the event."""
    raise ZeroDivisionError


def look(engine: Engine, folder: Path) -> Survey:
    """Survey the engine's one subscriber."""
    places = {name: (place.cursor, place.names) for name, place in engine.log.positions().items()}
    return survey(folder / "frontdesk.db", places)


def test_what_a_subscriber_has_not_tried_waits_since_the_oldest_that_concerns_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as engine:
            worker = subscriber(engine)
            await publish(engine, filled("a"), filled("b"), filled("c"))
            before = look(engine, tmp_path).waiting[NAME]
            await run_dry(worker)
            after = look(engine, tmp_path).waiting[NAME]
            assert (before.fresh, before.oldest) == (3, NOW)
            assert (after.fresh, after.oldest) == (0, None)

    asyncio.run(story())


def test_a_failed_message_waits_to_be_tried_again_and_is_a_dead_letter_in_the_end(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as engine:
            worker = subscriber(engine, fail)
            await publish(engine, filled("a"))
            await run_dry(worker)
            failed = look(engine, tmp_path).waiting[NAME]
            for _ in range(limits.TRIES):
                engine.clock.advance(timedelta(hours=1))
                await run_dry(worker)
            dead = look(engine, tmp_path).waiting[NAME]
            assert (failed.fresh, failed.retries, failed.dead, failed.oldest) == (0, 1, 0, NOW)
            assert (dead.fresh, dead.retries, dead.dead, dead.oldest) == (0, 0, 1, None)

    asyncio.run(story())


def test_sizes_and_room_are_told_in_bytes(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as engine:
            await publish(engine, filled("a"))
            found = look(engine, tmp_path)
            assert found.database_bytes == (tmp_path / "frontdesk.db").stat().st_size
            assert found.log_bytes > 0
            assert found.free_bytes > 0
            assert found.timers == 0

    asyncio.run(story())


def test_every_event_counts_once_with_its_age_when_it_was_taken_in(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as engine:
            worker = subscriber(engine, batch=2)
            await publish(engine, filled("a"), filled("b"), filled("c"))
            engine.clock.advance(timedelta(seconds=3))
            await run_dry(worker)
            ages = engine.log.positions()[NAME].ages
            assert sum(ages.counts) == 3
            assert ages.sum == 9.0

    asyncio.run(story())


def test_transactions_are_counted_with_what_shared_them(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as engine:
            await asyncio.gather(publish(engine, filled("a")), publish(engine, filled("b")))
            figures = engine.writer.figures
            assert sum(figures.seconds.counts) == sum(figures.sizes.counts)
            assert figures.sizes.sum == 2
            assert figures.failed == 0

    asyncio.run(story())


def test_a_value_on_a_bound_counts_below_it() -> None:
    found = Histogram((1.0, 2.0))

    for value in (0.5, 1.0, 1.5, 2.0, 9.0):
        found.note(value)

    assert found.counts == [2, 2, 1]
    assert found.sum == 14.0


def test_runs_are_counted_by_what_became_of_the_message() -> None:
    figures = ReactionFigures()

    for outcome in (Fate.DONE, Fate.RETRY, Fate.DONE, Fate.DEAD):
        figures.note(outcome)

    assert figures.counts() == {"done": 2, "retry": 1, "dead": 1}
