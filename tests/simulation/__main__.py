"""Simulated days at the desk. The same seed is always the same day."""

import argparse
import sys
from collections.abc import Sequence

import msgspec
from rich.console import Console

from tests.simulation.design import REAL, Design
from tests.simulation.history import run_history
from tests.simulation.mutants import MUTANTS
from tests.simulation.report import show
from tests.simulation.runs import run_seeds

PRINTED_WIDTH = 120  # of the table in a file or a pipe
TRACE_LINES = 80  # the end of a failing history


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the seeds and show what they came to. Returns 0 when all laws held, or when the mutant was caught."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=2000, help="how many (2000)")
    parser.add_argument("--first", type=int, default=0, help="the first one (0)")
    parser.add_argument(
        "--mutant", choices=MUTANTS, help="break one part on purpose, and stop when it is caught"
    )
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")
    chosen = parser.parse_args(arguments)
    report = run_seeds(chosen.first, chosen.seeds, chosen.mutant or "", quiet=chosen.json)
    console = Console(width=None if sys.stdout.isatty() else PRINTED_WIDTH)
    if chosen.json:
        sys.stdout.write(msgspec.json.encode(report.as_json()).decode() + "\n")
    else:
        show(report, console, chosen.mutant or "")
        if chosen.seeds == 1 and report.broken:
            _trace(chosen.first, MUTANTS.get(chosen.mutant, REAL), console)
    return (not report.broken) if chosen.mutant else (not report.is_clean)


def _trace(seed: int, design: Design, console: Console) -> None:
    for micros, actor, what in run_history(seed, design).trace[-TRACE_LINES:]:
        console.print(f"{micros / 1_000_000:>12.6f} s  {actor:<10} {what}", markup=False, highlight=False)


if __name__ == "__main__":
    sys.exit(main())
