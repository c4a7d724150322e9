"""Dead letters: found, opened, redriven or discarded, and every such deed kept."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from frontdesk.adapters.embedded import letters as letters_module
from frontdesk.adapters.embedded.letters import SqliteLetters
from frontdesk.adapters.embedded.subscriber import Subscriber
from frontdesk.kernel import limits
from frontdesk.kernel.errors import NotFound
from frontdesk.kernel.unit import Unit
from frontdesk.letters import Action, Choice, DeadLetter, Deed
from tests.unit.embedded.engine import Engine, opened
from tests.unit.embedded.reacting import (
    NAME,
    Filled,
    count,
    filled,
    publish,
    retries,
    run_dry,
    subscriber,
    sweets,
)

EVERY = Choice()


class Fault:
    """A reaction that fails until it is mended: for one jar, or for every one."""

    def __init__(self) -> None:
        self.error: Exception | None = KeyError("secret")
        self.only = ""

    async def __call__(self, unit: Unit, event: Filled) -> None:
        """Fail, or count."""
        if self.error is not None and self.only in {"", event.jar}:
            raise self.error
        await count(unit, event)


class Broken:
    """An engine whose one subscriber gave up on some letters."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.fault = Fault()
        self.worker: Subscriber = subscriber(engine, self.fault)
        self.letters = SqliteLetters(engine.database, engine.writer, engine.log)

    async def give_up(self, *sources: str) -> list[str]:
        """Publish, fail for good, and return the ids of all letters."""
        await publish(self.engine, *map(filled, sources))
        for _ in range(limits.TRIES):
            await run_dry(self.worker)
            self.engine.clock.advance(timedelta(hours=1))
        return [letter.id for letter in await self.list()]

    async def list(self, choice: Choice = EVERY) -> list[DeadLetter]:
        """Return every letter of a choice."""
        found, cursor = await self.letters.page(choice, "", 100)
        assert cursor == ""
        return list(found)

    def deed(self, action: Action, reason: str = "") -> Deed:
        """Return what the operator does now."""
        return Deed(action, "olga", self.engine.clock.now(), reason)


@asynccontextmanager
async def broken(folder: Path) -> AsyncIterator[Broken]:
    """Open an engine."""
    async with opened(folder) as engine:
        yield Broken(engine)


def test_a_letter_tells_what_failed_where_and_why_but_no_text_of_ours(tmp_path: Path) -> None:
    async def story() -> None:
        async with broken(tmp_path) as desk:
            await desk.give_up("a")
            (letter,) = await desk.list()

            assert (letter.id, letter.subscriber, letter.event) == (f"{NAME}:1", NAME, "Jar Filled")
            assert (letter.source, letter.tries, letter.cause) == ("a", limits.TRIES, "KeyError")
            assert letter.message_id == "jar:a:1:0"

    asyncio.run(story())


def test_what_is_tried_again_is_no_dead_letter(tmp_path: Path) -> None:
    async def story() -> None:
        async with broken(tmp_path) as desk:
            await publish(desk.engine, filled("a"))
            await run_dry(desk.worker)

            assert len(retries(desk.engine)) == 1
            assert await desk.list() == []
            assert await desk.letters.open(f"{NAME}:1") is None
            assert await desk.letters.settle([f"{NAME}:1"], desk.deed(Action.DISCARD, "no")) == []
            assert len(retries(desk.engine)) == 1

    asyncio.run(story())


def test_letters_are_chosen_by_subscriber_event_and_the_beginning_of_their_cause(tmp_path: Path) -> None:
    async def story() -> None:
        async with broken(tmp_path) as desk:
            await desk.give_up("a")
            desk.fault.error = LookupError("Order of schema 3")
            await desk.give_up("b")

            for choice, sources in [
                (EVERY, ["a", "b"]),
                (Choice(subscriber=NAME), ["a", "b"]),
                (Choice(subscriber="nobody"), []),
                (Choice(subscriber="a"), []),
                (Choice(event="Jar Filled"), ["a", "b"]),
                (Choice(event="Jar"), []),
                (Choice(cause="Look"), ["b"]),
                (Choice(cause="rror"), []),
                (Choice(subscriber=NAME, event="Jar Filled", cause="KeyError"), ["a"]),
            ]:
                assert [letter.source for letter in await desk.list(choice)] == sources

    asyncio.run(story())


def test_a_page_ends_where_the_next_one_begins(tmp_path: Path) -> None:
    async def story() -> None:
        async with broken(tmp_path) as desk:
            ids = await desk.give_up("a", "b", "c")
            first, cursor = await desk.letters.page(EVERY, "", 2)
            second, end = await desk.letters.page(EVERY, cursor, 2)

            assert ([letter.id for letter in (*first, *second)], end) == (ids, "")
            assert await desk.letters.page(EVERY, "no cursor of ours", 3) == (
                await desk.list(),
                ids[-1],
            )

    asyncio.run(story())


def test_one_page_looks_at_so_many_letters_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        async with broken(tmp_path) as desk:
            ids = await desk.give_up("a", "b", "c")
            monkeypatch.setattr(letters_module, "SCANNED", 2)
            pages, cursor = 0, ""
            while cursor or not pages:
                found, cursor = await desk.letters.page(Choice(event="None"), cursor, 10)
                pages += 1

                assert found == []
            assert (pages, len(ids)) == (2, 3)

    asyncio.run(story())


