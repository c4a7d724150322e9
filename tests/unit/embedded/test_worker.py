"""The worker: it decides what the desk would, loses nothing when it ends, and is never behind what it was told."""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from frontdesk import bootstrap
from frontdesk.adapters.embedded import worker as worker_module
from frontdesk.adapters.embedded.clock import MachineChance, MachineClock
from frontdesk.adapters.embedded.directory import DataDirectory
from frontdesk.adapters.embedded.news import MOST, News, Told
from frontdesk.adapters.embedded.runtime import EmbeddedRuntime
from frontdesk.adapters.embedded.worker import LEAST, WorkerProcess
from frontdesk.adapters.embedded.worker_frames import Setup
from frontdesk.adapters.embedded.worker_side import CommittedStore
from frontdesk.config import Settings, WorkerUse, from_environment, without_secrets
from frontdesk.kernel.bus import Bus
from frontdesk.kernel.records import Add, Commit
from frontdesk.kernel.services import Reaction, Service
from frontdesk.kernel.unit import Unit
from tests.unit.embedded.engine import JARS, jar, opened, save
from tests.unit.embedded.reacting import NAME, Filled, count, filled
from tests.unit.embedded.test_runtime import now
from tests.unit.embedded.worker_of_jars import COMMAND

PATIENCE = 10  # seconds; a process must start, and machines may be slow


class Here:
    """What the desk itself decides: the same, counted."""

    def __init__(self) -> None:
        self.jars: list[str] = []

    async def __call__(self, unit: Unit, event: Filled) -> None:
        """React."""
        self.jars.append(event.jar)
        await count(unit, event)


@asynccontextmanager
async def desk(
    folder: Path, here: Here, command: Sequence[str] = COMMAND
) -> AsyncIterator[tuple[EmbeddedRuntime, WorkerProcess]]:
    """Open a desk with a worker that takes every batch."""
    worker = WorkerProcess(command, Setup("1", str(folder), ("jars",), "info"), least=1)
    service = Service("jars", (JARS,), reactions=(Reaction(Filled, here, NAME),), events=(Filled,))
    bus = Bus(MachineClock(), MachineChance())
    found = EmbeddedRuntime(DataDirectory(folder), [service], bus, worker=worker)
    await found.start()
    try:
        yield found, worker
    finally:
        await found.stop()


async def fill(found: EmbeddedRuntime, *jars: str) -> None:
    """Publish that sweets came, one event for each jar, and wait until all is taken in or parked."""
    messages = [now(filled(f"{found.log.head + n}", id)) for n, id in enumerate(jars)]
    await found.store.commit(
        Commit(changes=tuple(jar(message.source) for message in messages), events=tuple(messages))
    )
    async with asyncio.timeout(PATIENCE):
        while any(found.log.backlog().values()):  # noqa: ASYNC110 - looked at from outside
            await asyncio.sleep(0.005)


async def with_a_worker(found: EmbeddedRuntime, worker: WorkerProcess) -> int:
    """Have the worker started, and wait for it. Returns its process."""
    await fill(found, "first")
    async with asyncio.timeout(PATIENCE):
        while not worker.is_ready:  # noqa: ASYNC110 - looked at from outside
            await asyncio.sleep(0.01)
    return the_process()


