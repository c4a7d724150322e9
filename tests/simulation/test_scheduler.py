"""The scheduler by itself: virtual time, promises, and what a crash takes with it."""

from collections.abc import Coroutine

from tests.simulation.scheduler import Crash, Pause, Process, Promise, Scheduler


def finish(scheduler: Scheduler) -> None:
    scheduler.run(100)


def test_what_is_due_first_runs_first() -> None:
    scheduler, seen = Scheduler(), []

    async def wait(micros: int) -> None:
        await Pause(micros)
        seen.append((micros, scheduler.micros))

    for micros in (30, 10, 20):
        scheduler.spawn(wait(micros), Process(), "test")
    finish(scheduler)

    assert seen == [(10, 10), (20, 20), (30, 30)]


def test_everybody_who_waits_for_a_promise_gets_its_first_value() -> None:
    scheduler, promise, seen = Scheduler(), Promise[str](), []

    async def wait() -> None:
        seen.append(await promise)

    async def keep() -> None:
        promise.keep("first")
        promise.keep("second")

    for work in (wait(), keep(), wait()):
        scheduler.spawn(work, Process(), "test")
    finish(scheduler)

    assert seen == ["first", "first"]


def test_a_crash_takes_its_whole_process_and_no_other() -> None:
    scheduler, seen = Scheduler(), []
    fallen: list[bool] = []
    doomed, other = Process(fell=lambda: fallen.append(True)), Process()

    async def work(name: str) -> None:
        await Pause(20)
        seen.append(name)

    async def crash() -> None:
        await Pause(10)
        raise Crash

    works: list[tuple[Coroutine[object, object, None], Process]] = [
        (work("in the same process"), doomed),
        (crash(), doomed),
        (work("elsewhere"), other),
    ]
    for coroutine, process in works:
        scheduler.spawn(coroutine, process, "test")
    finish(scheduler)

    assert seen == ["elsewhere"]
    assert fallen == [True]
