"""The stores that the contract holds for, each opened in a harness that can do what a test needs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from frontdesk.adapters.memory.clock import FixedClock
from frontdesk.kernel.errors import FrontdeskError
from frontdesk.kernel.messages import Message
from frontdesk.kernel.ports import Store
from frontdesk.kernel.records import Claim, Commit, Record, SetTimer, Span
from tests.contract.workers import Work, Workers

Moment = Literal["before", "after"]


@dataclass(frozen=True)
class StoreUnderTest:
    """One empty store. Its methods are those of the port, run to their end.

    `events` is what a relay would see, in commit order, `timers` what is set, by record and name. `settle` lets
    indexes catch up. `break_next_commit` makes the next commit fail before or after it is stored: which, its caller
    cannot know.
    """

    port: Store
    clock: FixedClock
    workers: Workers
    events: Callable[[], Sequence[Message]]
    timers: Callable[[], Mapping[tuple[str, str], SetTimer]]
    settle: Callable[[], None]
    break_next_commit: Callable[[Moment], None]

    def commit(self, *changes: Record, **parts: Any) -> None:
        """Commit changes, and the other parts of a commit by name."""
        self.workers.run(self.committing(*changes, **parts)())

    def committing(self, *changes: Record, **parts: Any) -> Work[None]:
        """Return the work of such a commit, for `together`."""
        commit = Commit(changes, **{name: tuple(part) for name, part in parts.items()})
        return lambda: self.port.commit(commit)

    def together(self, *works: Work[None]) -> list[FrontdeskError | None]:
        """Run works at once; return the refusal of each, or None."""
        return self.workers.together(works)

    def get(self, id: str, kind: str = "parcel") -> Record | None:
        """Return a record."""
        return self.workers.run(self.port.get(kind, id))

    def get_many(self, *ids: str, kind: str = "parcel") -> Mapping[str, Record]:
        """Return records by id."""
        return self.workers.run(self.port.get_many(kind, ids))

    def query(self, partition: str, index: str = "shelf", kind: str = "parcel", **span: Any) -> list[str]:
        """Return the ids of what a settled index lists."""
        self.settle()
        return [record.id for record in self.query_now(partition, index, kind, **span)]

    def query_now(
        self, partition: str, index: str = "shelf", kind: str = "parcel", **span: Any
    ) -> list[Record]:
        """Return what an index lists, however far it lags."""
        return self.workers.run(self.port.query(kind, index, partition, Span(**span)))

    def count(self, key: str) -> int:
        """Return where a counter stands."""
        return self.workers.run(self.port.counts([key]))[key]

    def claim(self, key: str) -> Claim | None:
        """Return who holds a key."""
        return self.workers.run(self.port.claim(key))