def the_process() -> int:
    """Return the only child of this process that is a worker."""
    children = Path(f"/proc/{os.getpid()}/task")
    pids = [int(pid) for task in children.iterdir() for pid in (task / "children").read_text().split()]
    (pid,) = [pid for pid in pids if b"worker_of_jars" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    return pid


async def sweets(found: EmbeddedRuntime, into: str) -> int:
    """Return how many sweets were counted into a jar."""
    record = await found.store.get("jar", f"count-{into}")
    return 0 if record is None else JARS.load(record).value.sweets


def test_the_worker_decides_and_the_desk_writes(tmp_path: Path) -> None:
    async def scenario() -> None:
        here = Here()
        async with desk(tmp_path, here) as (found, worker):
            await with_a_worker(found, worker)
            await fill(found, "a", "a", "b")
            await fill(found, "a", "b")
            assert here.jars == ["first"], "until there is a worker the desk decides by itself"
            assert [await sweets(found, id) for id in ("first", "a", "b")] == [1, 3, 2]
            assert found.reactions[NAME].counts() == {"done": 6}
        assert worker.ends == 0

    asyncio.run(scenario())


def test_a_refusal_by_the_worker_counts_as_one_of_the_desk(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        here = Here()
        async with desk(tmp_path, here) as (found, worker):
            await with_a_worker(found, worker)
            with caplog.at_level(logging.WARNING):
                await fill(found, "a", "full", "b")
            assert [await sweets(found, id) for id in ("a", "b", "full")] == [1, 1, 0]
            assert here.jars == ["first"]
            assert found.reactions[NAME].counts() == {"done": 3, "refused": 1}
            (told,) = [record for record in caplog.records if record.message == "a reaction did not succeed"]
            assert (told.fate, told.cause) == ("refused", "full: There is no room in a jar.")  # type: ignore[attr-defined]  # extra

    asyncio.run(scenario())


def test_a_failure_of_the_worker_alone_is_no_try_of_the_message(tmp_path: Path) -> None:
    async def scenario() -> None:
        here = Here()
        async with desk(tmp_path, here) as (found, worker):
            await with_a_worker(found, worker)
            await fill(found, "a", "poison", "b")
            assert here.jars == ["first", "a", "poison", "b"], "the desk decides the whole batch"
            assert [await sweets(found, id) for id in ("a", "poison", "b")] == [1, 1, 1]
            assert found.reactions[NAME].counts() == {"done": 4}
            assert worker.is_ready

    asyncio.run(scenario())


def test_what_a_request_has_changed_is_known_to_the_worker_at_once(tmp_path: Path) -> None:
    async def scenario() -> None:
        here = Here()
        async with desk(tmp_path, here) as (found, worker):
            await with_a_worker(found, worker)
            await fill(found, "a")
            record = await found.store.get("jar", "count-a")
            assert record is not None
            more = JARS.load(record)
            await found.store.commit(
                Commit(changes=(more.changed(msgspec.structs.replace(more.value, sweets=40)).record(),))
            )
            await fill(found, "a")
            assert await sweets(found, "a") == 41
            assert here.jars == ["first"], "no race was lost over it"

    asyncio.run(scenario())


@pytest.mark.parametrize("jar", ["deadly", "stuck"])
def test_a_worker_that_dies_or_hangs_costs_nothing_but_time(
    tmp_path: Path, jar: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "PATIENCE_SECONDS", 0.5)

    async def scenario() -> None:
        here = Here()
        async with desk(tmp_path, here) as (found, worker):
            await with_a_worker(found, worker)
            await fill(found, "a", jar, "b")
            assert here.jars == ["first", "a", jar, "b"], "the whole batch, in its order"
            assert [await sweets(found, id) for id in ("a", jar, "b")] == [1, 1, 1]
            assert found.is_ready()
            await fill(found, "c")
            assert await sweets(found, "c") == 1
            assert (worker.is_ready, worker.ends) == (False, 1)

    asyncio.run(scenario())


def test_after_a_while_there_is_a_worker_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "RESTART_SECONDS", 0.05)

    async def scenario() -> None:
        here = Here()
        async with desk(tmp_path, here) as (found, worker):
            first = await with_a_worker(found, worker)
            os.kill(first, signal.SIGKILL)
            async with asyncio.timeout(PATIENCE):
                while worker.ends == 0:  # noqa: ASYNC110 - looked at from outside
                    await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            assert await with_a_worker(found, worker) != first
            decided = len(here.jars)
            await fill(found, "a")
            assert (len(here.jars), await sweets(found, "a")) == (decided, 1)

    asyncio.run(scenario())


def test_the_signals_of_a_stop_are_for_the_desk_alone_and_no_process_stays(tmp_path: Path) -> None:
    async def scenario() -> int:
        here = Here()
        async with desk(tmp_path, here) as (found, worker):
            pid = await with_a_worker(found, worker)
            os.kill(pid, signal.SIGINT)
            os.kill(pid, signal.SIGTERM)
            await fill(found, "a")
            assert (here.jars, await sweets(found, "a")) == (["first"], 1)
        assert worker.ends == 0
        return pid

    pid = asyncio.run(scenario())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_command_that_does_not_exist_is_told_and_the_desk_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        here = Here()
        async with desk(tmp_path, here, ("/nowhere/python",)) as (found, worker):
            await fill(found, "a")
            async with asyncio.timeout(PATIENCE):
                while worker.ends == 0:  # noqa: ASYNC110 - looked at from outside
                    await asyncio.sleep(0.01)
            await fill(found, "b")
            assert here.jars == ["a", "b"]
        assert "there is no worker" in caplog.text
        assert "No such file or directory" in caplog.text

    asyncio.run(scenario())


def test_the_worker_reads_again_only_what_it_was_told_of(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            await engine.store.commit(save("a", sweets=1))
            await engine.store.commit(save("b", sweets=1))
            await engine.store.commit(Commit(counters=(Add("jars:stock", 5),)))
            news = News()
            engine.database.news = news
            assert news.take().all_else, "at first nothing is known"
            store = CommittedStore(engine.database.reads)
            assert (await store.get_many("jar", ["a", "b", "none"])).keys() == {"a", "b"}
            assert await store.counts(["jars:stock", "jars:none"]) == {"jars:stock": 5, "jars:none": 0}
            await engine.store.commit(save("a", 2, sweets=2))
            await engine.store.commit(save("new"))
            await engine.store.commit(Commit(counters=(Add("jars:stock", -1),)))
            told = news.take()
            assert told == Told([("jar", "a")], {"jars:stock": 4}), "what is new was read by nobody"
            assert news.take() == Told([], {})
            before = await store.get("jar", "a")
            store.hear(told)
            after = await store.get("jar", "a")
            assert before is not None
            assert after is not None
            assert (before.version, after.version) == (1, 2)
            assert await store.get("jar", "none") is None
            assert await store.counts(["jars:stock"]) == {"jars:stock": 4}

    asyncio.run(scenario())


def test_too_much_news_is_told_in_one_word(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            news = News()
            engine.database.news = news
            store = CommittedStore(engine.database.reads)
            await engine.store.commit(save("a"))
            await store.get("jar", "a")
            news.take()
            await engine.store.commit(save("a", 2))
            news._counts = dict.fromkeys(map(str, range(MOST)), 0)  # noqa: SLF001 - as many as that take a while
            await engine.store.commit(save("a", 3))
            told = news.take()
            assert told == Told([], {}, all_else=True)
            store.hear(told)
            found = await store.get("jar", "a")
            assert found is not None
            assert found.version == 3

    asyncio.run(scenario())


def test_a_worker_of_another_version_than_its_desk_ends(tmp_path: Path) -> None:
    setup = Setup("0.0.0", str(tmp_path), ("orders",), "info")

    with pytest.raises(bootstrap.OtherVersionError, match="restart the desk"), bootstrap.worker_parts(setup):
        pass


@pytest.mark.parametrize(("use", "least"), [("auto", LEAST), ("always", 1), ("never", None)])
def test_who_has_a_worker_and_for_what(
    tmp_path: Path, use: WorkerUse, least: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})

    found = bootstrap.runtime(Settings(tmp_path, worker=use), bootstrap.choose(["orders"])).worker

    assert (None if found is None else found._least) == least  # noqa: SLF001 - only load would tell


def test_one_processor_is_for_the_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {3})

    assert bootstrap.runtime(Settings(tmp_path), bootstrap.choose(["orders"])).worker is None


def test_what_the_environment_says_of_a_worker_is_checked_and_secrets_stay_at_the_desk() -> None:
    assert from_environment({"FRONTDESK_WORKER": "never"}).worker == "never"
    with pytest.raises(ValueError, match="auto, always or never, not perhaps"):
        from_environment({"FRONTDESK_WORKER": "perhaps"})
    said = {"FRONTDESK_WHATSAPP_TOKEN": "t", "AWS_SECRET_ACCESS_KEY": "k", "PATH": "/bin"}
    assert without_secrets(said) == {"PATH": "/bin"}


def test_a_store_that_only_reads_refuses_commits(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as engine:
            with pytest.raises(PermissionError, match="desk alone"):
                await CommittedStore(engine.database.reads).commit(save("a"))

    asyncio.run(scenario())
