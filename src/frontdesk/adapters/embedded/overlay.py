"""An overlay: a store that shows what a batch has decided and writes nothing.

A subscriber's reactions run one after another over one overlay; then all that they decided is one transaction, in
which 192 changes of 3 hot records become 3 writes. Queries go to the store below: no handler queries what it writes.
"""

from collections.abc import Mapping, Sequence

from frontdesk.adapters.embedded.effect import Effect
from frontdesk.kernel import limits
from frontdesk.kernel.checks import check
from frontdesk.kernel.ports import Clock, Store
from frontdesk.kernel.records import Claim, Commit, Record, Span, Take


class Overlay:
    """What is stored below, plus what was committed here."""

    def __init__(self, below: Store, clock: Clock) -> None:
        self.commits: list[Commit] = []
        self.effect = Effect()
        self._below = below
        self._clock = clock
        self._began = clock.now()
        self._records: dict[tuple[str, str], Record | None] = {}
        self._claims: dict[str, Claim | None] = {}
        self._counts: dict[str, int] = {}

    async def get(self, kind: str, id: str) -> Record | None:
        """Return a record as this batch has left it."""
        if (kind, id) not in self._records:
            self._records[kind, id] = await self._below.get(kind, id)
        return self._records[kind, id]

    async def get_many(self, kind: str, ids: Sequence[str]) -> Mapping[str, Record]:
        """Return records as this batch has left them."""
        await self.fetch(kind, ids)
        found = {}
        for id in ids:
            record = self._records[kind, id]
            if record is not None:
                found[id] = record
        return found

    async def fetch(self, kind: str, ids: Sequence[str]) -> None:
        """Read what a batch is going to ask for, also what is not there, as many at once as a store gives."""
        unread = [id for id in ids if (kind, id) not in self._records]
        for start in range(0, len(unread), limits.GET_MANY_MAX):
            some = unread[start : start + limits.GET_MANY_MAX]
            found = await self._below.get_many(kind, some)
            self._records.update([((kind, id), found.get(id)) for id in some])

    async def query(self, kind: str, index: str, partition: str, span: Span) -> list[Record]:
        """Ask the store below: this batch's changes are not in it yet."""
        return await self._below.query(kind, index, partition, span)

    async def counts(self, keys: Sequence[str]) -> Mapping[str, int]:
        """Return counters as this batch has left them."""
        unread = [key for key in keys if key not in self._counts]
        if unread:
            found = await self._below.counts(unread)
            self._counts.update(found)
            self.effect.counted.update(found)
        return {key: self._counts[key] for key in keys}

    async def claim(self, key: str) -> Claim | None:
        """Return a claim as this batch has left it."""
        if key not in self._claims:
            self._claims[key] = await self._below.claim(key)
        return self._claims[key]

    async def commit(self, commit: Commit) -> None:
        """Keep a commit for the batch, or refuse it as the store below would."""
        await self._read(commit)
        check(
            commit, self, self._clock.now() if commit.claims else self._began
        )  # only claims have a deadline
        effect = self.effect
        for record in commit.changes:
            effect.versions[record.kind].setdefault(record.id, record.version - 1)
            effect.records[record.kind][record.id] = self._records[record.kind, record.id] = record
        for guard in commit.unchanged:
            effect.versions[guard.kind].setdefault(guard.id, guard.version)
        for add in commit.counters:
            effect.counts[add.key] = self._counts[add.key] = self._counts[add.key] + add.amount
        if commit.claims or commit.timers:
            effect.is_plain = False
        for claim in commit.claims:
            taken = Claim(claim.owner, claim.until) if isinstance(claim, Take) else None
            self._claims[claim.key] = taken
        effect.events += commit.events
        self.commits.append(commit)

    def version(self, kind: str, id: str) -> int:
        """See `checks.View`."""
        record = self._records[kind, id]
        return record.version if record else 0

    def holder(self, key: str) -> Claim | None:
        """See `checks.View`."""
        return self._claims[key]

    def standing(self, key: str) -> int:
        """See `checks.View`."""
        return self._counts[key]

    async def _read(self, commit: Commit) -> None:
        for record in commit.changes:
            if (record.kind, record.id) not in self._records:
                await self.get(record.kind, record.id)
        unread = [add.key for add in commit.counters if add.key not in self._counts]
        if unread:
            await self.counts(unread)
        for guard in commit.unchanged:
            await self.get(guard.kind, guard.id)
        for claim in commit.claims:
            await self.claim(claim.key)
