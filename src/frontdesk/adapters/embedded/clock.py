"""The machine's own clock and randomness."""

import asyncio
import os
import random
from datetime import UTC, datetime

POOL_BYTES = 4_096


class MachineClock:
    """The wall clock, in UTC. Needs an asyncio loop to sleep."""

    def now(self) -> datetime:
        """See `ports.Clock`."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """See `ports.Clock`."""
        await asyncio.sleep(seconds)


class MachineChance:
    """The operating system's randomness, fetched in larger pieces; jitter needs none so good."""

    def __init__(self) -> None:
        self._pool = b""
        self._used = 0

    def bytes(self, size: int) -> bytes:
        """See `ports.Chance`. No byte is given out twice."""
        if self._used + size > len(self._pool):
            self._pool = os.urandom(max(size, POOL_BYTES))
            self._used = 0
        start = self._used
        self._used += size
        return self._pool[start : self._used]

    def fraction(self) -> float:
        """See `ports.Chance`."""
        return random.random()  # noqa: S311 - jitter, not a secret
