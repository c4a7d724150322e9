"""A few threads for slow hashing: a server goes on answering meanwhile, and memory stays bounded."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from frontdesk.kernel.errors import Unavailable

AT_ONCE = 2  # hashes, so 128 MB
WAITING = 32  # callers, for some seconds at most; the next one is asked to come again

T = TypeVar("T")


class Threads:
    """See `Apart`. Belongs to one event loop."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passwords")
        self._inside = 0

    async def __call__(self, work: Callable[[], T], /) -> T:
        """Do it on the next free thread. Raises Unavailable when too many wait."""
        if self._inside >= AT_ONCE + WAITING:
            raise Unavailable("Too many people sign in at the moment.", retry_after=2)
        self._inside += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._inside -= 1
