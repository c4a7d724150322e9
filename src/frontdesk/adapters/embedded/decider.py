"""A decider: runs the reactions of one subscriber to a batch of messages and says what they come to.

It keeps nothing and stores nothing: what comes of a batch is its subscriber's to settle.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from itertools import groupby

from frontdesk.adapters.embedded.overlay import Overlay
from frontdesk.adapters.embedded.settlement import Entry, Parked, Settlement
from frontdesk.kernel.bus import Bus, Fate, cause, fate
from frontdesk.kernel.errors import Conflict
from frontdesk.kernel.messages import Message
from frontdesk.kernel.ports import Store
from frontdesk.kernel.services import Reaction, Service

_log = logging.getLogger(__name__)
# For a message that has lost a race; such tries do not count. The older it is, the longer it waits: one that can never
# win, or has to wait for hours, must not come round all the time and keep others from their batches.
LOST_RACE_PAUSE = timedelta(milliseconds=50)
LOST_RACE_PAUSE_MAX = timedelta(minutes=1)

Observer = Callable[[str, Message, Fate, str], None]  # the last is the cause, "" where it went well


class Decider:
    """Decides for the subscriber of this name. `observe` hears what became of each message."""

    def __init__(
        self,
        name: str,
        service: Service,
        reactions: Sequence[Reaction],
        *,
        bus: Bus,
        store: Store,
        observe: Observer = lambda *_: None,
    ) -> None:
        self.name = name
        self.names = tuple(reaction.on.NAME for reaction in reactions)
        self.observe = observe
        self._bus = bus
        self._service = service
        self._reactions: Mapping[str, Reaction] = {reaction.on.NAME: reaction for reaction in reactions}
        self._together = {name: taking for name, taking in self._reactions.items() if taking.together > 1}
        self._store = store

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

    def after_lost_races(self, entry: Entry) -> Parked:
        """Return the row of a message that was decided anew as often as one may be."""
        now = self._bus.clock.now()
        pause = min(LOST_RACE_PAUSE_MAX, max(LOST_RACE_PAUSE, (now - entry.message.at) / 10))
        lost = "conflict: kept losing races"
        self.observe(self.name, entry.message, Fate.RERUN, lost)
        return Parked(entry.seq, max(entry.tries, 1), now + pause, lost)

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
                self.observe(self.name, entry.message, Fate.DONE, "")
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
        self.observe(self.name, entry.message, Fate.DONE, "")
        return None

    def _failed(self, entry: Entry, error: Exception) -> Parked | None:
        outcome = fate(error, entry.tries + 1)
        if outcome is Fate.RERUN:
            raise Conflict from error
        self.observe(self.name, entry.message, outcome, cause(error))
        return None if outcome is Fate.REFUSED else after_failure(entry, outcome, error, self._bus)


def after_failure(entry: Entry, outcome: Fate, error: BaseException, bus: Bus) -> Parked:
    """Return the row of a message after a try that counts."""
    tries = entry.tries + 1
    due = bus.clock.now() + timedelta(seconds=bus.retry_delay(tries))
    return Parked(entry.seq, tries, None if outcome is Fate.DEAD else due, cause(error))
