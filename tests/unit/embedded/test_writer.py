"""The writer: one fsync for many, and each commit answered for itself."""

import asyncio
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from frontdesk.adapters.embedded import checkpoints, writer
from frontdesk.adapters.embedded.database import Database
from frontdesk.adapters.embedded.transaction import Transaction
from frontdesk.kernel.errors import ClaimTaken, Conflict, CounterRefused, Unavailable
from frontdesk.kernel.records import Add, Commit, Take
from tests.unit.embedded.engine import NOW, break_on, event, jar, opened, save

NAIVE = NOW.replace(tzinfo=None)  # breaks the row that it gets into, and so the transaction


def bad_row(id: str) -> Commit:
    """Return a commit that passes every check and cannot be written."""
    return Commit(changes=(jar(id),), claims=(Take(f"jars:{id}", id, NAIVE),))


async def outcomes(*work: Coroutine[Any, Any, None]) -> list[str]:
    """Run all at once and return what became of each: "ok" or the name of its error."""
    ends = await asyncio.wait_for(asyncio.gather(*work, return_exceptions=True), 5)
    return ["ok" if end is None else type(end).__name__ for end in ends]


def test_two_hundred_commits_at_once_need_few_transactions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []
    transaction = Database.transaction

    def counted(self: Database, next_seq: int, *, hot: bool = True) -> Transaction:
        begun.append(next_seq)
        return transaction(self, next_seq, hot=hot)

    monkeypatch.setattr(Database, "transaction", counted)

    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            work = (engine.store.commit(save(f"j{n}", events=(event(f"j{n}"),))) for n in range(200))
            assert set(await outcomes(*work)) == {"ok"}
            assert engine.rows("select count(*), max(seq) from events") == [(200, 200)]

    asyncio.run(scenario())
    assert len(begun) <= 3


def test_requests_that_come_several_at_a_time_are_gathered_and_a_lone_one_never_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "GATHER_SECONDS", 0.4)

    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            now = asyncio.get_running_loop().time
            start = now()
            for n in range(3):
                await engine.store.commit(save(f"alone{n}"))
            patient = [engine.writer.submit(save(f"reaction{n}"), patient=True) for n in range(2)]
            assert await outcomes(*patient, engine.store.commit(save("between"))) == ["ok"] * 3
            await engine.store.commit(save("after"))
            assert now() - start < 0.4, "only several requests make the next transaction wait"

            begun = now()
            assert await outcomes(*(engine.store.commit(save(f"a{n}")) for n in range(2))) == ["ok"] * 2
            assert await outcomes(*(engine.store.commit(save(f"b{n}")) for n in range(9))) == ["ok"] * 9
            assert now() - begun >= 0.4
            assert engine.writer.figures.sizes.counts[0] == 4, "each of the lone ones had its transaction"
            assert sum(engine.writer.figures.sizes.counts) == 7

    asyncio.run(scenario())


@pytest.mark.parametrize("waiting", [writer.GATHERED - 1, writer.GATHERED])
def test_where_many_wait_at_the_end_of_a_transaction_the_next_begins_at_once(
    waiting: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "GATHER_SECONDS", 0.4)
    written = threading.Event()

    async def scenario() -> float:
        loop, at_work = asyncio.get_running_loop(), asyncio.Event()

        def hold() -> None:
            loop.call_soon_threadsafe(at_work.set)
            written.wait(5)

        async with opened(tmp_path) as engine:
            monkeypatch.setattr(engine.database, "after_commit", hold)
            first = [asyncio.create_task(engine.store.commit(save(f"a{n}"))) for n in range(2)]
            await at_work.wait()
            rest = [asyncio.create_task(engine.store.commit(save(f"b{n}"))) for n in range(waiting)]
            await asyncio.sleep(0)
            begun = loop.time()
            written.set()
            await asyncio.wait_for(asyncio.gather(*first, *rest), 5)
            return loop.time() - begun

    assert (asyncio.run(scenario()) < 0.4) is (waiting == writer.GATHERED)


