"""Whether a commit may stand, given what is stored: one algorithm for every store that is our own.

The order of the answers is part of the store's contract: a lost race first, since fresh state might change the
decision; then the first claim refused; then every counter refused.
"""

from datetime import datetime
from typing import Protocol

from frontdesk.kernel.errors import ClaimTaken, Conflict, CounterRefused
from frontdesk.kernel.records import Claim, Commit


class View(Protocol):
    """What is stored, as far as one commit asks."""

    def version(self, kind: str, id: str) -> int:
        """Return the stored version, 0 for none."""

    def holder(self, key: str) -> Claim | None:
        """Return the claim on a key."""

    def standing(self, key: str) -> int:
        """Return where a counter stands."""


def check(commit: Commit, view: View, now: datetime) -> None:
    """Raise Conflict, ClaimTaken or CounterRefused when the commit may not stand at `now`."""
    for record in commit.changes:
        if view.version(record.kind, record.id) != record.version - 1:
            raise Conflict
    for guard in commit.unchanged:
        if view.version(guard.kind, guard.id) != guard.version:
            raise Conflict
    for claim in commit.claims:
        held = view.holder(claim.key)
        if held is not None and held.binds(claim.owner, now):
            raise ClaimTaken(claim.key, held.owner)
    if commit.counters:
        refused = [add.key for add in commit.counters if not add.allows(view.standing(add.key))]
        if refused:
            raise CounterRefused(tuple(refused))
