"""`python -m tests.crash --cycles 20 --orders 5000`: kill, count, repeat."""

import argparse
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from tests.crash.loop import crash_loop
from tests.crash.verdict import Report


def main() -> int:
    """Run the loop and show what it came to. Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cycles", type=int, default=10)
    parser.add_argument("--orders", type=int, default=5_000, help="in the middle of which to kill, each time")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    last: Report | None = None
    with tempfile.TemporaryDirectory() as folder, Progress() as progress:
        task = progress.add_task("killing", total=chosen.cycles)
        for last in crash_loop(Path(folder), chosen.cycles, chosen.orders, chosen.seed):
            progress.update(task, completed=last.cycles, description=f"{last.answered} orders answered")
    assert last is not None
    Console().print(last)
    return 0 if last.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
