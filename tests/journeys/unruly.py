"""`python -m tests.journeys.unruly SEED up …`: the real server, with events shuffled and doubled.

Both runtimes promise delivery at least once and in no order, but an embedded log is orderly by nature: this takes the
promise at its word. Entries of a batch change places, some come two or three times in it, some wait for a later turn,
and some come once more long after they were taken in. What waits has a row in `retries`, stored with the cursor that
passes it, so that a crash or a stop loses nothing. A message that fails becomes a dead letter within seconds.

At its end the program writes how often each of these happened, as JSON on a line of its own.
"""

import json
import random
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from frontdesk.adapters.embedded import runtime
from frontdesk.adapters.embedded.decider import Decider
from frontdesk.adapters.embedded.settlement import Entry, Parked, Settlement
from frontdesk.adapters.embedded.subscriber import Batch, Log, Subscriber
from frontdesk.entrypoints.cli import main as frontdesk
from frontdesk.kernel import limits

HELD, HELD_SECONDS = 0.25, (0.01, 0.12)  # how many entries wait for a later turn, and how long
DOUBLED, TRIPLED = 0.2, 0.05
AGAIN, AGAIN_SECONDS = 0.15, (0.03, 0.25)  # how many come once more after they were taken in, and when
RETRY_SECONDS = 0.005  # before a failed message's second try
BEYOND = 1 << 60  # more than any place in a log: marks the settlement of a whole batch


class UnrulyLog:
    """A log that hands out too much, in any order, and some of it late."""

    def __init__(self, log: Log, chance: random.Random, tally: Counter[str]) -> None:
        self._log = log
        self._chance = chance
        self._tally = tally
        self._batch = Batch((), 0)
        self._late: tuple[Parked, ...] = ()

    async def pending(self, subscriber: str, names: Sequence[str], limit: int) -> Batch:
        """See `subscriber.Log`. Entries that all have to wait are put aside at once."""
        while True:
            self._batch = await self._log.pending(subscriber, names, limit)
            kept: list[Entry] = []
            held: list[Entry] = []
            for entry in self._batch.entries:
                waits = not entry.is_retry and self._is("held", HELD)
                (held if waits else kept).append(entry)
            again = [entry for entry in kept if not entry.is_retry and self._is("again", AGAIN)]
            self._late = (*self._put_off(held, *HELD_SECONDS), *self._put_off(again, *AGAIN_SECONDS))
            if kept or not held:
                return Batch(self._mixed(kept), self._batch.cursor + BEYOND)
            await self._log.settle(Settlement(subscriber, self._batch.cursor, parked=self._late))

    async def settle(self, settlement: Settlement) -> None:
        """See `subscriber.Log`. The cursor moves once the whole batch is settled: its entries are in no order."""
        if settlement.cursor < BEYOND:
            fresh = [entry.seq for entry in self._batch.entries if not entry.is_retry]
            before = min(fresh, default=self._batch.cursor + 1) - 1
            await self._log.settle(replace(settlement, cursor=before))
            return
        failed = {parked.seq for parked in settlement.parked}
        late = tuple(parked for parked in self._late if parked.seq not in failed)
        cursor = self._batch.cursor
        await self._log.settle(replace(settlement, cursor=cursor, parked=(*settlement.parked, *late)))

    def _mixed(self, entries: Sequence[Entry]) -> tuple[Entry, ...]:
        found = list(entries)
        found += [entry for entry in entries if self._is("doubled", DOUBLED)]
        found += [entry for entry in entries if self._is("tripled", TRIPLED) for _ in range(2)]
        self._chance.shuffle(found)
        places = [entry.seq for entry in found]
        self._tally["shuffled"] += places != sorted(places)
        return tuple(found)

    def _put_off(self, entries: Sequence[Entry], least: float, most: float) -> list[Parked]:
        now = datetime.now(UTC)
        return [
            Parked(entry.seq, 1, now + timedelta(seconds=self._chance.uniform(least, most)), "put off")
            for entry in entries
        ]

    def _is(self, what: str, share: float) -> bool:
        happens = self._chance.random() < share
        self._tally[what] += happens
        return happens


def main() -> None:
    """Run a command of `frontdesk` so. The first word is the seed."""
    seed = sys.argv.pop(1)
    tally: Counter[str] = Counter()

    def subscriber(decider: Decider, log: Log, **more: Any) -> Subscriber:
        chance = random.Random(f"{seed} {decider.name}")  # noqa: S311 - a run must repeat itself
        return Subscriber(decider, UnrulyLog(log, chance, tally), **more)

    with (
        patch.object(runtime, "Subscriber", subscriber),
        patch.object(limits, "RETRY_BASE_SECONDS", RETRY_SECONDS),
    ):
        try:
            frontdesk()
        finally:
            sys.stdout.write(json.dumps(tally) + "\n")


if __name__ == "__main__":
    main()
