"""A subscriber: the reactions of one name, run in batches over the event log.

One batch is one transaction: every effect, the cursor past what was read, and the parking of what failed. So a crash
repeats the whole batch or nothing of it. Knows no database and no event loop: the simulation drives this very code.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from frontdesk.adapters.embedded.decider import Decider
from frontdesk.adapters.embedded.settlement import Entry, Settlement
from frontdesk.kernel.errors import Conflict

BATCH = 256  # at least as many as connections that write at once, or acceptance outruns reactions for ever
BATCH_RERUNS = 2  # of a batch that lost a race, before its messages go one by one


@dataclass(frozen=True, slots=True)
class Batch:
    """What a subscriber has to do now: retries that are due, then fresh entries up to `cursor`."""

    entries: tuple[Entry, ...]
    cursor: int


class Log(Protocol):
    """The event log, as one subscriber sees it."""

    async def pending(self, subscriber: str, names: Sequence[str], limit: int) -> Batch:
        """Return due retries and the entries with these names past the subscriber's cursor, in order."""

    async def settle(self, settlement: Settlement) -> None:
        """Store a settlement. Raises Conflict when the state it was decided on has changed, and Unavailable."""


class Subscriber:
    """Call `turn` until it says that nothing is left; then again when the log has grown or a retry is due."""

    def __init__(self, decider: Decider, log: Log, *, batch: int = BATCH) -> None:
        self.name = decider.name
        self.names = decider.names
        self._decider = decider
        self._log = log
        self._batch = batch

    async def turn(self) -> bool:
        """Do one batch. Returns False when there was nothing to do. Raises Unavailable; nothing is lost then."""
        batch = await self._log.pending(self.name, self.names, self._batch)
        if not batch.entries:
            return False
        for _ in range(BATCH_RERUNS):
            try:
                await self._log.settle(await self._decider.decide(batch.entries, batch.cursor))
            except Conflict:
                continue
            return True
        await self._one_by_one(batch)
        return True

    async def _one_by_one(self, batch: Batch) -> None:
        cursor = (
            min((entry.seq for entry in batch.entries if not entry.is_retry), default=batch.cursor + 1) - 1
        )
        for entry in batch.entries:
            cursor = cursor if entry.is_retry else entry.seq
            await self._alone(entry, cursor)
        if cursor < batch.cursor:
            await self._log.settle(Settlement(self.name, batch.cursor))

    async def _alone(self, entry: Entry, cursor: int) -> None:
        for _ in range(BATCH_RERUNS):
            try:
                await self._log.settle(await self._decider.decide((entry,), cursor))
            except Conflict:
                continue
            return
        parked = self._decider.after_lost_races(entry)
        await self._log.settle(Settlement(self.name, cursor, parked=(parked,)))
