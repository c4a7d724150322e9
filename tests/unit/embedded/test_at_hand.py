"""What is at hand is what is stored: of records, and of those that are not there."""

import asyncio
from pathlib import Path

import pytest

from frontdesk.adapters.embedded import at_hand
from frontdesk.kernel.errors import Conflict
from tests.unit.embedded.engine import opened, save


@pytest.mark.parametrize("hot", [20_000, 0], ids=["at hand", "on disk"])
def test_what_was_looked_for_in_vain_is_found_once_it_is_there(
    hot: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at_hand, "RECORDS", hot)

    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            assert await engine.store.get("jar", "a") is None
            assert await engine.store.get_many("jar", ["a", "b"]) == {}

            await engine.store.commit(save("a"))

            assert await engine.store.get("jar", "a") is not None
            assert set(await engine.store.get_many("jar", ["a", "b"])) == {"a"}

    asyncio.run(scenario())


def test_what_is_made_and_changed_in_one_transaction_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at_hand, "RECORDS", 0)

    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            assert await engine.store.get("jar", "a") is None

            await asyncio.gather(
                engine.store.commit(save("a")), engine.store.commit(save("a", version=2, sweets=3))
            )

            found = await engine.store.get("jar", "a")
            assert found is not None
            assert found.version == 2

    asyncio.run(scenario())


def test_nobody_is_asked_twice_for_what_is_not_there(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            asked: list[str] = []
            await engine.store.get("jar", "a")
            engine.database.reading.set_trace_callback(asked.append)

            assert await engine.store.get("jar", "a") is None
            assert await engine.store.get_many("jar", ["a"]) == {}

            assert asked == []

    asyncio.run(scenario())


def test_the_writer_does_not_look_again_for_what_is_not_there(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            asked: list[str] = []
            await engine.store.get("jar", "a")
            engine.database.writing.set_trace_callback(asked.append)

            await engine.store.commit(save("a"))
            with pytest.raises(Conflict):
                await engine.store.commit(save("a"))

            assert not any(sql.startswith("select") for sql in asked)

    asyncio.run(scenario())


def test_no_more_is_remembered_of_what_is_not_there_than_there_is_room_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at_hand, "ABSENT", 3)

    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            for n in range(5):
                await engine.store.get("jar", f"j{n}")

            assert [("jar", f"j{n}") in engine.database.at_hand.absent for n in range(5)] == [
                False,
                False,
                True,
                True,
                True,
            ]

    asyncio.run(scenario())


def test_what_is_asked_for_again_and_again_stays_at_hand_however_much_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at_hand, "RECORDS", 3)

    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            for id in ("price", "shop"):
                await engine.store.commit(save(id))
            asked: list[str] = []
            engine.database.reading.set_trace_callback(asked.append)

            for n in range(5):
                assert await engine.store.get("jar", "shop") is not None
                assert set(await engine.store.get_many("jar", ["price"])) == {"price"}
                await engine.store.commit(save(f"order-{n}"))

            assert asked == []
            await engine.store.get("jar", "order-0")
            assert len(asked) == 1

    asyncio.run(scenario())
