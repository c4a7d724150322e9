"""What a run came to: which laws were broken by which seeds, and how often each call met each fault."""

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec
from rich.console import Console
from rich.table import Table

from tests.simulation.faults import SITES, Fault, Site
from tests.simulation.history import History

STANDARD_SEEDS = 2_000  # from here on, a pair of call and fault that was never met fails the run


class Report(msgspec.Struct):
    """The sum of many histories."""

    histories: int = 0
    steps: int = 0
    seconds: float = 0.0
    broken: list[tuple[int, str, str]] = []
    faults: Counter[tuple[Site, Fault]] = msgspec.field(default_factory=Counter)

    def add(self, history: History) -> None:
        """Take in one history."""
        self.histories += 1
        self.steps += history.steps
        self.faults.update(history.faults)
        if history.broken:
            self.broken.append((history.seed, history.runtime, history.broken))

    def merge(self, other: "Report") -> None:
        """Take in what another process has seen."""
        self.histories += other.histories
        self.steps += other.steps
        self.faults.update(other.faults)
        self.broken.extend(other.broken)

    @property
    def unmet(self) -> list[tuple[Site, Fault]]:
        """Every pair that can happen and never did."""
        return [
            (site, fault) for site, known in SITES.items() for fault in known if not self.faults[site, fault]
        ]

    @property
    def unknown(self) -> list[tuple[Site, Fault]]:
        """Every pair that happened and is not in the list of what can."""
        return [
            pair for pair, count in self.faults.items() if count and pair[1] not in SITES.get(pair[0], ())
        ]

    @property
    def is_clean(self) -> bool:
        """Whether no law was broken and, over enough seeds, nothing was left untried."""
        return not (self.broken or self.unknown or (self.histories >= STANDARD_SEEDS and self.unmet))

    def as_json(self) -> Mapping[str, object]:
        """Return it as plain data."""
        pairs = {" ".join((*site, fault)): self.faults[site, fault] for site, fault in self._pairs()}
        return {
            "histories": self.histories,
            "steps": self.steps,
            "seconds": round(self.seconds, 1),
            "clean": self.is_clean,
            "broken": [
                {"seed": seed, "runtime": runtime, "law": law} for seed, runtime, law in sorted(self.broken)
            ],
            "faults": pairs,
        }

    def _pairs(self) -> Iterable[tuple[Site, Fault]]:
        return ((site, fault) for site, known in SITES.items() for fault in known)


def show(report: Report, console: Console, mutant: str = "") -> None:
    """Print the table of faults, the failures and how to repeat them."""
    console.print(_table(report))
    pace = report.histories / report.seconds if report.seconds else 0
    console.print(f"{report.histories:,} histories, {report.steps:,} steps, {pace:,.0f} histories a second.")
    for site, fault in report.unknown:
        console.print(f"Not in the list of faults: {' '.join(site)}: {fault}", style="red")
    if report.histories >= STANDARD_SEEDS:
        for site, fault in report.unmet:
            console.print(f"Never met: {' '.join(site)}: {fault}", style="red")
    for seed, runtime, law in sorted(report.broken)[:20]:
        again = f"python -m tests.simulation --seeds 1 --first {seed}" + (
            f" --mutant {mutant}" if mutant else ""
        )
        console.print(f"Seed {seed} ({runtime}): {law}. Again: {again}", style="red", soft_wrap=True)
    if len(report.broken) > 20:  # enough to see what they have in common
        console.print(f"... and {len(report.broken) - 20} more.", style="red")


def _table(report: Report) -> Table:
    table = Table(title="How often each call met each fault")
    table.add_column("runtime, caller and call", no_wrap=True)
    for fault in Fault:
        table.add_column(fault.replace(" ", "\n"), justify="right", no_wrap=True)
    for site, known in SITES.items():
        counts = [f"{report.faults[site, fault]:,}" if fault in known else "" for fault in Fault]
        table.add_row(" ".join(site), *counts)
    return table
