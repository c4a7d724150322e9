"""The worker's process: when there is one, how it ends, and that the desk goes on without it."""

import asyncio
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from frontdesk import __version__, bootstrap
from frontdesk.adapters.embedded import worker as worker_module
from frontdesk.adapters.embedded import worker_desk
from frontdesk.adapters.embedded.news import News
from frontdesk.adapters.embedded.worker import CROWD, WorkerProcess
from frontdesk.adapters.embedded.worker_desk import Hands
from frontdesk.adapters.embedded.worker_frames import Setup
from frontdesk.config import Settings, WorkerUse, from_environment, without_secrets
from tests.unit.embedded.engine import Engine, opened, save
from tests.unit.embedded.linked import PATIENCE, repeat

COMMAND = (sys.executable, "-P", "-m", "frontdesk.entrypoints.worker")
DEAF = "import time; time.sleep(60)"  # of Python; the desk closes the link, and it does not look


def setup(folder: Path, version: str = __version__) -> Setup:
    """Return what a worker without services is told first."""
    return Setup(version, str(folder), ("inventory",), "frontdesk", "127.0.0.1", 1)


@asynccontextmanager
async def desk(
    folder: Path, command: Sequence[str] = COMMAND, version: str = __version__, crowd: int = CROWD
) -> AsyncIterator[tuple[Engine, WorkerProcess]]:
    """Open an engine and the worker that it may have, and stop both."""
    async with opened(folder) as engine:
        engine.database.news = news = News()
        hands = Hands(engine.store, repeat, lambda _: None, list)
        worker = WorkerProcess(command, setup(folder, version), hands, news, crowd=crowd)
        try:
            yield engine, worker
        finally:
            await worker.stop()
            assert not worker.is_ready


async def until(said: Callable[[], bool]) -> None:
    """Wait until something is true."""
    async with asyncio.timeout(PATIENCE):
        while not said():  # noqa: ASYNC110 - a process is looked at from outside
            await asyncio.sleep(0.005)


def process(worker: WorkerProcess) -> int:
    """Return the worker's process."""
    assert worker._process is not None  # noqa: SLF001 - nobody else may know it
    return worker._process.pid  # noqa: SLF001 - as above


