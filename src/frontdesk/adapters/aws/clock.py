"""Time and chance inside a function. They block, and hold nothing that a restored snapshot could repeat."""

import os
import time
from datetime import UTC, datetime

_FRACTION_BITS = 53  # what a float between 0 and 1 can tell apart


class BlockingClock:
    """The machine's own clock, in UTC. Its sleep never suspends, so that `send` drives whoever sleeps."""

    def now(self) -> datetime:
        """See `ports.Clock`."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """See `ports.Clock`."""
        time.sleep(seconds)  # noqa: ASYNC251 - there is no event loop that could be held up


class SystemChance:
    """The operating system's randomness, fetched each time.

    A generator that was seeded before a snapshot of the function was taken would draw the same in all its copies.
    """

    def bytes(self, size: int) -> bytes:
        """See `ports.Chance`."""
        return os.urandom(size)

    def fraction(self) -> float:
        """See `ports.Chance`."""
        return fraction()


def fraction() -> float:
    """Return a number in [0, 1)."""
    return (int.from_bytes(os.urandom(7), "big") >> 56 - _FRACTION_BITS) / (1 << _FRACTION_BITS)
