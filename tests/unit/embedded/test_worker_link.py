"""The link between a desk and its worker: what is told, in which order, and what becomes of it when one end goes."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from frontdesk.adapters.embedded.log import REACTION_LAG_SECONDS
from frontdesk.adapters.embedded.news import MOST, News, Told
from frontdesk.adapters.embedded.worker_desk import DeskEnd
from frontdesk.adapters.embedded.worker_frames import (
    LENGTH_BYTES,
    Answered,
    Asked,
    Counted,
    Pipe,
    Tally,
    ToDesk,
    ToWorker,
    offered,
    refusal,
    refused,
)
from frontdesk.adapters.embedded.worker_side import WorkerEnd, WorkerStore, reading
from frontdesk.kernel.errors import (
    ClaimTaken,
    Conflict,
    CounterRefused,
    FrontdeskError,
    NotFound,
    Unavailable,
)
from frontdesk.kernel.ports import Store
from frontdesk.kernel.records import Add, Commit, Take
from tests.unit.embedded import linked
from tests.unit.embedded.engine import JARS, break_on, jar, opened, save
from tests.unit.embedded.linked import PATIENCE, REQUEST, joined

STOCK = "jars:stock"


async def version(store: Store, id: str) -> int:
    """Return the version of a jar, 0 for none."""
    record = await store.get("jar", id)
    return 0 if record is None else record.version


async def stock(store: Store) -> int:
    """Return where the stock stands."""
    return (await store.counts([STOCK]))[STOCK]


def more(amount: int) -> Commit:
    """Return a commit that adds to the stock."""
    return Commit(counters=(Add(STOCK, amount),))


def test_what_either_side_has_stored_both_read_at_once(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with joined(tmp_path) as (engine, link):
            sides: tuple[Store, Store] = (engine.store, link.worker.store)
            for turn in range(1, 7):
                writes, reads = sides if turn % 2 else sides[::-1]
                await writes.commit(Commit((jar("a", turn),), counters=(Add(STOCK, 1),)))
                await link.request()
                assert [await version(store, "a") for store in (reads, writes)] == [turn, turn]
                assert (await reads.get_many("jar", ["a", "b"]))["a"].version == turn
                assert [await stock(store) for store in (reads, writes)] == [turn, turn]

    asyncio.run(scenario())


def test_what_was_looked_for_in_vain_is_found_once_the_desk_has_it(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with joined(tmp_path) as (engine, link):
            assert await version(link.worker.store, "a") == 0
            assert await link.worker.store.get_many("jar", ["a"]) == {}
            await engine.store.commit(save("a"))
            await link.request()
            assert await version(link.worker.store, "a") == 1
            assert set(await link.worker.store.get_many("jar", ["a"])) == {"a"}

    asyncio.run(scenario())


def test_what_was_read_is_at_hand_until_it_changes(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with joined(tmp_path) as (engine, link):
            await engine.store.commit(Commit((jar("a"), jar("b")), counters=(Add(STOCK, 1),)))
            await link.request()
            found = await link.worker.store.get_many("jar", ["a", "b"])
            assert await stock(link.worker.store) == 1
            await engine.store.commit(save("b", 2))
            await link.request()
            assert await link.worker.store.get("jar", "a") is found["a"]
            assert (await link.worker.store.get("jar", "b")) is not found["b"]

    asyncio.run(scenario())


def test_an_answer_comes_after_the_news_or_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, int]] = []
    done: list[int] = []
    hear = WorkerEnd._hear  # noqa: SLF001 - looked at as it comes

    def noted(self: WorkerEnd, said: ToWorker) -> None:
        told.extend((id, version) for (_, id), version in (said.told.records if said.told else {}).items())
        done.extend(said.done)
        assert len(done) <= len(told), "nothing is done before it was told"
        hear(self, said)

    monkeypatch.setattr(WorkerEnd, "_hear", noted)

    async def scenario() -> None:
        async with joined(tmp_path) as (_, link):
            await asyncio.gather(*(link.worker.store.commit(save(f"j{n}")) for n in range(20)))
            assert (len(told), len(done)) == (20, 20)

    asyncio.run(scenario())


def test_the_desk_answers_its_own_callers_after_it_has_told_the_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    send = DeskEnd._send  # noqa: SLF001 - as above

    def noted(self: DeskEnd) -> None:
        order.append("told")
        send(self)

    async def scenario() -> None:
        async with joined(tmp_path) as (engine, link):
            await link.calm()
            monkeypatch.setattr(DeskEnd, "_send", noted)
            await engine.store.commit(save("a"))
            order.append("answered")
            assert order[:2] == ["told", "answered"]

    asyncio.run(scenario())


@pytest.mark.parametrize("moment", ["before", "after"])
def test_nothing_is_at_hand_any_more_after_a_commit_of_unknown_outcome(tmp_path: Path, moment: str) -> None:
    async def scenario() -> None:
        async with joined(tmp_path) as (engine, link):
            await engine.store.commit(Commit((jar("a"),), counters=(Add(STOCK, 1),)))
            await link.request()
            assert (await version(link.worker.store, "a"), await stock(link.worker.store)) == (1, 1)
            break_on(engine, **{moment: ("commit",)})
            with pytest.raises(Unavailable, match="outcome is unknown"):
                await link.worker.store.commit(Commit((jar("a", 2),), counters=(Add(STOCK, 1),)))
            stands = 2 if moment == "after" else 1
            for store in (engine.store, link.worker.store):
                assert (await version(store, "a"), await stock(store)) == (stands, stands)
            await engine.store.commit(Commit((jar("a", stands + 1),), counters=(Add(STOCK, 1),)))
            await link.request()
            assert (await version(link.worker.store, "a"), await stock(link.worker.store)) == (
                stands + 1,
                stands + 1,
            )

    asyncio.run(scenario())


def test_after_the_database_was_opened_anew_the_worker_reads_anew(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with joined(tmp_path) as (engine, link):
            await engine.store.commit(save("a"))
            before = await link.worker.store.get("jar", "a")
            engine.database.reopen()
            await asyncio.sleep(0)  # it is told with the next lap
            await link.request()
            after = await link.worker.store.get("jar", "a")
            assert after == before
            assert after is not before
            await engine.store.commit(save("a", 2))
            await link.request()
            assert await version(link.worker.store, "a") == 2

    asyncio.run(scenario())


def test_too_much_news_is_told_in_one_word(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            news = engine.database.news = News()
            store = WorkerStore(engine.database.at_hand._reads, _never)  # noqa: SLF001 - the same reads
            assert news.take() == Told({}, {}, all_else=True), "at first nothing is known"
            assert news.take() is None
            await engine.store.commit(Commit((jar("a"),), counters=(Add(STOCK, 5),)))
            assert news.take() == Told({("jar", "a"): 1}, {STOCK: 5})
            assert await version(store, "a") == 1
            news._counts = dict.fromkeys(map(str, range(MOST)), 0)  # noqa: SLF001 - as many take a while
            await engine.store.commit(save("a", 2))
            told = news.take()
            assert told == Told({}, {}, all_else=True)
            store.hear(told)
            assert await version(store, "a") == 2

    asyncio.run(scenario())


def _never(_: Commit) -> asyncio.Future[None]:
    raise AssertionError


@pytest.mark.parametrize(
    ("error", "attributes"),
    [
        (Conflict(), {}),
        (ClaimTaken("jars:a", "ana"), {"key": "jars:a", "owner": "ana"}),
        (CounterRefused((STOCK, "jars:room")), {"keys": (STOCK, "jars:room")}),
        (Unavailable("The desk is closing."), {"retry_after": 1}),
    ],
)
def test_a_refusal_crosses_the_link_whole(error: FrontdeskError, attributes: dict[str, Any]) -> None:
    said = msgspec.msgpack.encode(ToWorker(refused=[refused(7, error)]))
    (heard,) = msgspec.msgpack.decode(said, type=ToWorker).refused
    found = refusal(heard)
    assert (heard.n, type(found)) == (7, type(error))
    assert isinstance(found, FrontdeskError)
    assert (found.detail, str(found)) == (error.detail, str(error))
    assert {name: getattr(found, name) for name in attributes} == attributes


@pytest.mark.parametrize("error", [ZeroDivisionError("ana@example.org"), NotFound("ana@example.org")])
def test_of_anything_else_only_the_name_crosses(error: Exception) -> None:
    found = refusal(refused(1, error))
    assert type(found) is RuntimeError
    if not isinstance(error, FrontdeskError):
        assert "ZeroDivisionError" in str(found)
    assert "ana@example.org" not in str(found)


def test_each_refusal_finds_the_commit_that_it_is_of(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with joined(tmp_path) as (engine, link):
            await engine.store.commit(
                Commit((jar("a"),), counters=(Add(STOCK, 1),), claims=(Take("jars:key", "ana"),))
            )
            commits = [
                save("a"),
                save("b"),
                Commit(claims=(Take("jars:key", "ben"),)),
                more(-2),
                save("c"),
            ]
            outcomes = await asyncio.gather(
                *(link.worker.store.commit(commit) for commit in commits), return_exceptions=True
            )
            assert [type(outcome) for outcome in outcomes] == [
                Conflict,
                type(None),
                ClaimTaken,
                CounterRefused,
                type(None),
            ]
            assert [await version(engine.store, id) for id in "bc"] == [1, 1]

    asyncio.run(scenario())


def test_a_commit_that_the_desk_stumbles_over_is_told_to_its_log_and_not_to_the_caller(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        async with joined(tmp_path) as (engine, link):
            broken = msgspec.structs.replace(jar("a"), kind="nobody knows")
            both = await asyncio.gather(
                link.worker.store.commit(Commit((broken,))),
                link.worker.store.commit(save("b")),
                return_exceptions=True,
            )
            assert [type(one) for one in both] == [RuntimeError, type(None)]
            assert "nobody knows" not in str(both[0])
            assert await version(engine.store, "b") == 1
        assert "a commit of the worker could not be stored" in caplog.text

    asyncio.run(scenario())


class Ends:
    """What a link hears."""

    def __init__(self, takes: type[Any]) -> None:
        self.heard: list[Any] = []
        self.gone = 0
        self.pipe = Pipe(takes, self.heard.append, self._gone)

    def _gone(self) -> None:
        self.gone += 1


class Wire(asyncio.WriteTransport):
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = bytearray()

    def write(self, data: Any) -> None:
        """See asyncio.WriteTransport."""
        self.written += data

    def is_closing(self) -> bool:
        """See asyncio.BaseTransport."""
        return False


def frames() -> Sequence[ToDesk]:
    """Return frames of several sizes."""
    return [
        ToDesk(),
        ToDesk([offered(1, save("a" * 300))]),
        ToDesk(asked=[Asked(2, REQUEST)], tallies=[Tally(refusals={"conflict": 1})]),
    ]


def test_frames_may_be_cut_at_any_byte_and_come_joined() -> None:
    sender, wire = Ends(ToDesk), Wire()
    sender.pipe.connection_made(wire)
    for frame in frames():
        sender.pipe.send(frame)
    whole = bytes(wire.written)
    for cut in range(len(whole) + 1):
        ends = Ends(ToDesk)
        ends.pipe.data_received(whole[:cut])
        ends.pipe.data_received(whole[cut:])
        assert ends.heard == frames()
    ends = Ends(ToDesk)
    for n in range(len(whole)):
        ends.pipe.data_received(whole[n : n + 1])
    assert ends.heard == frames()
    assert int.from_bytes(whole[:LENGTH_BYTES], "big") < len(whole)


def test_when_the_desk_goes_everybody_who_waits_is_told_to_come_again(tmp_path: Path) -> None:
    async def never(_: Asked) -> Answered:
        await asyncio.sleep(60)
        raise AssertionError

    async def scenario() -> None:
        async with joined(tmp_path, answer=never) as (engine, link):
            engine.database.news = None
            engine.writer._scheduled = True  # noqa: SLF001 - a disk that hangs: nothing is written
            waiting = [
                asyncio.ensure_future(work)
                for work in (link.worker.store.commit(save("a")), link.worker.ask(REQUEST))
            ]
            given_up = asyncio.ensure_future(link.worker.ask(REQUEST))
            await link.calm()
            given_up.cancel()
            link.desk.close()
            link.desk.pipe.close()
            async with asyncio.timeout(PATIENCE):
                outcomes = await asyncio.gather(*waiting, return_exceptions=True)
            assert [type(outcome) for outcome in outcomes] == [Unavailable, Unavailable]
            assert "same Idempotency-Key" in str(outcomes[0])
            assert link.told.gone == ["desk"] or sorted(link.told.gone) == ["desk", "worker"]
            engine.writer._scheduled = False  # noqa: SLF001 - it goes on, and its callers have gone
            engine.writer._schedule()  # noqa: SLF001 - as above

    asyncio.run(scenario())


def test_what_is_left_to_the_desk_comes_back_to_who_asked(tmp_path: Path) -> None:
    async def slower_first(asked: Asked) -> Answered:
        if asked.request.body == b"0":
            await asyncio.sleep(0.02)
        return await linked.repeat(asked)

    async def scenario() -> None:
        async with joined(tmp_path, answer=slower_first) as (_, link):
            answers = await asyncio.gather(
                *(link.worker.ask(msgspec.structs.replace(REQUEST, body=b"%d" % n)) for n in range(5))
            )
            assert [answer.body for answer in answers] == [b"GET a=b %d" % n for n in range(5)]
            assert {(answer.status, tuple(answer.headers)) for answer in answers} == {
                (201, ((b"host", b"x"),))
            }

    asyncio.run(scenario())


def test_withdrawals_reach_the_worker_and_those_from_before_it_started_too(tmp_path: Path) -> None:
    async def scenario() -> None:
        told = linked.Told(before=[("usr_ana", 3), ("log_1", 2**63 - 1)])
        async with joined(tmp_path, told) as (_, link):
            await link.calm()
            assert told.withdrawn == [("usr_ana", 3), ("log_1", 2**63 - 1)]
            link.desk.withdraw("usr_ben", 1)
            link.desk.forget()
            await link.calm()
            assert told.withdrawn[2:] == [("usr_ben", 1)]
            assert told.forgets == 1
            await link.calm()
            assert (len(told.withdrawn), told.forgets) == (3, 1), "each is told once"

    asyncio.run(scenario())


def test_what_the_worker_answered_is_counted_once(tmp_path: Path) -> None:
    async def scenario() -> None:
        first = Tally([Counted("GET", "/jars", {200: 2}, [1, 1], 0.5)], {"conflict": 1})
        async with joined(tmp_path) as (_, link):
            link.told.tallies.append(first)
            waiting = [link.desk.pulse() for _ in range(3)]
            async with asyncio.timeout(PATIENCE):
                await asyncio.gather(*waiting)
            await link.calm()
            assert [tally for tally in link.told.counted if tally != Tally()] == [first]
            assert all(load >= 0 for load in link.told.loads)

    asyncio.run(scenario())


def test_a_worker_that_hears_two_questions_at_once_answers_both(tmp_path: Path) -> None:
    async def scenario() -> None:
        said = [Tally(refusals={"conflict": count}) for count in (1, 2)]
        async with joined(tmp_path) as (_, link):
            await link.calm()
            link.told.tallies.extend(reversed(said))
            waiting = []
            for _ in said:
                waiting.append(link.desk.pulse())
                link.desk._send()  # noqa: SLF001 - in frames of their own, both before the worker reads
            async with asyncio.timeout(PATIENCE):
                await asyncio.gather(*waiting)
            assert [tally for tally in link.told.counted if tally != Tally()] == said

    asyncio.run(scenario())


def test_nobody_waits_for_a_worker_that_has_gone(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with joined(tmp_path) as (_, link):
            link.worker.pipe.close()
            waiting = link.desk.pulse()
            link.desk.close()
            async with asyncio.timeout(PATIENCE):
                await waiting

    asyncio.run(scenario())


def test_the_worker_knows_when_the_desk_has_too_much_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        async with joined(tmp_path) as (engine, link):
            await link.calm()
            busy = [link.worker.is_busy]
            monkeypatch.setattr(engine.log, "lag", lambda: REACTION_LAG_SECONDS + 1)
            await link.calm()
            busy.append(link.worker.is_busy)
            with pytest.raises(Unavailable):
                await link.worker.store.commit(save("a"))
            monkeypatch.undo()
            await link.calm()
            busy.append(link.worker.is_busy)
            assert busy == [False, True, False]
            await link.worker.store.commit(save("a"))

    asyncio.run(scenario())


def test_the_worker_is_asked_to_stop_and_still_has_its_commits_answered(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with joined(tmp_path) as (engine, link):
            storing = asyncio.ensure_future(link.worker.store.commit(save("a")))
            link.desk.stop()
            await storing
            await link.calm()
            assert link.told.stops == 1
            assert await version(engine.store, "a") == 1

    asyncio.run(scenario())


def test_a_reading_connection_cannot_write(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with joined(tmp_path) as (_, link):
            database = link.worker.store._at_hand._reads._database  # noqa: SLF001 - what no code of ours does
            with pytest.raises(Exception, match="readonly"):
                database.execute("delete from events")

    asyncio.run(scenario())


def test_a_commit_that_cannot_cross_the_link_fails_alone(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with joined(tmp_path) as (engine, link):
            works = [
                asyncio.ensure_future(link.worker.store.commit(commit)) for commit in (more(2**70), save("b"))
            ]
            done, _ = await asyncio.wait(works, timeout=1)
            assert len(done) == 2
            assert works[0].exception() is not None
            assert works[1].exception() is None
            assert await version(engine.store, "b") == 1

    asyncio.run(scenario())


def test_who_waits_for_a_tally_gets_what_was_answered_until_then(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with joined(tmp_path) as (_, link):
            late = Tally(refusals={"conflict": 1})
            link.desk.pulse()
            async with asyncio.timeout(PATIENCE):
                while not link.told.loads:  # noqa: ASYNC110 - until the worker has told, and the desk not heard
                    await asyncio.sleep(0)
                link.told.tallies.append(late)
                await link.desk.pulse()
            assert late in link.told.counted

    asyncio.run(scenario())


def test_what_a_worker_has_stored_is_at_hand_there(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with joined(tmp_path) as (_, link):
            commit = save("a")
            await link.worker.store.commit(commit)
            assert await link.worker.store.get("jar", "a") == commit.changes[0]
            link.worker.store._at_hand._reads = None  # type: ignore[assignment]  # noqa: SLF001 - nobody need read
            assert await version(link.worker.store, "a") == 1
            await link.worker.store.commit(save("b"))
            assert await version(link.worker.store, "b") == 1

    asyncio.run(scenario())


def test_the_end_of_a_worker_that_has_gone_leaves_the_news_to_the_next(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            engine.database.news = news = News()
            with reading(tmp_path, [JARS]) as reads:
                old = await linked.link(engine.store, news, reads)
                await linked.part(old)
                new = await linked.link(engine.store, news, reads)
                await engine.store.commit(save("a"))
                await new.request()
                assert await version(new.worker.store, "a") == 1
                stored = asyncio.ensure_future(engine.store.commit(save("a", 2)))
                while not stored.done():
                    old.desk._stored(1, None)  # noqa: SLF001 - a late answer for the one that has gone
                    await asyncio.sleep(0)
                await stored
                await new.calm()
                found = await version(new.worker.store, "a")
                await linked.part(new)
                assert found == 2

    asyncio.run(scenario())
