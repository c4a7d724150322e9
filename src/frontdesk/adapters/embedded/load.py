"""How much of the time a thread computes."""

import time

LEAST_SECONDS = 0.1  # of a look; a shorter one would say what chance says


class Load:
    """Of the thread that made it, and that looks."""

    def __init__(self) -> None:
        self._at, self._used = time.monotonic(), time.thread_time()
        self._last = 0.0

    def look(self) -> float:
        """Return the share of the time since the last look that it has computed; 1 is all of it."""
        at = time.monotonic()
        if at - self._at >= LEAST_SECONDS:
            used = time.thread_time()
            self._last = (used - self._used) / (at - self._at)
            self._at, self._used = at, used
        return self._last
