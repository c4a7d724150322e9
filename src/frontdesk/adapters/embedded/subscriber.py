"""A subscriber: the reactions of one name, run in batches over the event log.

One batch is one transaction: every effect, the cursor past what was read, and the parking of what failed. So a crash
repeats the whole batch or nothing of it. Knows no database and no event loop: the simulation drives this very code.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Protocol

import msgspec

from frontdesk.adapters.embedded.effect import Effect
from frontdesk.adapters.embedded.overlay import Overlay
from frontdesk.kernel.bus import Bus, Fate, cause, fate
from frontdesk.kernel.errors import Conflict
from frontdesk.kernel.messages import Message
from frontdesk.kernel.ports import Store
from frontdesk.kernel.records import Commit
from frontdesk.kernel.services import Reaction, Service

_log = logging.getLogger(__name__)
BATCH = 256  # at least as many as connections that write at once, or acceptance outruns reactions for ever
BATCH_RERUNS = 2  # of a batch that lost a race, before its messages go one by one
# For one message that keeps losing; its tries do not count. The older it is, the longer it waits: one that can never
# win must not keep the others from their batches.
LOST_RACE_PAUSE = timedelta(milliseconds=50)
LOST_RACE_PAUSE_MAX = timedelta(minutes=1)


class Entry(msgspec.Struct, frozen=True):
    """A message at its place in the log, and how often it has failed."""

    seq: int
    message: Message
    tries: int = 0

    @property
    def is_retry(self) -> bool:
        """Whether the cursor is past this already and a row of `retries` stands for it."""
        return self.tries > 0


@dataclass(frozen=True, slots=True)
class Batch:
    """What a subscriber has to do now: retries that are due, then fresh entries up to `cursor`."""

    entries: tuple[Entry, ...]
    cursor: int


@dataclass(frozen=True, slots=True)
class Parked:
    """A message to try again at `due`, or dead (`due` None) until somebody redrives it."""

    seq: int
    tries: int
    due: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class Settlement:
    """What one batch came to. All of it is stored in one transaction, or nothing is."""

    subscriber: str
    cursor: int
    commits: tuple[Commit, ...] = ()
    # Of these commits, where they were decided together; a worker tells it alone.
    effect: Effect | None = None
    parked: tuple[Parked, ...] = ()
    settled: tuple[int, ...] = ()  # retries that are over

    @property
    def has_effect(self) -> bool:
        """Whether there is more in it than a cursor."""
        return bool(self.commits or self.effect or self.parked or self.settled)


class Log(Protocol):
    """The event log, as one subscriber sees it."""

    async def pending(self, subscriber: str, names: Sequence[str], limit: int) -> Batch:
        """Return due retries and the entries with these names past the subscriber's cursor, in order."""

    async def settle(self, settlement: Settlement) -> None:
        """Store a settlement. Raises Conflict when the state it was decided on has changed, and Unavailable."""


class Worker(Protocol):
    """Another process that decides batches."""

    async def decide(
        self, subscriber: str, entries: Sequence[Entry], cursor: int, observe: "Observer"
    ) -> Settlement | None:
        """Return what `Subscriber.decide` returns there; None when the batch is to be decided here."""


Observer = Callable[[str, Message, Fate, str], None]  # the last is the cause, "" where it went well


