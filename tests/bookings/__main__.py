"""Random histories of clinics, with many at it at once. The same seed asks for the same things."""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence

from tests.bookings.history import History
from tests.bookings.mutants import MUTANTS
from tests.bookings.places import STORES, open_place

SHOWN = 5  # of what is broken in one history


def main(arguments: Sequence[str] | None = None) -> int:
    """Run histories and say what they came to. Returns 0 when all laws held, or when the mutant was caught."""
    parser = argparse.ArgumentParser(prog="python -m tests.bookings", description=__doc__)
    parser.add_argument("--histories", type=int, default=1000, help="how many (1000)")
    parser.add_argument("--seed", type=int, default=0, help="of the first one (0)")
    parser.add_argument("--store", choices=STORES, default="memory", help="where (memory)")
    parser.add_argument("--endpoint", default="", help="of a running emulator, instead of one of its own")
    parser.add_argument(
        "--mutant", choices=MUTANTS, help="break bookings on purpose, and stop when it is caught"
    )
    chosen = parser.parse_args(arguments)
    begun, done, ran = time.monotonic(), Counter[str](), 0
    faults: list[str] = []
    with open_place(chosen.store, chosen.seed, chosen.endpoint) as place:
        store = MUTANTS[chosen.mutant](place.store) if chosen.mutant else None
        for seed in range(chosen.seed, chosen.seed + chosen.histories):
            history = History(place, seed, store)
            faults = history.run()
            done += history.done
            ran += 1
            if faults:
                _say(f"seed {seed} is broken:", *faults[:SHOWN])
                break
    _report(done, ran, time.monotonic() - begun)
    caught = bool(faults)
    return (not caught) if chosen.mutant else caught


def _report(done: Counter[str], ran: int, seconds: float) -> None:
    made = sum(count for what, count in done.items() if what.endswith((": 200", ": 201")))
    lost = sum(count for what, count in done.items() if what.endswith((": conflict", ": unavailable")))
    _say(f"{ran} histories, {sum(done.values())} requests, {made} done, {lost} sent back, {seconds:.0f} s")
    for what, count in sorted(done.items()):
        _say(f"{count:>8}  {what}")


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


if __name__ == "__main__":
    sys.exit(main())
