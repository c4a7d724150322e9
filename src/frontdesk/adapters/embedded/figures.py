"""Figures that the runtime keeps of itself while it works. Each costs a fraction of a microsecond; nobody waits."""

from bisect import bisect_left
from collections.abc import Sequence

from frontdesk.kernel.bus import Fate

# Upper bounds of what a histogram tells apart, in seconds. The last of all is everything above.
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)
SIZES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0)

_DONE = Fate.DONE  # at hand: to look a member up costs more than to count it


class Histogram:
    """How often a value fell between two bounds, and what all values come to. Written by one thread."""

    __slots__ = ("bounds", "counts", "sum")

    def __init__(self, bounds: tuple[float, ...] = SECONDS) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def note(self, value: float, times: int = 1) -> None:
        """Count a value, once or several times."""
        self.counts[bisect_left(self.bounds, value)] += times
        self.sum += value * times

    def add(self, counts: Sequence[int], total: float) -> None:
        """Take over what another histogram of the same bounds has counted."""
        self.counts = [one + other for one, other in zip(self.counts, counts, strict=True)]
        self.sum += total


class ReactionFigures:
    """What became of one subscriber's reactions, each time that one was run."""

    __slots__ = ("_done", "_others")

    def __init__(self) -> None:
        self._done = 0
        self._others: dict[str, int] = {}

    def note(self, outcome: Fate) -> None:
        """Count a run."""
        if outcome is _DONE:  # nearly every time
            self._done += 1
        else:
            self._others[outcome.value] = self._others.get(outcome.value, 0) + 1

    def counts(self) -> dict[str, int]:
        """Return how many runs ended in each way."""
        return {_DONE.value: self._done, **self._others}


class CommitFigures:
    """What the writer's transactions took, and how many submissions shared one."""

    __slots__ = ("failed", "seconds", "sizes")

    def __init__(self) -> None:
        self.seconds = Histogram()
        self.sizes = Histogram(SIZES)
        self.failed = 0