def is_there(pid: int) -> bool:
    """Return whether there is a process, if only as a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_crowd_has_a_worker_started_and_fewer_do_not(tmp_path: Path) -> None:
    async def scenario() -> int:
        async with desk(tmp_path) as (engine, worker):
            for crowd in (0, 1, CROWD - 1):
                worker.meet(crowd)
            await asyncio.sleep(0)
            assert worker._life is None  # noqa: SLF001 - nothing has begun
            assert not worker.take(0, is_new=True)
            worker.meet(CROWD)
            worker.meet(CROWD + 1)
            await until(lambda: worker.is_ready)
            await engine.store.commit(save("a"))
            await worker.counted()
        assert worker.ends == 0
        return process(worker)

    assert not is_there(asyncio.run(scenario()))


def test_a_worker_that_is_wanted_from_the_start_is_waited_for(tmp_path: Path) -> None:
    async def scenario() -> int:
        async with desk(tmp_path) as (_, worker):
            await worker.start()
            assert worker.is_ready
            return process(worker)

    assert not is_there(asyncio.run(scenario()))


def test_the_signals_of_a_stop_are_for_the_desk_alone(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with desk(tmp_path) as (_, worker):
            await worker.start()
            for sign in (signal.SIGINT, signal.SIGTERM):
                os.kill(process(worker), sign)
            await worker.counted()
            assert worker.is_ready
            assert os.getpgid(process(worker)) != os.getpgid(0), "Ctrl-C does not reach it either"
        assert worker.ends == 0

    asyncio.run(scenario())


def test_after_a_worker_was_killed_there_may_be_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(worker_module, "RESTART_SECONDS", 0.05)

    async def scenario() -> None:
        async with desk(tmp_path) as (_, worker):
            await worker.start()
            first = process(worker)
            os.kill(first, signal.SIGKILL)
            await until(lambda: worker.ends == 1)
            assert not worker.is_ready
            assert not worker.take(0, is_new=True), "the desk keeps its connections"
            worker.withdraw("usr_ana", 1)
            worker.forget()
            await worker.counted()
            worker.meet(CROWD)
            assert process(worker) == first, "not at once"
            await until(lambda: worker._life is None)  # noqa: SLF001 - now it may
            worker.meet(CROWD - 1)
            assert worker._life is None  # noqa: SLF001 - as above
            worker.meet(CROWD)
            await until(lambda: worker.is_ready)
            assert process(worker) != first
            assert worker.ends == 1
        assert "the worker ended with status -9" in caplog.text

    asyncio.run(scenario())


def test_a_worker_that_is_always_there_comes_back_without_a_crowd(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "RESTART_SECONDS", 0.05)

    async def scenario() -> None:
        async with desk(tmp_path, crowd=0) as (_, worker):
            await worker.start()
            first = process(worker)
            os.kill(first, signal.SIGKILL)
            await until(lambda: worker.ends == 1)
            await until(lambda: worker.is_ready)
            assert process(worker) != first

    asyncio.run(scenario())


def test_a_desk_that_slept_does_not_blame_its_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "PULSE_SECONDS", 0.05)
    monkeypatch.setattr(worker_module, "PATIENCE_SECONDS", 0.5)

    async def scenario() -> None:
        async with desk(tmp_path) as (_, worker):
            await worker.start()
            time.sleep(1)  # noqa: ASYNC251 - the whole desk stands still
            await worker.counted()
            assert (worker.is_ready, worker.ends) == (True, 0)

    asyncio.run(scenario())


def test_a_connection_goes_to_a_worker_that_has_room_and_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        async with desk(tmp_path) as (_, worker):
            await worker.start()
            await worker.counted()
            end = worker._end  # noqa: SLF001 - what it was told of its worker
            assert end is not None
            ours, theirs = socket.socketpair()
            with ours, theirs:
                monkeypatch.setattr(worker_desk, "SILENT_SECONDS", 0)
                assert not worker.take(theirs.fileno(), is_new=True)
                monkeypatch.setattr(worker_desk, "SILENT_SECONDS", 60)
                end._room = 1  # noqa: SLF001 - as it would say with many files open
                assert worker.take(theirs.fileno(), is_new=True)
                assert not worker.take(theirs.fileno(), is_new=True)

    asyncio.run(scenario())


def test_a_worker_that_says_nothing_any_more_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(worker_module, "PULSE_SECONDS", 0.05)
    monkeypatch.setattr(worker_module, "PATIENCE_SECONDS", 0.5)

    async def scenario() -> None:
        async with desk(tmp_path) as (engine, worker):
            await worker.start()
            os.kill(process(worker), signal.SIGSTOP)
            counting = asyncio.ensure_future(worker.counted())
            await until(lambda: worker.ends == 1)
            await counting
            assert not worker.is_ready
            assert not is_there(process(worker))
            await engine.store.commit(save("a"))
        assert "the worker does not answer" in caplog.text

    asyncio.run(scenario())


def test_a_worker_that_is_never_ready_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "PULSE_SECONDS", 0.02)
    monkeypatch.setattr(worker_module, "START_SECONDS", 0.2)

    async def scenario() -> None:
        async with desk(tmp_path, (sys.executable, "-c", DEAF)) as (_, worker):
            await worker.start()
            await until(lambda: worker.ends == 1)
            assert not is_there(process(worker))

    asyncio.run(scenario())


def test_a_stop_does_not_leave_a_worker_that_will_not_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "STOP_SECONDS", 0.1)

    async def scenario() -> int:
        async with desk(tmp_path, (sys.executable, "-c", DEAF)) as (_, worker):
            worker.meet(CROWD)
            await until(lambda: worker._end is not None)  # noqa: SLF001 - it has begun
        return process(worker)

    assert not is_there(asyncio.run(scenario()))


def test_a_command_that_does_not_exist_is_told_and_the_desk_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        async with desk(tmp_path, ("/nowhere/python",)) as (engine, worker):
            async with asyncio.timeout(PATIENCE):
                await worker.start()
            assert (worker.is_ready, worker.ends) == (False, 1)
            await engine.store.commit(save("a"))
        assert "there is no worker" in caplog.text
        assert "No such file or directory" in caplog.text

    asyncio.run(scenario())


def test_a_worker_of_another_version_than_its_desk_ends(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        pytest.raises(bootstrap.OtherVersionError, match="restart the desk"),
        bootstrap.worker_parts(setup(tmp_path, "0.0.0")),
    ):
        pass

    async def scenario() -> None:
        async with desk(tmp_path, version="0.0.0") as (_, worker):
            await worker.start()
            assert (worker.is_ready, worker.ends) == (False, 1)

    with caplog.at_level(logging.ERROR):
        asyncio.run(scenario())
    assert "the worker ended with status 1" in caplog.text


def made(settings: Settings) -> WorkerProcess | None:
    """Return the worker that a desk of these settings has."""
    hands = Hands(None, repeat, lambda _: None, list)  # type: ignore[arg-type]  # nothing is stored
    return bootstrap.worker(settings, bootstrap.choose(["orders"]), hands, News())


@pytest.mark.parametrize("processors", [1, 1.5, 2, 4])
@pytest.mark.parametrize(("use", "least"), [("auto", 2), ("always", 1), ("never", 99)])
def test_who_has_a_worker(
    tmp_path: Path, use: WorkerUse, least: int, processors: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "processors", lambda: processors)

    found = made(Settings(tmp_path, worker=use))

    assert (found is not None) == (processors >= least)
    if found is not None:
        assert (found._crowd == 0) == (use == "always")  # noqa: SLF001 - only load would tell


def test_what_the_environment_says_of_a_worker_is_checked_and_secrets_stay_at_the_desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert from_environment({"FRONTDESK_WORKER": "never"}).worker == "never"
    with pytest.raises(ValueError, match="auto, always or never, not perhaps"):
        from_environment({"FRONTDESK_WORKER": "perhaps"})
    said = {"FRONTDESK_WHATSAPP_TOKEN": "t", "AWS_SECRET_ACCESS_KEY": "k", "PATH": "/bin"}
    assert without_secrets(said) == {"PATH": "/bin"}
    monkeypatch.setenv("FRONTDESK_WHATSAPP_TOKEN", "t")
    worker = made(Settings(tmp_path, worker="always"))
    assert worker is not None
    assert worker._environment is not None  # noqa: SLF001 - what its process will find
    assert "FRONTDESK_WHATSAPP_TOKEN" not in worker._environment  # noqa: SLF001 - as above
    assert "PATH" in worker._environment  # noqa: SLF001 - as above
