"""What was measured of the AWS runtime, and whether it is enough. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from bench.results import Bar, ratios

OURS, BOTO3, POWERTOOLS = "frontdesk", "boto3", "powertools"
PAIRS_FOR_A_VERDICT = 5

BOTO3_BAR = 0.45  # of the cold start of a function that uses boto3 and nothing else
POWERTOOLS_BAR = 0.12  # of that of one with Powertools and pydantic
CALL_BAR = 0.15  # of boto3's processor time a call
ZIP_BAR_MB = 1.0


@dataclass(frozen=True, slots=True)
class Start:
    """One cold start in milliseconds: what the runtime imports anyway, the function's own imports, its first order."""

    runtime_ms: float
    import_ms: float
    order_ms: float
    cpu_ms: float  # of the two last, processor time

    @property
    def cold_ms(self) -> float:
        """What the function adds to an empty one: its imports, the TLS handshake, its first order."""
        return self.import_ms + self.order_ms


@dataclass(frozen=True, slots=True)
class AwsResults:
    """One run. Each contestant's n-th measurement belongs to the n-th of the others."""

    facts: Mapping[str, Any]
    titles: Mapping[str, str]
    zip_bytes: int
    starts: Mapping[str, list[Start]] = field(default_factory=dict)
    calls: Mapping[str, list[float]] = field(default_factory=dict)  # microseconds of processor time

    @property
    def bars(self) -> list[Bar]:
        """What there is to reach."""
        ours = [start.cold_ms for start in self.starts[OURS]]
        found = [
            Bar(f"cold start, share of {self.titles[name]}", self._share(ours, name), bar, at_least=False)
            for name, bar in ((BOTO3, BOTO3_BAR), (POWERTOOLS, POWERTOOLS_BAR))
        ]
        shares = ratios(self.calls[OURS], self.calls[BOTO3])
        found.append(
            Bar("processor time of an AWS call, share of boto3", median(shares), CALL_BAR, at_least=False)
        )
        found.append(Bar("zip, MB", self.zip_bytes / 1_000_000, ZIP_BAR_MB, at_least=False))
        return found

    @property
    def is_met(self) -> bool:
        """Whether every bar is reached."""
        return all(bar.is_met for bar in self.bars)

    @property
    def is_verdict(self) -> bool:
        """Whether there were enough pairs to say so."""
        return min(len(self.starts[OURS]), len(self.calls[OURS])) >= PAIRS_FOR_A_VERDICT

    def document(self) -> dict[str, Any]:
        """Return everything, for JSON."""
        return {
            "facts": dict(self.facts),
            "titles": dict(self.titles),
            "verdict": self.is_verdict,
            "met": self.is_met,
            "bars": [asdict(bar) | {"met": bar.is_met} for bar in self.bars],
            "zip_bytes": self.zip_bytes,
            "cold_starts": {name: [asdict(one) for one in ones] for name, ones in self.starts.items()},
            "cpu_micros_a_call": {name: list(ones) for name, ones in self.calls.items()},
        }

    def _share(self, ours: Sequence[float], name: str) -> float:
        return median(ratios(ours, [start.cold_ms for start in self.starts[name]]))
