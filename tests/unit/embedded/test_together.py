"""What is taken together: many messages in one call and one commit, and commits that are looked at only once."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from frontdesk.adapters.embedded import transaction
from frontdesk.kernel.bus import Fate
from frontdesk.kernel.checks import check
from frontdesk.kernel.errors import Rejected
from frontdesk.kernel.kinds import AnyKind
from frontdesk.kernel.records import Add, Commit, Take
from frontdesk.kernel.unit import Unit
from tests.unit.embedded.engine import JARS, Engine, Jar, opened
from tests.unit.embedded.reacting import (
    Filled,
    Seen,
    filled,
    publish,
    retries,
    run_dry,
    subscriber,
    sweets,
)


class NoRoom(Rejected):
    """The jar is full."""


class Filler:
    """Fills the jars of several events in one commit, and remembers how many each call had."""

    def __init__(self) -> None:
        self.calls: list[int] = []

    async def __call__(self, unit: Unit, events: Sequence[Filled]) -> None:
        """Raise for a jar that is poison or full."""
        self.calls.append(len(events))
        jars = {f"count-{event.jar}": event for event in events}
        if "count-poison" in jars:
            raise ZeroDivisionError
        if "count-full" in jars:
            raise NoRoom
        there = await unit.get_many(JARS, tuple(jars))
        new = [JARS.new(id, Jar(event.sweets)) for id, event in jars.items() if id not in there]
        if new:
            await unit.commit(*new, counters=(Add("jars:filled", len(new)),))


async def jars(engine: Engine) -> int:
    """Return how many jars were filled, which two things say."""
    counted = (await engine.store.counts(["jars:filled"]))["jars:filled"]
    assert engine.rows("select count(*) from r_jar where id like 'count-%'") == [(counted,)]
    return counted


def test_many_messages_are_one_call_and_one_commit(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            filler, seen = Filler(), Seen()
            worker = subscriber(engine, filler, seen=seen, together=4)
            await publish(engine, *(filled(f"s{n}") for n in range(10)))
            assert await run_dry(worker) == 1
            assert filler.calls == [4, 4, 2]
            assert await jars(engine) == 10
            assert [fate for _, fate in seen.fates] == [Fate.DONE] * 10

    asyncio.run(scenario())


def test_what_is_told_twice_is_done_once(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            worker = subscriber(engine, Filler(), together=4)
            twice = [filled(f"{time}{n}", f"s{n}") for time in "ab" for n in range(3)]
            await publish(engine, *twice)
            await run_dry(worker)
            assert await jars(engine) == 3

    asyncio.run(scenario())


def test_who_is_to_blame_for_a_call_that_failed_fails_alone(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            seen = Seen()
            worker = subscriber(engine, Filler(), seen=seen, together=3)
            await publish(engine, *(filled(id) for id in ("a", "poison", "b", "c", "full", "d", "e")))
            await run_dry(worker)
            assert await jars(engine) == 5
            assert seen.of("poison") == [Fate.RETRY]
            assert seen.of("full") == [Fate.REFUSED]
            assert retries(engine) == [(2, 1, 1)]

    asyncio.run(scenario())


def test_a_call_that_failed_after_its_commit_leaves_nothing(tmp_path: Path) -> None:
    async def half(unit: Unit, events: Sequence[Filled]) -> None:
        await Filler()(unit, events)
        if any(event.jar == "half" for event in events):
            raise OSError

    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            worker = subscriber(engine, half, together=3)
            await publish(engine, filled("a"), filled("half"), filled("b"))
            await run_dry(worker)
            assert await jars(engine) == 2
            assert retries(engine) == [(2, 1, 1)]

    asyncio.run(scenario())


async def take(unit: Unit, event: Filled) -> None:
    """Take one piece from the stock for a jar."""
    await unit.commit(JARS.new(f"taken-{event.jar}", Jar()), counters=(Add("jars:stock", -1),))


def test_what_was_decided_is_looked_at_again_only_where_something_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Commit] = []

    def noted(commit: Commit, *rest: object) -> None:
        looked.append(commit)
        check(commit, *rest)  # type: ignore[arg-type]  # handed on as it came

    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            moves: list[str] = []

            async def taking(unit: Unit, event: Filled) -> None:
                await take(unit, event)
                if event.jar == "moved":
                    moves.append(event.jar)
                    await engine.store.commit(Commit(counters=(Add("jars:stock", -1),)))

            worker = subscriber(engine, taking)
            await engine.store.commit(Commit(counters=(Add("jars:stock", 9),)))
            await publish(engine, filled("a"), filled("b"))
            monkeypatch.setattr(transaction, "check", noted)
            await run_dry(worker)
            assert looked == []
            await publish(engine, filled("moved"), filled("c"))
            looked.clear()
            await run_dry(worker)
            assert len(looked) == 3, "the one that came between, and both of the batch"
            assert moves == ["moved"], "there is enough for all: nothing is decided again"
            assert await engine.store.counts(["jars:stock"]) == {"jars:stock": 4}

    asyncio.run(scenario())


def test_what_lapses_is_always_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[Commit] = []

    async def claim(unit: Unit, event: Filled) -> None:
        await unit.commit(
            JARS.new(f"mine-{event.jar}", Jar()), claims=(Take(f"jars:{event.jar}", event.jar),)
        )

    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            worker = subscriber(engine, claim)
            await publish(engine, filled("a"), filled("b"))
            monkeypatch.setattr(transaction, "check", lambda commit, *_: looked.append(commit))
            await run_dry(worker)
            assert len(looked) == 2

    asyncio.run(scenario())


def test_a_reaction_that_cannot_tell_what_it_will_read_reads_it_by_itself(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def reads(_: object) -> list[tuple[AnyKind, str]]:
        raise AttributeError

    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            worker = subscriber(engine, reads=reads)
            await publish(engine, filled("a", "all"), filled("b", "all"))
            await run_dry(worker)
            assert await sweets(engine, "all") == 2

    asyncio.run(scenario())
    assert "counting cannot tell what it will read" in caplog.text


def test_what_was_decided_on_a_state_that_is_gone_is_decided_anew(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            decided: list[str] = []
            meanwhile = [Commit(counters=(Add("jars:stock", -8),))]

            async def taking(unit: Unit, event: Filled) -> None:
                decided.append(event.jar)
                await take(unit, event)
                if event.jar == "b" and meanwhile:
                    await engine.store.commit(meanwhile.pop())

            await engine.store.commit(Commit(counters=(Add("jars:stock", 9),)))
            worker = subscriber(engine, taking)
            await publish(engine, filled("a"), filled("b"))
            await run_dry(worker)
            assert decided[:3] == ["a", "b", "a"]
            assert await engine.store.counts(["jars:stock"]) == {"jars:stock": 0}, (
                "one was left, and one took it"
            )
            assert engine.rows("select id from r_jar where id like 'taken-%'") == [("taken-a",)]

    asyncio.run(scenario())
