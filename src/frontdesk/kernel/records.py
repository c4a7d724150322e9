"""What a store speaks: records and commits, and no word of any business.

A commit makes everything in it true or nothing. Building one that is over a limit raises TooLarge, so all stores
refuse it alike.
"""

from collections.abc import Mapping
from datetime import datetime
from itertools import chain
from operator import attrgetter

import msgspec

from frontdesk.kernel import limits
from frontdesk.kernel.errors import TooLarge
from frontdesk.kernel.messages import Message

_ID, _KEY, _BODY, _KEYS = attrgetter("id"), attrgetter("key"), attrgetter("body"), attrgetter("keys")


class Record(msgspec.Struct, frozen=True):
    """One thing as it is kept. In a commit, `version` is the new one: the store must hold `version - 1` (0: nothing).

    `keys` maps an index's name to (partition, sort); an index left out does not list the record. `origin` is the mark
    of the request or message that made it, `handled` the marks of those it took in since (newest last).
    """

    kind: str
    id: str
    version: int
    schema: int
    body: str
    keys: Mapping[str, tuple[str, str]] = {}
    origin: str = ""
    handled: tuple[str, ...] = ()


class Unchanged(msgspec.Struct, frozen=True):
    """A record that was only read and must still have this version (0: must still be absent)."""

    kind: str
    id: str
    version: int


class Add(msgspec.Struct, frozen=True):
    """Add `amount` (perhaps negative) to a counter that starts at 0, never below `floor` or above `ceiling`."""

    key: str
    amount: int
    floor: int | None = 0
    ceiling: int | None = None

    def allows(self, count: int) -> bool:
        """Return whether a counter that stands at `count` may take this."""
        after = count + self.amount
        return (self.floor is None or after >= self.floor) and (self.ceiling is None or after <= self.ceiling)


class Take(msgspec.Struct, frozen=True, tag=True):
    """Take a unique key for `owner`, for ever or until a deadline. Taking one's own again sets the new deadline."""

    key: str
    owner: str
    until: datetime | None = None


class Free(msgspec.Struct, frozen=True, tag=True):
    """Give a key back. Freeing what nobody holds is fine; what another holds is refused as ClaimTaken."""

    key: str
    owner: str


class Claim(msgspec.Struct, frozen=True):
    """A key as it is held. At `until` it has lapsed and anyone may take it."""

    owner: str
    until: datetime | None = None

    def binds(self, owner: str, now: datetime) -> bool:
        """Return whether this keeps `owner` from the key at `now`."""
        lapsed = self.until is not None and self.until <= now
        return self.owner != owner and not lapsed


class SetTimer(msgspec.Struct, frozen=True, tag=True):
    """Publish `message` at `due` (never before). One timer a record and name: setting it again replaces it."""

    record_id: str
    name: str
    due: datetime
    message: Message


class CancelTimer(msgspec.Struct, frozen=True, tag=True):
    """Forget a timer. Cancelling one that is not set, or has fired, is fine: its reaction re-reads anyway."""

    record_id: str
    name: str


class Span(msgspec.Struct, frozen=True):
    """Which part of a partition: low <= sort < high (empty: open), in which direction, how many at most."""

    low: str = ""
    high: str = ""
    limit: int = limits.PAGE_DEFAULT
    newest_first: bool = True


class Commit(msgspec.Struct, frozen=True):
    """All that one decision makes true. Events and timers ride with the first change, so they need one."""

    changes: tuple[Record, ...] = ()
    unchanged: tuple[Unchanged, ...] = ()
    counters: tuple[Add, ...] = ()
    claims: tuple[Take | Free, ...] = ()
    events: tuple[Message, ...] = ()
    timers: tuple[SetTimer | CancelTimer, ...] = ()

    def __post_init__(self) -> None:
        names = [*map(_ID, (*self.changes, *self.unchanged)), *map(_KEY, (*self.counters, *self.claims))]
        _check_counts(self, names)
        _check_sizes(self, names)


def _check_counts(commit: Commit, names: list[str]) -> None:
    if (commit.events or commit.timers) and not commit.changes:
        raise ValueError("events and timers ride with a changed record, and this commit changes none")
    if (
        len(names) + len(commit.events) + len(commit.timers) > limits.EVENTS_PER_COMMIT
    ):  # the least of the four
        _bound("actions", len(names), limits.COMMIT_ACTIONS)
        _bound("claims", len(commit.claims), limits.COMMIT_CLAIMS)
        _bound("events", len(commit.events), limits.EVENTS_PER_COMMIT)
        _bound("timers", len(commit.timers), limits.TIMERS_PER_COMMIT)
    if len(set(names)) < len(names):  # nearly never: records of two kinds may share an id
        _check_touched(commit, len(names))


def _check_touched(commit: Commit, actions: int) -> None:
    touched = {(record.kind, record.id) for record in commit.changes}
    touched.update([(guard.kind, guard.id) for guard in commit.unchanged])
    touched.update([("+", add.key) for add in commit.counters])
    touched.update([("!", claim.key) for claim in commit.claims])
    if len(touched) < actions:
        raise ValueError("a commit names a record, counter or claim twice")


def _check_sizes(commit: Commit, names: list[str]) -> None:
    """Nearly every commit is settled by counting characters: each is at most four bytes."""
    for entry in chain.from_iterable([keys.values() for keys in map(_KEYS, commit.changes) if keys]):
        if not all(entry):  # DynamoDB refuses it, so every store does
            raise ValueError("half an index entry is empty; a record that is not to be listed has no entry")
        names += entry
    if 4 * max(map(len, names), default=0) > limits.KEY_BYTES:
        _bound("key bytes", max(map(_size, names)), limits.KEY_BYTES)
    characters = sum(map(len, map(_BODY, (*commit.changes, *commit.events))))
    if 4 * characters > limits.EVENT_BYTES or commit.timers:
        _check_bodies(commit)


def _check_bodies(commit: Commit) -> None:
    timed = [timer.message for timer in commit.timers if isinstance(timer, SetTimer)]
    told = [_size(message.body) for message in (*commit.events, *timed)]
    _bound("event bytes", max(told, default=0), limits.EVENT_BYTES)
    kept = [_size(record.body) for record in commit.changes]
    _bound("commit bytes", sum(told) + sum(kept), limits.COMMIT_BYTES)


def _size(text: str) -> int:
    return len(text.encode())


def _bound(what: str, value: int, limit: int) -> None:
    if value > limit:
        raise TooLarge(f"One commit takes at most {limit} {what}.", limit=limit)
