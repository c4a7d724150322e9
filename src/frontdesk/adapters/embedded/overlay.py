"""An overlay: a store that shows what a batch has decided and writes nothing.

A subscriber's reactions run one after another over one overlay; then all that they decided is one transaction, in
which 192 changes of 3 hot records become 3 writes. Queries go to the store below: no handler queries what it writes.
"""

from collections.abc import Mapping, Sequence

from frontdesk.kernel import limits
from frontdesk.kernel.checks import check
from frontdesk.kernel.ports import Clock, Store
from frontdesk.kernel.records import Claim, Commit, Record, Span, Take


class Overlay:
    """What is stored below, plus what was committed here."""

    def __init__(self, below: Store, clock: Clock) -> None:
        self.commits: list[Commit] = []
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
        unread = [id for id in ids if (kind, id) not in self._records]
        if unread:
            found = await self._below.get_many(kind, unread)
            self._records.update(((kind, id), found.get(id)) for id in unread)
        seen = ((id, self._records[kind, id]) for id in ids)
        return {id: record for id, record in seen if record is not None}

    async def fetch(self, kind: str, ids: Sequence[str]) -> None:
        """Read what a batch is going to ask for, also what is not there, as many at once as a store gives."""
        for start in range(0, len(ids), limits.GET_MANY_MAX):
            await self.get_many(kind, ids[start : start + limits.GET_MANY_MAX])

    async def query(self, kind: str, index: str, partition: str, span: Span) -> list[Record]:
        """Ask the store below: this batch's changes are not in it yet."""
        return await self._below.query(kind, index, partition, span)

    async def counts(self, keys: Sequence[str]) -> Mapping[str, int]:
        """Return counters as this batch has left them."""
        unread = [key for key in keys if key not in self._counts]
        if unread:
            self._counts.update(await self._below.counts(unread))
        return {key: self._counts[key] for key in keys}

    async def claim(self, key: str) -> Claim | None:
        """Return a claim as this batch has left it."""
        if key not in self._claims:
            self._claims[key] = await self._below.claim(key)
        return self._claims[key]

    async def commit(self, commit: Commit) -> None:
        """Keep a commit for the batch, or refuse it as the store below would."""
        for record in commit.changes:
            if (record.kind, record.id) not in self._records:
                await self.get(record.kind, record.id)
        if commit.counters:
            await self.counts([add.key for add in commit.counters])
        if commit.unchanged or commit.claims:
            await self._read_rest(commit)
        check(
            commit, self, self._clock.now() if commit.claims else self._began
        )  # only claims have a deadline
        self._records.update(((record.kind, record.id), record) for record in commit.changes)
        for add in commit.counters:
            self._counts[add.key] += add.amount
        for claim in commit.claims:
            taken = Claim(claim.owner, claim.until) if isinstance(claim, Take) else None
            self._claims[claim.key] = taken
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

    async def _read_rest(self, commit: Commit) -> None:
        for guard in commit.unchanged:
            await self.get(guard.kind, guard.id)
        for claim in commit.claims:
            await self.claim(claim.key)
