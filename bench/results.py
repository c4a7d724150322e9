"""What was measured, and whether it is enough. Pure: no clock, no disk, no process."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median, quantiles
from typing import Any

from bench.contestants import Counts
from bench.load import Load

OURS, HELD = "frontdesk", "frontdesk-held"
RIVAL, TUTORIAL = "rival", "sqlite"
PAIRS_FOR_A_VERDICT = 5

# Where the bars stand is said in bench/README.md.
BURST_BAR = 4.0  # times the rival's rate
TUTORIAL_BAR = 10.0  # times the rate of the usual stack as its tutorials write it
SUSTAINED_BAR = 2.5  # times the rival's rate
DRAIN_BAR_SECONDS = 1.0
GROWTH_BAR = 1.6  # p99 with many orders stored, to that with few
LAG_BAR_MS = 50.0  # p99 at half load


@dataclass(frozen=True, slots=True)
class Burst:
    """One start of one stack: one connection, then many."""

    single: Load
    many: Load


@dataclass(frozen=True, slots=True)
class Lag:
    """At half load: what followed orders took until their answer, and from there to their end, in milliseconds."""

    load: Load
    answers: Sequence[float]
    lags: Sequence[float]


@dataclass(frozen=True, slots=True)
class Sustained:
    """A long load with everything at work. `drain_seconds` count from its end until nothing waited."""

    load: Load
    drain_seconds: float
    counts: Counts
    memory_bytes: int
    lag: Lag | None

    @property
    def rate(self) -> float:
        """Orders a second that came to their end, until the last one had."""
        return self.load.placed / (self.load.seconds + self.drain_seconds)


@dataclass(frozen=True, slots=True)
class Growth:
    """The same load on a stack that holds few orders, and on one that holds many."""

    few: Load
    many: Load

    @property
    def ratio(self) -> float:
        """By how much the slowest answers have become slower."""
        return self.many.p99_ms / self.few.p99_ms


@dataclass(frozen=True, slots=True)
class Bar:
    """What must be reached. `found` is a median but where the words say otherwise."""

    words: str
    found: float
    wanted: float
    at_least: bool

    @property
    def is_met(self) -> bool:
        """Whether it is reached."""
        return self.found >= self.wanted if self.at_least else self.found <= self.wanted


@dataclass(frozen=True, slots=True)
class Results:
    """One run of the benchmark. Each stack's n-th measurement belongs to the n-th of the others."""

    facts: Mapping[str, Any]
    titles: Mapping[str, str]  # of stacks, by name
    fdatasyncs: list[float] = field(default_factory=list)  # a second, once before each pair
    burst: dict[str, list[Burst]] = field(default_factory=dict)
    sustained: dict[str, list[Sustained]] = field(default_factory=dict)
    growth: dict[str, list[Growth]] = field(default_factory=dict)

    @property
    def bars(self) -> list[Bar]:
        """What there is to reach, of what was measured."""
        return [*self._burst_bars(), *self._sustained_bars(), *self._growth_bars()]

    @property
    def is_met(self) -> bool:
        """Whether every bar is reached."""
        return all(bar.is_met for bar in self.bars)

    @property
    def is_verdict(self) -> bool:
        """Whether there were enough pairs to say so."""
        return len(self.fdatasyncs) >= PAIRS_FOR_A_VERDICT

    def _burst_bars(self) -> list[Bar]:
        rates = {name: [one.many.rate for one in bursts] for name, bursts in self.burst.items()}
        return [
            Bar(
                f"burst, times {self.titles[name]}",
                median(ratios(rates[HELD], rates[name])),
                bar,
                at_least=True,
            )
            for name, bar in ((RIVAL, BURST_BAR), (TUTORIAL, TUTORIAL_BAR))
            if HELD in rates and name in rates
        ]

    def _sustained_bars(self) -> list[Bar]:
        ours = self.sustained.get(OURS, [])
        if not ours:
            return []
        found = [
            Bar(
                "sustained, the slowest drain, s",
                max(one.drain_seconds for one in ours),
                DRAIN_BAR_SECONDS,
                at_least=False,
            )
        ]
        if RIVAL in self.sustained:
            both = ratios([one.rate for one in ours], [one.rate for one in self.sustained[RIVAL]])
            found.insert(
                0, Bar(f"sustained, times {self.titles[RIVAL]}", median(both), SUSTAINED_BAR, at_least=True)
            )
        lags = all_lags(ours)
        if lags:
            found.append(
                Bar(
                    "lag from 201 to the end at half load, p99 of all, ms",
                    percentile(lags, 99),
                    LAG_BAR_MS,
                    at_least=False,
                )
            )
        return found

    def _growth_bars(self) -> list[Bar]:
        ours = self.growth.get(OURS, [])
        words = "p99 with many orders stored, times that with few"
        return [Bar(words, median(one.ratio for one in ours), GROWTH_BAR, at_least=False)] if ours else []

    def document(self) -> dict[str, Any]:
        """Return everything, for JSON."""
        return {
            "facts": dict(self.facts),
            "titles": dict(self.titles),
            "verdict": self.is_verdict,
            "met": self.is_met,
            "bars": [asdict(bar) | {"met": bar.is_met} for bar in self.bars],
            "fdatasyncs_a_second": [round(rate) for rate in self.fdatasyncs],
            "burst": {name: [asdict(one) for one in ones] for name, ones in self.burst.items()},
            "sustained": {
                name: [asdict(one) | {"rate": round(one.rate, 1)} for one in ones]
                for name, ones in self.sustained.items()
            },
            "growth": {name: [asdict(one) for one in ones] for name, ones in self.growth.items()},
        }


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Return ours to theirs, pair by pair."""
    return [our / their for our, their in zip(ours, theirs, strict=True)]


def all_lags(ones: Sequence[Sustained]) -> list[float]:
    """Return the lags of all pairs together: the slow ones are few."""
    return [lag for one in ones if one.lag for lag in one.lag.lags]


def percentile(values: Sequence[float], percent: int) -> float:
    """Return below which value so many of a hundred lie."""
    return quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]
