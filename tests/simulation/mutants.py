"""Ten desks with one part that is wrong, as it is wrong elsewhere. The laws must catch every one of them.

A mutant that no seed catches means that a law, a fault or a client is missing, not that the mutant is harmless.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from msgspec.structs import replace as changed

from frontdesk.adapters.aws.relay import Publisher
from frontdesk.adapters.embedded.settlement import Settlement
from frontdesk.kernel.errors import ClaimTaken, CounterRefused
from frontdesk.kernel.messages import Message
from frontdesk.kernel.records import Claim, Commit, Record
from frontdesk.kernel.services import Service
from tests.simulation.design import REAL, Design
from tests.simulation.kiosk.service import SERVICE as KIOSK
from tests.simulation.world import Database, StorePort


class DualWrite(StorePort):
    """Saves, and then publishes: a crash between the two loses the event."""

    async def commit(self, commit: Commit) -> None:
        """See `ports.Store`."""
        silent = changed(commit, events=(), timers=())
        await self.faults.call("store.commit", lambda: self.database.land(silent))
        if commit.events or commit.timers:
            await self.faults.call("store.commit", lambda: self.database.publish(commit))


class Forgetful(Database):
    """Keeps no mark of what it has taken in."""

    def admit(self, commit: Commit) -> Commit:
        """See `Database`."""
        records = tuple([changed(record, origin="", handled=()) for record in commit.changes])
        claims = tuple([claim for claim in commit.claims if ":done:" not in claim.key])
        return changed(commit, changes=records, claims=claims)


class LastWins(Database):
    """Saves whatever comes, over whatever is there."""

    def rehearse(self, commits: Sequence[Commit]) -> None:
        """Let everything through."""

    def admit(self, commit: Commit) -> Commit:
        """See `Database`."""
        return changed(commit, changes=tuple([self._next(record) for record in commit.changes]))

    def _next(self, record: Record) -> Record:
        return changed(record, version=self.version(record.kind, record.id) + 1)


class Unguarded(Database):
    """Checks what is written, and not what was only read."""

    def admit(self, commit: Commit) -> Commit:
        """See `Database`."""
        return changed(commit, unchanged=())


class ReadThenWrite(StorePort):
    """Reads a counter, adds, and writes the sum."""

    async def commit(self, commit: Commit) -> None:
        """See `ports.Store`."""
        seen = await self.counts([add.key for add in commit.counters])
        refused = tuple(add.key for add in commit.counters if not add.allows(seen[add.key]))
        if refused:
            raise CounterRefused(refused)
        await self.faults.call("store.commit", lambda: self._land(commit, seen))

    def _land(self, commit: Commit, seen: Mapping[str, int]) -> None:
        before = dict(self.database.counters)
        self.database.counters.update(seen)
        try:
            self.database.land(commit)
        except BaseException:
            self.database.counters = before
            raise


class LookThenTake(StorePort):
    """Looks whether a key is free, and takes it a moment later."""

    async def commit(self, commit: Commit) -> None:
        """See `ports.Store`."""
        for claim in commit.claims:
            held = await self.claim(claim.key)
            if held is not None and held.binds(claim.owner, self.database.now()):
                raise ClaimTaken(claim.key, held.owner)
        await super().commit(commit)


class OpenHanded(Database):
    """Gives a key to whoever takes it."""

    def holder(self, key: str) -> Claim | None:
        """See `checks.View`."""
        return None


class Trusting:
    """Believes that a bus which answers has taken everything."""

    def __init__(self, bus: Publisher) -> None:
        self._bus = bus

    async def publish(self, chunk: Sequence[Message]) -> Sequence[int]:
        """See `relay.Publisher`."""
        await self._bus.publish(chunk)
        return ()


def cursor_first(settlement: Settlement) -> Sequence[Settlement]:
    """Move the cursor, then store the effects."""
    moved = Settlement(settlement.subscriber, settlement.cursor, settled=settlement.settled)
    return (moved, replace(settlement, settled=()))


def _without_latest(service: Service) -> Service:
    return changed(
        service, reactions=tuple([changed(reaction, latest=False) for reaction in service.reactions])
    )


MUTANTS: Mapping[str, Design] = {
    "dual-write": replace(REAL, store=DualWrite),
    "no-dedupe": replace(REAL, database=Forgetful),
    "no-version-check": replace(REAL, database=LastWins),
    "no-unchanged": replace(REAL, database=Unguarded),
    "counter-read-then-write": replace(REAL, store=ReadThenWrite),
    "claim-not-atomic": replace(REAL, store=LookThenTake, database=OpenHanded),
    "ack-before-effect": replace(REAL, acknowledge_first=True, settle=cursor_first),
    "relay-trusts-partial-result": replace(REAL, publisher=Trusting),
    "stale-event-overwrites": replace(REAL, services=(*REAL.services[:-1], _without_latest(KIOSK))),
    "timer-fires-early": replace(REAL, early=timedelta(seconds=3)),
}