def test_an_opened_letter_has_its_body_and_the_story_of_its_source_alone(tmp_path: Path) -> None:
    async def story() -> None:
        async with broken(tmp_path) as desk:
            desk.fault.only = "a"
            for message in (filled("a"), filled("b")):
                await publish(desk.engine, message)
            (id,) = await desk.give_up()
            found = await desk.letters.open(id)

            assert found is not None
            assert (found.body, found.schema) == ('{"jar":"a","sweets":1}', 1)
            assert [fact.message_id for fact in found.story] == ["jar:a:1:0"]

    asyncio.run(story())


@pytest.mark.parametrize(
    "id", ["", "x", f"{NAME}:", f"{NAME}:x", f"{NAME}:9", f"{NAME}:²", f"{NAME}:{10**30}"]
)
def test_what_can_be_no_letter_is_none(tmp_path: Path, id: str) -> None:
    async def story() -> None:
        async with broken(tmp_path) as desk:
            await desk.give_up("a")

            assert await desk.letters.open(id) is None
            assert await desk.letters.settle([id], desk.deed(Action.DISCARD, "no")) == []

    asyncio.run(story())


def test_a_redriven_letter_is_due_at_once_and_takes_effect_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with broken(tmp_path) as desk:
            ids = await desk.give_up("a", "b")
            desk.fault.error = None
            settled = await desk.letters.settle([ids[0], ids[0]], desk.deed(Action.REDRIVE))
            await run_dry(desk.worker)

            assert [letter.id for letter in settled] == [ids[0]]
            assert (await sweets(desk.engine, "a"), await sweets(desk.engine, "b")) == (1, 0)
            assert [letter.id for letter in await desk.list()] == [ids[1]]

    asyncio.run(story())


def test_a_redriven_letter_has_all_its_tries_again(tmp_path: Path) -> None:
    async def story() -> None:
        async with broken(tmp_path) as desk:
            ids = await desk.give_up("a")
            await desk.letters.settle(ids, desk.deed(Action.REDRIVE))
            await run_dry(desk.worker)

            assert retries(desk.engine) == [(1, 2, 1)]
            assert await desk.give_up() == ids

    asyncio.run(story())


def test_redriving_wakes_a_subscriber_that_waits(tmp_path: Path) -> None:
    async def story() -> None:
        async with broken(tmp_path) as desk:
            ids = await desk.give_up("a")
            position = desk.engine.log.join(NAME, desk.worker.names)
            assert position.next_retry is None
            await desk.letters.settle(ids, desk.deed(Action.REDRIVE))

            assert position.wake.is_set()
            assert position.next_retry == desk.engine.clock.now()

    asyncio.run(story())


def test_a_discarded_letter_never_takes_effect(tmp_path: Path) -> None:
    async def story() -> None:
        async with broken(tmp_path) as desk:
            ids = await desk.give_up("a", "b")
            desk.fault.error = None
            await desk.letters.settle(ids[:1], desk.deed(Action.DISCARD, "counted by hand"))
            again = await desk.letters.settle(ids[:1], desk.deed(Action.REDRIVE))
            await run_dry(desk.worker)

            assert again == []
            assert await sweets(desk.engine, "a") == 0
            assert desk.engine.log.dead_letters() == 1

    asyncio.run(story())


def test_the_letters_of_a_subscriber_that_does_not_run_can_be_settled_too(tmp_path: Path) -> None:
    async def story() -> None:
        async with broken(tmp_path) as desk:
            await desk.give_up("a")
        async with opened(tmp_path, desk.engine.clock) as engine:
            letters = SqliteLetters(engine.database, engine.writer, engine.log)
            settled = await letters.settle([f"{NAME}:1"], desk.deed(Action.REDRIVE))

            assert len(settled) == 1
            assert retries(engine) == [(1, 1, 1)]

    asyncio.run(story())


def test_who_did_what_when_and_why_is_kept_newest_first(tmp_path: Path) -> None:
    async def story() -> None:
        async with broken(tmp_path) as desk:
            ids = await desk.give_up("a", "b")
            first = desk.deed(Action.REDRIVE)
            await desk.letters.settle(ids[:1], first)
            desk.engine.clock.advance(timedelta(minutes=1))
            second = desk.deed(Action.DISCARD, "counted by hand")
            await desk.letters.settle(ids, second)
            newest, cursor = await desk.letters.audit("", 1)
            rest, _ = await desk.letters.audit(cursor, 10)

            assert [(entry.deed, entry.letter_id) for entry in newest] == [(second, ids[1])]
            assert [(entry.deed, entry.letter_id) for entry in rest] == [(first, ids[0])]
            assert (rest[0].event, rest[0].message_id, rest[0].cause) == (
                "Jar Filled",
                "jar:a:1:0",
                "KeyError",
            )
            assert (await desk.letters.audit(rest[0].letter_id, 10))[0][0].deed == second

    asyncio.run(story())


@pytest.mark.parametrize("sql", ["update letter_audit set by='ben'", "delete from letter_audit"])
def test_the_audit_can_only_grow(tmp_path: Path, sql: str) -> None:
    async def story() -> None:
        async with broken(tmp_path) as desk:
            await desk.letters.settle(await desk.give_up("a"), desk.deed(Action.REDRIVE))

            with pytest.raises(sqlite3.IntegrityError, match="what was done"):
                desk.engine.rows(sql)

    asyncio.run(story())


def test_a_refusal_is_no_dead_letter(tmp_path: Path) -> None:
    async def story() -> None:
        async with broken(tmp_path) as desk:
            desk.fault.error = NotFound()

            assert await desk.give_up("a") == []

    asyncio.run(story())
