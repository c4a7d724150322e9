"""What was measured, and whether it is enough. Pure: no clock, no disk, no process."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from bench.load import Load

BURST_BAR = 10.0  # times the peer's rate; docs: bench/README.md
SUSTAINED_BAR = 5.0
DRAIN_BAR_SECONDS = 1.0
PAIRS_FOR_A_VERDICT = 5


@dataclass(frozen=True, slots=True)
class Contest:
    """Ours and the peer, measured in turns: the n-th of each belong together."""

    title: str
    ours: Sequence[Load]
    peer: Sequence[Load]
    bar: float | None = None

    @property
    def ratios(self) -> list[float]:
        """Our rate to the peer's, pair by pair."""
        return [ours.rate / peer.rate for ours, peer in zip(self.ours, self.peer, strict=True)]

    @property
    def ratio(self) -> float:
        """The median of `ratios`."""
        return median(self.ratios)

    @property
    def is_met(self) -> bool:
        """Whether the ratio reaches the bar, if there is one."""
        return self.bar is None or self.ratio >= self.bar


@dataclass(frozen=True, slots=True)
class Sustained:
    """A long load on ours with the processor at work. Backlog and drain count from the moment the load stopped."""

    load: Load
    single: Load  # one connection afterwards, the processor still at work
    peer_rate: float  # the median of its bursts in this run
    backlog_events: int
    drain_seconds: float
    stored: int
    processed: int

    @property
    def ratio(self) -> float:
        """Our rate of finished orders to the peer's rate of stored ones."""
        return self.load.rate / self.peer_rate

    @property
    def is_met(self) -> bool:
        """Whether the rate was real: nothing left over, everything at its end, and enough of it."""
        quick = self.drain_seconds <= DRAIN_BAR_SECONDS
        return quick and self.processed == self.stored and self.ratio >= SUSTAINED_BAR


@dataclass(frozen=True, slots=True)
class Results:
    """One run of the benchmark."""

    facts: Mapping[str, Any]
    fdatasyncs: Sequence[float]  # a second, once before each pair
    burst: Contest
    tuned: Contest
    single: Contest
    sustained: Sustained

    @property
    def contests(self) -> tuple[Contest, ...]:
        """Everything that was measured in turns, as tables list it."""
        return (self.burst, self.tuned, self.single)

    @property
    def is_met(self) -> bool:
        """Whether every bar is reached."""
        return self.burst.is_met and self.sustained.is_met

    @property
    def is_verdict(self) -> bool:
        """Whether there were enough pairs to say so."""
        return len(self.fdatasyncs) >= PAIRS_FOR_A_VERDICT

    def document(self) -> dict[str, Any]:
        """Return everything, for JSON."""
        sustained = asdict(self.sustained) | {
            "ratio": round(self.sustained.ratio, 2),
            "bar": SUSTAINED_BAR,
            "drain_bar_seconds": DRAIN_BAR_SECONDS,
            "met": self.sustained.is_met,
        }
        return {
            "facts": dict(self.facts),
            "verdict": self.is_verdict,
            "met": self.is_met,
            "fdatasyncs_a_second": [round(rate) for rate in self.fdatasyncs],
            "burst": _contest(self.burst),
            "tuned": _contest(self.tuned),
            "single": _contest(self.single),
            "sustained": sustained,
        }


def _contest(contest: Contest) -> dict[str, Any]:
    return asdict(contest) | {
        "ratios": [round(ratio, 2) for ratio in contest.ratios],
        "ratio": round(contest.ratio, 2),
        "met": contest.is_met,
    }
