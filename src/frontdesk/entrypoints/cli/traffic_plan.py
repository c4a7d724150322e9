"""When each request of a load is due. Open loop: what the desk answers moves nothing."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

MAX_RATE = 50_000.0  # requests a second, spikes included
MAX_SECONDS = 3_600.0
MAX_REQUESTS = 500_000
_SPIKE = re.compile(r"(\d+(?:\.\d+)?):(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Spike:
    """From second `at` on, `factor` times as many, for so many seconds."""

    at: float
    factor: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Plan:
    """So many requests a second for so many seconds, with spikes. Spikes that overlap multiply."""

    rate: float
    seconds: float
    spikes: Sequence[Spike] = ()

    def check(self) -> None:
        """Raise ValueError when this is more than one command may do."""
        if not 0 < self.seconds <= MAX_SECONDS:
            raise ValueError(f"The duration must be above 0 and at most {MAX_SECONDS:.0f} seconds.")
        steps = [0.0, *(spike.at for spike in self.spikes)]
        if not self.rate > 0 or max(map(self.rate_at, steps)) > MAX_RATE:
            raise ValueError(f"The rate must be above 0 and, in spikes too, at most {MAX_RATE:.0f}.")
        if self.requests > MAX_REQUESTS:
            raise ValueError(f"That would be {self.requests} requests, and {MAX_REQUESTS} are the most.")

    def rate_at(self, second: float) -> float:
        """Return the requests a second at some moment."""
        rate = self.rate
        for spike in self.spikes:
            if spike.at <= second < spike.at + spike.seconds:
                rate *= spike.factor
        return rate

    @property
    def requests(self) -> int:
        """How many requests this makes."""
        return round(sum((end - start) * self.rate_at(start) for start, end in self._stretches()))

    def moments(self) -> Iterator[float]:
        """Give the second at which each request is due, in order, evenly within each stretch of one rate."""
        sent, due = 0, 0.0
        for start, end in self._stretches():
            rate = self.rate_at(start)
            first = sent
            due += (end - start) * rate
            while sent < round(due):
                yield start + (sent - first) / rate
                sent += 1

    def _stretches(self) -> list[tuple[float, float]]:
        edges = {0.0, self.seconds}
        for spike in self.spikes:
            edges |= {min(spike.at, self.seconds), min(spike.at + spike.seconds, self.seconds)}
        ordered = sorted(edges)
        return list(pairwise(ordered))


def spike_of(text: str) -> Spike:
    """Read a spike from AT:FACTOR:SECONDS. Raises ValueError."""
    found = _SPIKE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not AT:FACTOR:SECONDS, as in 10:5:3")
    return Spike(*map(float, found.groups()))