def test_a_refused_commit_leaves_its_neighbours_alone(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            found = await outcomes(
                engine.store.commit(save("a", events=(event("a"),))),
                engine.store.commit(save("b", version=2, events=(event("b"),))),
                engine.store.commit(Commit(changes=(jar("c"),), counters=(Add("jars:c", -1),))),
                engine.store.commit(Commit(changes=(jar("d"),), claims=(Take("jars:d", "d"),))),
                engine.store.commit(Commit(changes=(jar("e"),), claims=(Take("jars:d", "e"),))),
                engine.store.commit(save("f", events=(event("f"),))),
            )
            assert found == ["ok", "Conflict", "CounterRefused", "ok", "ClaimTaken", "ok"]
            assert engine.rows("select id from r_jar order by id") == [("a",), ("d",), ("f",)]
            assert engine.rows("select seq, source from events order by seq") == [(1, "a"), (2, "f")]

    asyncio.run(scenario())


def test_a_row_that_cannot_be_written_fails_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            found = await outcomes(
                engine.store.commit(save("a", events=(event("a"),))),
                engine.store.commit(bad_row("b")),
                engine.store.commit(save("c", events=(event("c"),))),
            )
            assert found == ["ok", "TypeError", "ok"]
            assert engine.rows("select id from r_jar order by id") == [("a",), ("c",)]
            assert engine.rows("select seq, source from events order by seq") == [(1, "a"), (2, "c")]
            await engine.store.commit(save("d", events=(event("d"),)))
            assert engine.log.head == 3

    asyncio.run(scenario())
    assert "each commit is tried alone" in caplog.text


@pytest.mark.usefixtures("caplog")
def test_two_writers_of_one_record_race_even_when_each_commit_is_tried_alone(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            await engine.store.commit(save("a"))
            found = await outcomes(
                engine.store.commit(save("a", version=2, sweets=1)),
                engine.store.commit(bad_row("b")),
                engine.store.commit(save("a", version=2, sweets=2)),
            )
            assert found == ["ok", "TypeError", "Conflict"]
            stored = await engine.store.get("jar", "a")
            assert stored is not None
            assert stored.body == '{"sweets":1,"shelf":"top"}'

    asyncio.run(scenario())


def test_commits_that_stand_or_fall_together_leave_nothing_behind_when_one_is_refused(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            first = Commit(
                changes=(jar("a"),),
                claims=(Take("jars:shelf", "a"),),
                counters=(Add("jars:count", 5),),
                events=(event("a"),),
            )
            second = save("b", version=7, events=(event("b"),))
            third = Commit(
                changes=(jar("a", sweets=3),),
                claims=(Take("jars:shelf", "other"),),
                counters=(Add("jars:count", 1),),
                events=(event("c"),),
            )
            found = await outcomes(engine.writer.submit(first, second), engine.writer.submit(third))
            assert found == ["Conflict", "ok"]
            assert engine.rows("select key, owner from claims") == [("jars:shelf", "other")]
            assert engine.rows("select key, count from counters") == [("jars:count", 1)]
            assert engine.rows("select seq, id from events") == [(1, "jar:c:1:0")]

    asyncio.run(scenario())


def test_a_refusal_does_not_send_its_neighbours_the_slow_way(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            first = Commit(changes=(jar("a"),), claims=(Take("jars:shelf", "a"),))
            third = Commit(changes=(jar("c"),), claims=(Take("jars:shelf", "c"),))
            await outcomes(
                engine.writer.submit(first, save("b", version=7)),
                engine.writer.submit(third),
            )

    asyncio.run(scenario())
    assert caplog.text == ""


@pytest.mark.parametrize("stands", [False, True])
def test_a_failed_commit_is_unavailable_to_all_and_the_next_one_is_fine(
    tmp_path: Path, *, stands: bool
) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            await engine.store.commit(save("old", events=(event("old"),)))
            break_on(engine, **{"after" if stands else "before": ("commit",)})
            work = (engine.store.commit(save(id, events=(event(id),))) for id in "ab")
            assert await outcomes(*work) == ["Unavailable", "Unavailable"]
            assert ("jar", "old") not in engine.database.at_hand.hot
            stored = await engine.store.get("jar", "a")
            assert (stored is not None) is stands
            await engine.store.commit(save("c", events=(event("c"),)))
            last = engine.rows("select seq, source from events order by seq desc limit 1")
            assert last == [(4 if stands else 2, "c")]

    asyncio.run(scenario())


def test_subscribers_hear_of_a_commit_that_stood_although_it_seemed_to_fail(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            position = engine.log.join("shelf", ["Jar Filled"])
            await engine.store.commit(save("old", events=(event("old"),)))
            position.cursor = 1
            break_on(engine, after=("commit",))
            assert await outcomes(engine.store.commit(save("a", events=(event("a"),)))) == ["Unavailable"]
            await engine.store.commit(save("c", events=(event("c"),)))
            batch = await engine.log.pending("shelf", ["Jar Filled"], 256)
            assert [entry.message.source for entry in batch.entries] == ["a", "c"]

    asyncio.run(scenario())


def test_a_checkpoint_that_fails_does_not_take_back_a_commit(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            break_on(engine, before=("pragma wal_checkpoint",))
            engine.database.checkpoints._ready.set()  # noqa: SLF001 - as its thread does
            await engine.store.commit(save("a", events=(event("a"),)))
            assert engine.log.head == 1

    asyncio.run(scenario())


@pytest.mark.parametrize("long", [50, 1_000_000])
def test_the_writer_stops_for_a_checkpoint_only_once_the_log_is_long(
    long: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(checkpoints, "LEAST_ROWS", 1)
    monkeypatch.setattr(checkpoints, "LOG_PAGES", long)

    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            ran: list[str] = []
            engine.database.writing.set_trace_callback(ran.append)
            for n in range(300):
                await engine.store.commit(save(f"j{n}", events=(event(f"j{n}"),)))
            stops = [sql for sql in ran if "wal_checkpoint" in sql]
            pages = (tmp_path / "frontdesk.db-wal").stat().st_size // 4096
            assert (len(stops) > 0) is (long == 50)
            assert pages < 600 or long > 50, "each commit writes four pages or more"

    asyncio.run(scenario())


def test_a_database_that_cannot_even_begin_answers_everybody_who_waits(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            break_on(engine, before=("begin", "begin"))
            work = [engine.store.commit(save(f"j{n}")) for n in range(600)]  # more than one transaction takes
            found = await outcomes(*work)
            assert found == ["Unavailable"] * 512 + ["ok"] * 88

    asyncio.run(scenario())


def test_a_database_that_cannot_be_opened_anew_answers_everybody_and_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            connect = engine.database._connect  # noqa: SLF001 - there is no other way to break it
            failures = ["once"]

            def broken() -> object:
                if failures:
                    raise OSError(failures.pop())
                return connect()

            monkeypatch.setattr(engine.database, "_connect", broken)
            break_on(engine, before=("commit",))
            assert await outcomes(engine.store.commit(save("a"))) == ["Unavailable"]
            assert await outcomes(engine.store.commit(save("b"))) == ["Unavailable"]
            assert await outcomes(engine.store.commit(save("c"))) == ["ok"]

    asyncio.run(scenario())


def test_requests_are_shed_once_the_oldest_waits_too_long_but_reactions_are_not(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            waiting = asyncio.ensure_future(engine.writer.submit(save("a")))
            await asyncio.sleep(0)
            engine.writer._waiting[0].since -= 1.1  # noqa: SLF001 - as if the disk had been busy so long
            with pytest.raises(Unavailable):
                await engine.store.commit(save("b"))
            await engine.writer.submit(save("c"), patient=True)
            await waiting
            await engine.store.commit(save("d"))
            assert engine.rows("select id from r_jar order by id") == [("a",), ("c",), ("d",)]

    asyncio.run(scenario())


def test_closing_writes_what_waits(tmp_path: Path) -> None:
    async def scenario() -> list[asyncio.Task[None]]:
        async with opened(tmp_path) as engine:
            waiting = [asyncio.create_task(engine.store.commit(save(f"j{n}"))) for n in range(50)]
            await asyncio.sleep(0)
        return waiting

    async def look() -> None:
        async with opened(tmp_path) as engine:
            assert engine.rows("select count(*) from r_jar") == [(50,)]

    assert all(future.done() for future in asyncio.run(scenario()))
    asyncio.run(look())


def test_a_caller_that_goes_away_takes_nobody_along(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            gone = asyncio.ensure_future(engine.store.commit(save("a")))
            stays = asyncio.ensure_future(engine.store.commit(save("b")))
            await asyncio.sleep(0)
            gone.cancel()
            await stays
            assert (await asyncio.gather(gone, return_exceptions=True))[0].__class__ is asyncio.CancelledError
            assert engine.rows("select id from r_jar order by id") == [("a",), ("b",)]

    asyncio.run(scenario())


def test_one_hot_counter_is_never_oversold_within_a_transaction(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            await engine.store.commit(Commit(counters=(Add("jars:stock", 10),)))
            work = (engine.store.commit(Commit(counters=(Add("jars:stock", -1),))) for _ in range(30))
            found = await outcomes(*work)
            assert found.count("ok") == 10
            assert found.count(CounterRefused.__name__) == 20
            assert await engine.store.counts(["jars:stock"]) == {"jars:stock": 0}

    asyncio.run(scenario())


def test_one_claim_goes_to_one_of_many_in_a_transaction(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            work = (engine.store.commit(Commit(claims=(Take("jars:slot", f"o{n}"),))) for n in range(20))
            found = await outcomes(*work)
            assert found.count("ok") == 1
            assert found.count(ClaimTaken.__name__) == 19

    asyncio.run(scenario())


def test_conflict_is_reported_to_the_second_of_two_in_one_transaction(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            found = await outcomes(engine.store.commit(save("a")), engine.store.commit(save("a")))
            assert found == ["ok", Conflict.__name__]

    asyncio.run(scenario())
