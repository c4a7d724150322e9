"""Two ways to run what is `async`: on an event loop, and on threads without one. Each can run many workers at once."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, Protocol, TypeVar

from frontdesk.adapters.memory.clock import FixedClock
from frontdesk.kernel.errors import FrontdeskError

T = TypeVar("T")
Work = Callable[[], Coroutine[Any, Any, T]]


class Workers(Protocol):
    """Runs coroutines to their end."""

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run one, and return or raise what it does."""

    def together(self, works: Sequence[Work[T]]) -> list[T | FrontdeskError]:
        """Run all at once; return what each returned, or the refusal that it raised. Raises any other error."""


class Loop:
    """Workers of one event loop: they interleave wherever one awaits."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self._runner = runner

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """See `Workers`."""
        return self._runner.run(work)

    def together(self, works: Sequence[Work[T]]) -> list[T | FrontdeskError]:
        """See `Workers`."""

        async def all_at_once() -> list[T | FrontdeskError]:
            return await asyncio.gather(*(_outcome(work) for work in works))

        return self._runner.run(all_at_once())


class Threads:
    """Workers on a thread each. Nothing below them suspends, so `send` drives a coroutine to its end."""

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """See `Workers`."""
        try:
            work.send(None)
        except StopIteration as done:
            result: T = done.value
            return result
        raise AssertionError("a coroutine that must not need an event loop has suspended")

    def together(self, works: Sequence[Work[T]]) -> list[T | FrontdeskError]:
        """See `Workers`."""
        start = Barrier(len(works))

        def one(work: Work[T]) -> T | FrontdeskError:
            start.wait()
            return self.run(_outcome(work))

        with ThreadPoolExecutor(len(works)) as pool:
            return list(pool.map(one, works))


class StillClock(FixedClock):
    """Moves by hand only, as workers on many threads sleep for real."""

    async def sleep(self, seconds: float) -> None:
        """Take the time, and leave the hands alone."""
        time.sleep(seconds)  # noqa: ASYNC251 - there is no loop to hold up


async def _outcome(work: Work[T]) -> T | FrontdeskError:
    try:
        return await work()
    except FrontdeskError as refusal:
        return refusal