class Subscriber:
    """Call `turn` until it says that nothing is left; then again when the log has grown or a retry is due."""

    def __init__(
        self,
        name: str,
        service: Service,
        reactions: Sequence[Reaction],
        *,
        bus: Bus,
        log: Log,
        store: Store,
        observe: Observer = lambda *_: None,
        batch: int = BATCH,
    ) -> None:
        self.name = name
        self.names = tuple(reaction.on.NAME for reaction in reactions)
        self._service = service
        self._reactions: Mapping[str, Reaction] = {reaction.on.NAME: reaction for reaction in reactions}
        self._together = {name: taking for name, taking in self._reactions.items() if taking.together > 1}
        self._bus = bus
        self._log = log
        self._store = store
        self._observe = observe
        self._batch = batch
        self.worker: Worker | None = None  # the runtime sets it before the first turn, if there is one

    async def turn(self) -> bool:
        """Do one batch. Returns False when there was nothing to do. Raises Unavailable; nothing is lost then."""
        batch = await self._log.pending(self.name, self.names, self._batch)
        if not batch.entries:
            return False
        for decide in (self._decide_elsewhere, *[self.decide] * BATCH_RERUNS):
            try:
                settlement = await decide(batch.entries, batch.cursor)
                if settlement is not None:
                    await self._log.settle(settlement)
                    return True
            except Conflict:
                continue
        await self._one_by_one(batch)
        return True

    async def _decide_elsewhere(self, entries: Sequence[Entry], cursor: int) -> Settlement | None:
        if self.worker is None:
            return None
        return await self.worker.decide(self.name, entries, cursor, self._observe)

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
                await self._log.settle(await self.decide((entry,), cursor))
            except Conflict:
                continue
            return
        now = self._bus.clock.now()
        pause = min(LOST_RACE_PAUSE_MAX, max(LOST_RACE_PAUSE, (now - entry.message.at) / 10))
        lost = "conflict: kept losing races"
        self._observe(self.name, entry.message, Fate.RERUN, lost)
        parked = Parked(entry.seq, max(entry.tries, 1), now + pause, lost)
        await self._log.settle(Settlement(self.name, cursor, parked=(parked,)))

    async def decide(self, entries: Sequence[Entry], cursor: int) -> Settlement:
        """Run the reactions to these messages; nothing is stored. Raises Conflict when they are to be decided anew."""
        overlay = Overlay(self._store, self._bus.clock)
        for kind, ids in self._reads(entries).items():
            await overlay.fetch(kind, ids)
        parked: list[Parked] = []
        for name, run in groupby(entries, lambda entry: entry.message.name):
            some = list(run)
            if name in self._together and len(entries) > 1:
                some = await self._at_once(some, self._together[name], overlay)
            for entry in some:
                failed = await self._react(entry, overlay, alone=len(entries) == 1)
                if failed is not None:
                    parked.append(failed)
        again = {failed.seq for failed in parked}
        settled = tuple([entry.seq for entry in entries if entry.tries and entry.seq not in again])
        effect = overlay.effect if overlay.commits and overlay.effect.is_plain else None
        return Settlement(self.name, cursor, tuple(overlay.commits), effect, tuple(parked), settled)

    def _reads(self, entries: Sequence[Entry]) -> Mapping[str, list[str]]:
        wanted: dict[str, list[str]] = {}
        for entry in entries:
            reaction = self._reactions.get(entry.message.name)
            if reaction is None or reaction.reads is None:
                continue
            try:
                for kind, id in reaction.reads(entry.message):
                    wanted.setdefault(kind.name, []).append(id)
            except Exception:  # noqa: BLE001 - it only saves time: the handler reads by itself, and nobody waits
                _log.exception("%s cannot tell what it will read", self.name)
        return wanted

    async def _at_once(self, entries: list[Entry], reaction: Reaction, overlay: Overlay) -> list[Entry]:
        """Hand over as many messages a call as the reaction takes. Return those of calls that failed."""
        left: list[Entry] = []
        for start in range(0, len(entries), reaction.together):
            some = entries[start : start + reaction.together]
            first, *others = [entry.message for entry in some]
            before = len(overlay.commits)
            try:
                await self._bus.react(self._service, reaction, first, overlay, *others)
            except Exception as error:  # alone, each of them shows whether it is to blame
                if len(overlay.commits) > before:
                    raise Conflict from error
                left += some
                continue
            for entry in some:
                self._observe(self.name, entry.message, Fate.DONE, "")
        return left

    async def _react(self, entry: Entry, overlay: Overlay, *, alone: bool) -> Parked | None:
        before = len(overlay.commits)
        try:
            await self._bus.react(self._service, self._reactions[entry.message.name], entry.message, overlay)
        except Exception as error:  # one message's failure must not stop the others
            if len(overlay.commits) > before:
                if not alone:
                    raise Conflict from error  # half a reaction is in the batch: run it again, message by message
                del overlay.commits[before:]
            return self._failed(entry, error)
        self._observe(self.name, entry.message, Fate.DONE, "")
        return None

    def _failed(self, entry: Entry, error: Exception) -> Parked | None:
        outcome = fate(error, entry.tries + 1)
        if outcome is Fate.RERUN:
            raise Conflict from error
        self._observe(self.name, entry.message, outcome, cause(error))
        return None if outcome is Fate.REFUSED else after_failure(entry, outcome, error, self._bus)


def after_failure(entry: Entry, outcome: Fate, error: BaseException, bus: Bus) -> Parked:
    """Return the row of a message after a try that counts."""
    tries = entry.tries + 1
    due = bus.clock.now() + timedelta(seconds=bus.retry_delay(tries))
    return Parked(entry.seq, tries, None if outcome is Fate.DEAD else due, cause(error))
