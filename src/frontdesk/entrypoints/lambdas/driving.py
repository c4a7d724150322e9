"""How handlers run inside a function: without an event loop, several side by side in threads.

Below every port of the AWS runtime things block, so a coroutine never suspends and one `send` runs it to its end. Only
a subscriber that waits for somebody outside has adapters that need a loop; its function keeps one, and nobody else
imports asyncio.
"""

from collections.abc import Coroutine, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

T = TypeVar("T")
AT_ONCE = 10  # threads, and so connections: a batch from SQS has at most 10 messages unless it is gathered for longer


class SuspendedError(Exception):
    """A coroutine waited for an event loop, and this function has none: our bug."""


def drive(work: Coroutine[Any, Any, T]) -> T:
    """Run to its end what never suspends."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    work.close()
    raise SuspendedError


class Driver(Protocol):
    """Runs coroutines to their end."""

    def side_by_side(self, works: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
        """Run all of them at once and return what they gave, in order."""


class Threads:
    """One thread for each coroutine, at most AT_ONCE. What is alone needs none."""

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None

    def side_by_side(self, works: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
        """See `Driver`."""
        if len(works) == 1:
            return [drive(works[0])]
        if self._pool is None:
            from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - who answers one by one pays nothing

            self._pool = ThreadPoolExecutor(AT_ONCE)
        return list(self._pool.map(drive, works))


class KeptLoop:
    """One event loop for as long as the function's environment lives."""

    def __init__(self) -> None:
        import asyncio  # noqa: PLC0415 - costs a cold start 12 ms, so whoever needs no loop does not pay for one

        self._gather = asyncio.gather
        self._runner = asyncio.Runner()

    def side_by_side(self, works: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
        """See `Driver`."""

        async def all_of_them() -> list[T]:
            return list(await self._gather(*works))

        return self._runner.run(all_of_them())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run one coroutine."""
        return self._runner.run(work)

    def close(self) -> None:
        """End the loop."""
        self._runner.close()
