"""Time and chance that a test holds in its hand."""

import random
from datetime import datetime, timedelta


class FixedClock:
    """Stands still until it is moved. Sleeping moves it."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """See `ports.Clock`."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Move on at once."""
        self.advance(timedelta(seconds=seconds))

    def advance(self, by: timedelta) -> None:
        """Move the hands."""
        self._now += by


class SeededChance:
    """The same seed, the same luck."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a simulation must repeat itself

    def bytes(self, size: int) -> bytes:
        """See `ports.Chance`."""
        return self._random.randbytes(size)

    def fraction(self) -> float:
        """See `ports.Chance`."""
        return self._random.random()
