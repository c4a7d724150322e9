"""The machine's own clock and randomness."""

import asyncio
import os
import random
from datetime import UTC, datetime


class MachineClock:
    """The wall clock, in UTC. Needs an asyncio loop to sleep."""

    def now(self) -> datetime:
        """See `ports.Clock`."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """See `ports.Clock`."""
        await asyncio.sleep(seconds)


class MachineChance:
    """The operating system's randomness; jitter needs none so good."""

    def bytes(self, size: int) -> bytes:
        """See `ports.Chance`."""
        return os.urandom(size)

    def fraction(self) -> float:
        """See `ports.Chance`."""
        return random.random()  # noqa: S311 - jitter, not a secret
