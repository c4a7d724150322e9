"""What the commits of a batch come to together.

Each was checked when it was decided. Where the state that they were decided on is still the stored one they stand, and
the transaction takes in what is left of them at once; where it is not, every commit is checked again by itself.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from frontdesk.kernel.messages import Message
from frontdesk.kernel.records import Commit, Record


def _by_kind() -> defaultdict[str, dict[str, int]]:
    return defaultdict(dict)


def _records() -> defaultdict[str, dict[str, Record]]:
    return defaultdict(dict)


@dataclass(slots=True)
class Effect:
    """`versions` (0: no record) and `counted` are what was found; `records`, `counts` and `events` what comes of it.

    Claims lapse and timers replace each other, so commits with either are not `is_plain`: they are always looked at.
    """

    versions: dict[str, dict[str, int]] = field(default_factory=_by_kind)
    counted: dict[str, int] = field(default_factory=dict)
    records: dict[str, dict[str, Record]] = field(default_factory=_records)
    counts: dict[str, int] = field(default_factory=dict)
    events: list[Message] = field(default_factory=list)
    is_plain: bool = True


class Together(Protocol):
    """Commits that stand or fall together, and what they come to if they were checked already."""

    @property
    def commits(self) -> Sequence[Commit]: ...
    @property
    def effect(self) -> Effect | None: ...
