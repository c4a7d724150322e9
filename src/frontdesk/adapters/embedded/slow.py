"""A slow subscriber: its reactions wait for somebody outside, so several run at once, each acknowledged by itself.

What is fresh in the log gets a row of its own in `retries`, in the transaction that moves the cursor; from then on the
row stands for it, through crashes. A reaction commits to the store like a request. That commit and the end of the row
are two transactions: when a crash comes between them the reaction runs again, and the record's mark drops the repeat.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime

from frontdesk.adapters.embedded.decider import LOST_RACE_PAUSE, LOST_RACE_PAUSE_MAX, Observer, after_failure
from frontdesk.adapters.embedded.log import EventLog
from frontdesk.adapters.embedded.settlement import Entry, Parked, Settlement
from frontdesk.adapters.embedded.slow_rows import DueRows
from frontdesk.adapters.embedded.subscriber import BATCH
from frontdesk.kernel.bus import Bus, Fate, cause, fate
from frontdesk.kernel.ports import Store
from frontdesk.kernel.services import Reaction, Service

AT_ONCE = 16  # messages of one subscriber
DRAIN_SECONDS = 5.0  # that a stop waits for what is at work; the rest runs again after the next start
PAUSE_SECONDS = 0.2  # after a failure of the database
_log = logging.getLogger(__name__)


class SlowSubscriber:
    """Call `turn` when the log has grown, when `next_look` has come, and when `wake` is set: a place is free."""

    def __init__(
        self,
        name: str,
        service: Service,
        reactions: Sequence[Reaction],
        *,
        bus: Bus,
        log: EventLog,
        rows: DueRows,
        store: Store,
        observe: Observer = lambda *_: None,
    ) -> None:
        self.name = name
        self.names = tuple(reaction.on.NAME for reaction in reactions)
        self._service = service
        self._reactions = {reaction.on.NAME: reaction for reaction in reactions}
        self._bus = bus
        self._log = log
        self._rows = rows
        self._store = store
        self._observe = observe
        self.wake = log.join(name, self.names).wake
        self._at_work: dict[int, asyncio.Task[None]] = {}

    async def turn(self) -> bool:
        """Give fresh entries rows, begin what is due. Returns False when there is nothing more to do now."""
        now = self._bus.clock.now()
        batch = await self._log.fresh(self.name, self.names, BATCH)
        if batch.entries:
            rows = tuple(Parked(entry.seq, 0, now, "") for entry in batch.entries)
            await self._log.settle(Settlement(self.name, batch.cursor, parked=rows))
        free = AT_ONCE - len(self._at_work)
        for entry in self._rows.due(self.name, now, free, self._at_work):
            task = asyncio.create_task(self._work(entry), name=f"frontdesk {self.name} {entry.seq}")
            self._at_work[entry.seq] = task
        return bool(batch.entries)

    def next_look(self) -> datetime | None:
        """Return when the next row is due; None while no place is free, or nothing waits."""
        return self._rows.next_due(self.name, self._at_work) if len(self._at_work) < AT_ONCE else None

    async def drain(self) -> None:
        """Let what is at work come to its end, for a while. Call after the last `turn`."""
        if not self._at_work:
            return
        _, late = await asyncio.wait(self._at_work.values(), timeout=DRAIN_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _work(self, entry: Entry) -> None:
        try:
            await self._rows.conclude(self.name, entry.seq, await self._react(entry))
        except Exception:  # noqa: BLE001 - the database failed; the row stands, and the reaction runs again
            _log.exception("subscriber %s could not settle a message; it is tried again", self.name)
            await asyncio.sleep(PAUSE_SECONDS)
        finally:
            del self._at_work[entry.seq]
            self.wake.set()

    async def _react(self, entry: Entry) -> Parked | None:
        error: Exception | None = None
        try:
            await self._bus.react(
                self._service, self._reactions[entry.message.name], entry.message, self._store
            )
        except Exception as raised:  # noqa: BLE001 - whatever it was, it is this message's failure
            error = raised
        outcome = fate(error, entry.tries + 1)
        self._observe(self.name, entry.message, outcome, "" if error is None else cause(error))
        if error is None or outcome is Fate.REFUSED:
            return None
        if outcome is Fate.RERUN:
            return self._after_lost_race(entry, error)
        return after_failure(entry, outcome, error, self._bus)

    def _after_lost_race(self, entry: Entry, error: Exception) -> Parked:
        now = self._bus.clock.now()
        pause = min(LOST_RACE_PAUSE_MAX, max(LOST_RACE_PAUSE, (now - entry.message.at) / 2))
        return Parked(entry.seq, entry.tries, now + pause * (0.5 + self._bus.chance.fraction()), cause(error))
