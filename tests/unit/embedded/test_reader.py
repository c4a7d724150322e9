"""The reader: one moment of a data directory, beside whoever writes to it, and never a write."""

import asyncio
import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from frontdesk.adapters.embedded.reader import NoDataError, Reader, Undelivered
from frontdesk.adapters.embedded.schema import FORMAT, FormatError
from frontdesk.kernel import limits
from frontdesk.kernel.messages import Message
from frontdesk.kernel.records import Add, Commit
from frontdesk.kernel.unit import Unit
from tests.unit.embedded.engine import NOW, jar, opened, save
from tests.unit.embedded.reacting import NAME, Filled, filled, publish, run_dry, subscriber

LISTENERS = {NAME: (Filled.NAME,)}


def ids(reader: Reader) -> list[str]:
    return [record.id for record in reader.scan("jar")]


def test_records_come_in_the_order_of_their_ids_as_they_are_stored(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as engine:
            for id in ("c", "a", "b"):
                await engine.store.commit(save(id, sweets=3))
            with Reader(tmp_path, LISTENERS) as reader:
                found = list(reader.scan("jar"))
                assert [record.id for record in found] == ["a", "b", "c"]
                assert (found[0].body, found[0].version, found[0].schema) == (jar("a", sweets=3).body, 1, 1)
                assert reader.size("jar") == 3

    asyncio.run(story())


def test_a_reader_stays_at_its_moment_while_others_write(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as engine:
            await engine.store.commit(save("a"))
            with Reader(tmp_path, LISTENERS) as reader:
                scan = reader.scan("jar")
                await engine.store.commit(Commit(changes=(jar("b"),), counters=(Add("jars:n", 1),)))
                assert [record.id for record in scan] == ["a"]
                assert list(reader.counters("jars:")) == []
            with Reader(tmp_path, LISTENERS) as later:
                assert ids(later) == ["a", "b"]

    asyncio.run(story())


def test_counters_are_found_by_the_beginning_of_their_keys(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as engine:
            keys = ("jars:n", "jars:n:1", "jars:nö", "jarsx", "jar")
            adds = tuple(Add(key, place + 1) for place, key in enumerate(keys))
            await engine.store.commit(Commit(changes=(jar("a"),), counters=adds))
            with Reader(tmp_path, LISTENERS) as reader:
                assert list(reader.counters("jars:n")) == [("jars:n", 1), ("jars:n:1", 2), ("jars:nö", 3)]

    asyncio.run(story())


def test_what_is_not_taken_in_is_told_in_the_order_of_a_field(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as engine:
            worker = subscriber(engine)
            await publish(engine, filled("1", into="early"))
            await run_dry(worker)
            await publish(
                engine, filled("2", into="z"), filled("3", into="a"), filled("4", name="Jar Emptied")
            )
            with Reader(tmp_path, LISTENERS) as reader:
                assert list(reader.undelivered("jar")) == [
                    Undelivered("a", NAME, Filled.NAME, "", "", False),
                    Undelivered("z", NAME, Filled.NAME, "", "", False),
                ]

    asyncio.run(story())


def test_an_event_without_the_field_shows_its_body(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as engine:
            nonsense = Message("jar:x:1:0", Filled.NAME, 1, "x", 1, NOW, "test", "no JSON")
            await publish(engine, filled("1"), nonsense)
            with Reader(tmp_path, LISTENERS) as reader:
                found = [(event.key, event.body) for event in reader.undelivered("colour")]
            assert sorted(found) == [("", "no JSON"), ("", filled("1").body)]

    asyncio.run(story())


@pytest.mark.parametrize("tries", [1, limits.TRIES])
def test_what_failed_is_told_with_its_cause(tmp_path: Path, tries: int) -> None:
    async def fail(_unit: Unit, _event: Filled) -> None:
        raise OSError

    async def story() -> None:
        async with opened(tmp_path) as engine:
            worker = subscriber(engine, fail)
            await publish(engine, filled("1"))
            for _ in range(tries):
                await worker.turn()
                engine.clock.advance(timedelta(seconds=limits.RETRY_MAX_SECONDS))
            with Reader(tmp_path, LISTENERS) as reader:
                (found,) = reader.undelivered("jar")
                dead = tries == limits.TRIES
                assert found == Undelivered("1", NAME, Filled.NAME, "", "OSError", dead)

    asyncio.run(story())


def test_without_data_there_is_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(NoDataError, match="There is no data"):
        Reader(tmp_path / "elsewhere", LISTENERS)
    assert not (tmp_path / "elsewhere").exists()


def test_data_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path):
            pass

    asyncio.run(story())
    with sqlite3.connect(tmp_path / "frontdesk.db") as database:
        database.execute(f"pragma user_version = {FORMAT + 1}")
    database.close()
    with pytest.raises(FormatError):
        Reader(tmp_path, LISTENERS)


def test_a_kind_that_was_never_kept_has_no_records(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path):
            with Reader(tmp_path, LISTENERS) as reader:
                assert list(reader.scan("bottle")) == []
                assert reader.size("bottle") == 0

    asyncio.run(story())


def test_what_a_crash_left_in_the_log_is_read_and_the_files_are_left_as_they_were(tmp_path: Path) -> None:
    crashed = tmp_path / "crashed"

    async def story() -> None:
        live = tmp_path / "live"
        live.mkdir()
        async with opened(live) as engine:
            await engine.store.commit(save("a"))
            crashed.mkdir()
            for name in (
                "frontdesk.db",
                "frontdesk.db-wal",
            ):  # the shared memory does not outlive a power cut
                shutil.copy(live / name, crashed / name)

    asyncio.run(story())
    before = {path.name: path.read_bytes() for path in crashed.glob("*-wal")}
    with Reader(crashed, LISTENERS) as reader:
        assert ids(reader) == ["a"]
    assert {path.name: path.read_bytes() for path in crashed.glob("*-wal")} == before


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path):
            with Reader(tmp_path, LISTENERS) as reader, pytest.raises(sqlite3.OperationalError):
                list(reader._rows("delete from events"))  # noqa: SLF001 - there is no way but this one

    asyncio.run(story())
