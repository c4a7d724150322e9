"""What a store is, said once more and as simply as can be: the stores are compared with this, step by step."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from frontdesk.kernel.errors import ClaimTaken, Conflict, CounterRefused, FrontdeskError
from frontdesk.kernel.messages import Message
from frontdesk.kernel.records import Claim, Commit, Record, Take


@dataclass
class Model:
    """Everything that was committed."""

    records: dict[tuple[str, str], Record] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    events: list[Message] = field(default_factory=list)

    def commit(self, commit: Commit, now: datetime) -> FrontdeskError | None:
        """Take a commit in, or return its refusal."""
        refusal = next(self._refusals(commit, now), None)
        if refusal is None:
            for record in commit.changes:
                self.records[record.kind, record.id] = record
            for add in commit.counters:
                self.counts[add.key] = self.counts.get(add.key, 0) + add.amount
            for claim in commit.claims:
                self.claims.pop(claim.key, None)
                if isinstance(claim, Take):
                    self.claims[claim.key] = Claim(claim.owner, claim.until)
            self.events += commit.events
        return refusal

    def listed(self, index: str, partition: str) -> Mapping[str, str]:
        """Return the sort keys of what an index of parcels lists, by id."""
        parcels = (
            record for record in self.records.values() if record.kind == "parcel" and index in record.keys
        )
        return {r.id: r.keys[index][1] for r in parcels if r.keys[index][0] == partition}

    def _refusals(self, commit: Commit, now: datetime) -> Iterator[FrontdeskError]:
        expected = [(record.kind, record.id, record.version - 1) for record in commit.changes]
        expected += [(guard.kind, guard.id, guard.version) for guard in commit.unchanged]
        for kind, id, version in expected:
            stored = self.records.get((kind, id))
            if (stored.version if stored else 0) != version:
                yield Conflict()
        for claim in commit.claims:
            held = self.claims.get(claim.key)
            lapsed = held is None or (held.until is not None and now >= held.until)
            if held is not None and held.owner != claim.owner and not lapsed:
                yield ClaimTaken(claim.key, held.owner)
        refused = []
        for add in commit.counters:
            total = self.counts.get(add.key, 0) + add.amount
            if (add.floor is not None and total < add.floor) or (
                add.ceiling is not None and total > add.ceiling
            ):
                refused.append(add.key)
        if refused:
            yield CounterRefused(tuple(refused))
