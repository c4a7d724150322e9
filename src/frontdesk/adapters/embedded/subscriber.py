"""A subscriber: the reactions of one name, run in batches over the event log.

One batch is one transaction: every effect, the cursor past what was read, and the parking of what failed. So a crash
repeats the whole batch or nothing of it. Knows no database and no event loop: the simulation drives this very code.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from frontdesk.adapters.embedded.overlay import Overlay
from frontdesk.kernel.bus import Bus, Fate, cause, fate
from frontdesk.kernel.errors import Conflict
from frontdesk.kernel.messages import Message, unwrap
from frontdesk.kernel.ports import Store
from frontdesk.kernel.records import Commit
from frontdesk.kernel.services import Reaction, Service

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
    parked: tuple[Parked, ...] = ()
    settled: tuple[int, ...] = ()  # retries that are over

    @property
    def has_effect(self) -> bool:
        """Whether there is more in it than a cursor."""
        return bool(self.commits or self.parked or self.settled)


class Log(Protocol):
    """The event log, as one subscriber sees it."""

    async def pending(self, subscriber: str, names: Sequence[str], limit: int) -> Batch:
        """Return due retries and the entries with these names past the subscriber's cursor, in order."""

    async def settle(self, settlement: Settlement) -> None:
        """Store a settlement. Raises Conflict when the state it was decided on has changed, and Unavailable."""


Observer = Callable[[str, Message, Fate, BaseException | None], None]


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
        self._bus = bus
        self._log = log
        self._store = store
        self._observe = observe
        self._batch = batch

    async def turn(self) -> bool:
        """Do one batch. Returns False when there was nothing to do. Raises Unavailable; nothing is lost then."""
        batch = await self._log.pending(self.name, self.names, self._batch)
        if not batch.entries:
            return False
        for _ in range(BATCH_RERUNS):
            try:
                await self._log.settle(await self._decide(batch.entries, batch.cursor))
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
                await self._log.settle(await self._decide((entry,), cursor))
            except Conflict:
                continue
            return
        now = self._bus.clock.now()
        pause = min(LOST_RACE_PAUSE_MAX, max(LOST_RACE_PAUSE, (now - entry.message.at) / 10))
        self._observe(self.name, entry.message, Fate.RERUN, Conflict("Kept losing races; it is tried again."))
        parked = Parked(entry.seq, max(entry.tries, 1), now + pause, "conflict: kept losing races")
        await self._log.settle(Settlement(self.name, cursor, parked=(parked,)))

    async def _decide(self, entries: Sequence[Entry], cursor: int) -> Settlement:
        overlay = Overlay(self._store, self._bus.clock)
        for kind, ids in self._reads(entries).items():
            await overlay.fetch(kind, ids)
        parked: list[Parked] = []
        settled: list[int] = []
        for entry in entries:
            failed = await self._react(entry, overlay, alone=len(entries) == 1)
            if failed is not None:
                parked.append(failed)
            elif entry.is_retry:
                settled.append(entry.seq)
        return Settlement(self.name, cursor, tuple(overlay.commits), tuple(parked), tuple(settled))

    def _reads(self, entries: Sequence[Entry]) -> Mapping[str, list[str]]:
        wanted: dict[str, list[str]] = {}
        for entry in entries:
            reaction = self._reactions.get(entry.message.name)
            if reaction is not None and reaction.reads is not None:
                with suppress(ValueError, LookupError):  # what cannot be read fails alone, in its own turn
                    for kind, id in reaction.reads(unwrap(entry.message, reaction.on)):
                        wanted.setdefault(kind.name, []).append(id)
        return wanted

    async def _react(self, entry: Entry, overlay: Overlay, *, alone: bool) -> Parked | None:
        before = len(overlay.commits)
        error: Exception | None = None
        try:
            await self._bus.react(self._service, self._reactions[entry.message.name], entry.message, overlay)
        except Exception as raised:  # noqa: BLE001 - one message's failure must not stop the others
            error = raised
        outcome = fate(error, entry.tries + 1)
        if error is not None and len(overlay.commits) > before:
            if not alone:
                raise Conflict  # half a reaction is in the batch: run it again, message by message
            del overlay.commits[before:]
        if outcome is Fate.RERUN:
            raise Conflict
        self._observe(self.name, entry.message, outcome, error)
        if error is None or outcome is Fate.REFUSED:
            return None
        return after_failure(entry, outcome, error, self._bus)


def after_failure(entry: Entry, outcome: Fate, error: BaseException, bus: Bus) -> Parked:
    """Return the row of a message after a try that counts."""
    tries = entry.tries + 1
    due = bus.clock.now() + timedelta(seconds=bus.retry_delay(tries))
    return Parked(entry.seq, tries, None if outcome is Fate.DEAD else due, cause(error))
