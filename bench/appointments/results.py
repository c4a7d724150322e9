"""What was measured of appointments, and whether it is enough. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from bench.appointments.requests import MIX, Kind
from bench.appointments.search import Tried
from bench.appointments.stacks import HELD, OURS, RIVAL
from bench.results import PAIRS_FOR_A_VERDICT, Bar, percentile, ratios

P95_MS = 25.0
RATE_BAR = 3.0  # times the rival's rate


@dataclass(frozen=True, slots=True)
class Window:
    """One rate for some seconds: latencies counted from when each request should have left.

    `p95_ms` is of the whole mix, `kinds_ms` of each part of it. CPU is that of the whole stack, for each request.
    """

    rate: float
    asked: int
    busy: int
    gave_up: bool
    p50_ms: float
    p95_ms: float
    p99_ms: float
    cpu_micros: float
    kinds_ms: Mapping[Kind, float]

    @property
    def held(self) -> bool:
        """Whether the rate was held: nobody sent away, and nineteen of twenty served in time."""
        return not self.gave_up and not self.busy and self.p95_ms <= P95_MS


@dataclass(frozen=True, slots=True)
class Found:
    """The highest rate that one start of one stack held, its window, and the way to it."""

    rate: float
    best: Window
    tried: Sequence[Tried]
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class ClinicResults:
    """One run. Each stack's n-th measurement belongs to the n-th of the others."""

    facts: Mapping[str, Any]
    titles: Mapping[str, str]  # of stacks, by name
    stored: int
    fdatasyncs: list[float] = field(default_factory=list)  # a second, once before each pair
    found: dict[str, list[Found]] = field(default_factory=dict)

    def ratios_of(self, name: str) -> list[float]:
        """Return a stack's rates to the rival's, pair by pair; none without a rival."""
        theirs = [one.rate for one in self.found.get(RIVAL, [])]
        return ratios([one.rate for one in self.found[name]], theirs) if theirs else []

    @property
    def bars(self) -> list[Bar]:
        """What there is to reach."""
        if HELD not in self.found or not self.ratios_of(HELD):
            return []
        words = f"requests a second with p95 <= {P95_MS:g} ms, times {self.titles[RIVAL]}"
        return [Bar(words, median(self.ratios_of(HELD)), RATE_BAR, at_least=True)]

    @property
    def is_met(self) -> bool:
        """Whether every bar is reached."""
        return all(bar.is_met for bar in self.bars)

    @property
    def is_verdict(self) -> bool:
        """Whether there were enough pairs to say so."""
        return len(self.fdatasyncs) >= PAIRS_FOR_A_VERDICT

    def document(self) -> dict[str, Any]:
        """Return everything, for JSON."""
        return {
            "facts": dict(self.facts),
            "titles": dict(self.titles),
            "stored": self.stored,
            "mix": {str(kind): times / sum(MIX.values()) for kind, times in MIX.items()},
            "p95_ms": P95_MS,
            "verdict": self.is_verdict,
            "met": self.is_met,
            "bars": [asdict(bar) | {"met": bar.is_met} for bar in self.bars],
            "fdatasyncs_a_second": [round(rate) for rate in self.fdatasyncs],
            "found": {name: [asdict(one) for one in ones] for name, ones in self.found.items()},
            "ratios": {name: self.ratios_of(name) for name in self.found if name in {OURS, HELD}},
        }


def window_of(rate: float, heard: Any, cpu_seconds: float) -> Window:
    """Return what a load tells (`sending.Heard`)."""
    millis = heard.all_millis or [float("inf")]
    p50, p95, p99 = (round(percentile(millis, percent), 2) for percent in (50, 95, 99))
    return Window(
        rate=round(rate, 1),
        asked=heard.asked,
        busy=heard.busy,
        gave_up=heard.gave_up,
        p50_ms=p50,
        p95_ms=p95,
        p99_ms=p99,
        cpu_micros=round(cpu_seconds / max(1, heard.sent) * 1e6, 1),
        kinds_ms={kind: round(percentile(ones, 95), 2) for kind, ones in heard.millis.items() if ones},
    )
