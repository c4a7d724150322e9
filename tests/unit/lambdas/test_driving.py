"""Coroutines run to their end without a loop, side by side in threads; or on a loop that is kept."""

import asyncio
import threading

import pytest

from frontdesk.entrypoints.lambdas.driving import KeptLoop, SuspendedError, Threads, drive


async def gives(value: int) -> int:
    return value


def test_what_never_suspends_needs_no_loop() -> None:
    assert drive(gives(3)) == 3


def test_what_suspends_is_told_as_our_bug() -> None:
    async def sleeps() -> None:
        await asyncio.sleep(0)

    with pytest.raises(SuspendedError):
        drive(sleeps())


def test_threads_work_side_by_side_and_answer_in_order() -> None:
    all_here = threading.Barrier(4, timeout=5)

    async def meets(value: int) -> int:
        all_here.wait()
        return value

    assert Threads().side_by_side([meets(n) for n in range(4)]) == [0, 1, 2, 3]


def test_a_kept_loop_lets_them_wait_for_each_other_and_goes_on_the_next_time() -> None:
    loop = KeptLoop()
    all_here = asyncio.Barrier(3)

    async def meets(value: int) -> int:
        async with all_here:
            return value

    assert loop.side_by_side([meets(n) for n in range(3)]) == [0, 1, 2]
    assert loop.run(gives(4)) == 4
    loop.close()
