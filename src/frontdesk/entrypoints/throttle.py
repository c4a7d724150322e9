"""Slows down who guesses tokens: each wrong one costs a signature check, and none can be remembered."""

from frontdesk.kernel.errors import TooMany

WINDOW_SECONDS = 60.0
FAILURES = 60  # that one address may have in a window
ADDRESSES = 10_000  # that are watched at once


class Failures:
    """Failed sign-ins by address, within one window of time."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._ends = 0.0

    def check(self, address: str, now: float) -> None:
        """Raise TooMany when an address has used up its failures. `now` in seconds of any steady clock."""
        if now >= self._ends:
            self._counts.clear()
            self._ends = now + WINDOW_SECONDS
        if self._counts.get(address, 0) >= FAILURES:
            raise TooMany(retry_after=max(1, round(self._ends - now)))

    def add(self, address: str) -> None:
        """Count one failure."""
        if address in self._counts or len(self._counts) < ADDRESSES:
            self._counts[address] = self._counts.get(address, 0) + 1
