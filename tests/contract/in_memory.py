"""The store in memory, with calls that really interleave."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from frontdesk.adapters.memory.clock import FixedClock
from frontdesk.adapters.memory.store import MemoryStore
from frontdesk.kernel.errors import Unavailable
from tests.contract.examples import START
from tests.contract.stores import Moment, StoreUnderTest
from tests.contract.workers import Loop


class Interleaving:
    """Lets others run before and after each call, and breaks a commit when told to."""

    def __init__(self) -> None:
        self._broken: Moment | None = None

    async def __call__(self, method: str, moment: str) -> None:
        """See `adapters.memory.store.Fault`."""
        await asyncio.sleep(0)
        if method == "commit" and moment == self._broken:
            self._broken = None
            raise Unavailable

    def break_next(self, moment: Moment) -> None:
        """See `StoreUnderTest.break_next_commit`."""
        self._broken = moment


@contextmanager
def open_memory(lag: int = 0) -> Iterator[StoreUnderTest]:
    """Open a store whose indexes are `lag` commits behind."""
    clock = FixedClock(START)
    fault = Interleaving()
    store = MemoryStore(clock, lag=lag, fault=fault)
    with asyncio.Runner() as runner:
        yield StoreUnderTest(
            store,
            clock,
            Loop(runner),
            events=lambda: store.log,
            timers=lambda: store.timers,
            settle=store.catch_up,
            break_next_commit=fault.break_next,
        )
