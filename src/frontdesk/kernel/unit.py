"""The unit of work: all that a handler may do. It reads, decides, and commits once, as its last act.

The rule is enforced here because exactly-once, batches and re-runs rest on it: a handler that commits twice, reads
after its commit, or changes a kind that it queried (an index may lag) fails at once, in every runtime.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from frontdesk.kernel import ids, limits
from frontdesk.kernel.callers import Caller
from frontdesk.kernel.errors import ClaimTaken, Conflict, NotFound, Stale
from frontdesk.kernel.kinds import AnyKind, AnyStored, Kind, Stored
from frontdesk.kernel.marks import Latest, Mark
from frontdesk.kernel.messages import Event, Message, wrap
from frontdesk.kernel.ports import Chance, Store
from frontdesk.kernel.records import Add, CancelTimer, Commit, Free, Record, SetTimer, Span, Take, Unchanged

T = TypeVar("T")


class AlreadyHandledError(Exception):
    """The record says that this unit's work is done. The bus answers the repeat from it."""

    def __init__(self, stored: AnyStored) -> None:
        super().__init__(stored.id)
        self.stored = stored


class HandlerMisuseError(Exception):
    """A handler broke the rule of one commit as its last act: our bug."""


class Timer(msgspec.Struct, frozen=True):
    """A fact to publish at a later moment, unless it is cancelled (`event` None) or set again before."""

    name: str
    due: datetime | None = None
    event: Event | None = None


class Page(msgspec.Struct, Generic[T], frozen=True):
    """Part of a list, and the cursor of what follows (empty at the end)."""

    items: tuple[Stored[T], ...]
    cursor: str = ""


class Guard(msgspec.Struct, frozen=True):
    """The version of the addressed record that the caller has seen (`If-Match`)."""

    kind: AnyKind
    version: int


class Unit(msgspec.Struct, eq=False):
    """One handler's work on one request or message.

    `origin` names what caused the unit ("" when nothing repeats it): every id that it makes is derived from it, so a
    repeat or a re-run makes the same ones.
    """

    service: str
    store: Store
    now: datetime
    chance: Chance
    caller: Caller
    correlation_id: str
    origin: str = ""
    mark: Mark | None = None
    shared_mark: str = ""
    guard: Guard | None = None
    providers: Mapping[type, Any] = {}
    _made: tuple[str, ...] = ()
    _committed: bool = False
    _queried: tuple[AnyKind, ...] = ()

    def new_id(self, prefix: str) -> str:
        """Return an id for something that this unit creates. Ask before any rule can say no: see `recall`."""
        if self.origin:
            made = ids.derived_id(prefix, self.origin, str(len(self._made) + 1))
        else:
            made = ids.timed_id(prefix, self.now, self.chance.bytes(10))
        self._made = (*self._made, made)
        return made

    async def recall(self, kind: AnyKind) -> None:
        """Raise AlreadyHandledError when an earlier try of this unit has made something of this kind.

        For a repeat that a rule refuses today: what was accepted once is answered as it was then.
        """
        for id in self._made:
            record = await self.store.get(kind.name, id)
            if record is not None:
                self._seen(kind, record)

    async def find(self, kind: Kind[T], id: str) -> Stored[T] | None:
        """Return a stored value, or None."""
        self._reading()
        record = await self.store.get(kind.name, id)
        if record is None:
            return None
        return self._seen(kind, record)

    async def get(self, kind: Kind[T], id: str) -> Stored[T]:
        """Return a stored value. Raises NotFound."""
        stored = await self.find(kind, id)
        if stored is None:
            raise NotFound
        return stored

    async def get_many(self, kind: Kind[T], ids: Sequence[str]) -> Mapping[str, Stored[T]]:
        """Return those of at most 100 values that exist, by id."""
        self._reading()
        records = await self.store.get_many(kind.name, ids)
        return {id: self._seen(kind, record) for id, record in records.items()}

    async def query(
        self,
        kind: Kind[T],
        index: str,
        partition: str,
        *,
        since: str = "",
        until: str = "",
        cursor: str = "",
        limit: int = limits.PAGE_DEFAULT,
        newest_first: bool = True,
    ) -> Page[T]:
        """Return a page of one partition: since <= sort < until. `cursor` comes from the page before."""
        self._reading()
        self._queried = (*self._queried, kind)
        if cursor and newest_first:
            until = min(until or cursor, cursor)
        elif cursor:
            since = max(since, f"{cursor}\0")  # the least text that is greater
        span = Span(low=since, high=until, limit=limit + 1, newest_first=newest_first)
        records = await self.store.query(kind.name, index, partition, span)
        items = tuple(kind.load(record) for record in records[:limit])
        more = records[limit - 1].keys[index][1] if len(records) > limit else ""
        return Page(items, more)

    async def counts(self, keys: Sequence[str]) -> Mapping[str, int]:
        """Return where at most 100 of this service's counters stand, by key."""
        self._reading()
        self._check_own(keys)
        return await self.store.counts(keys)

    def provider(self, port: type[T]) -> T:
        """Return the outside party that this service declared to need."""
        found: T = self.providers[port]
        return found

    async def commit(
        self,
        primary: Stored[T],
        *others: AnyStored,
        unchanged: Iterable[AnyStored] = (),
        absent: Iterable[tuple[AnyKind, str]] = (),
        counters: Iterable[Add] = (),
        claims: Iterable[Take | Free] = (),
        events: Iterable[Event] = (),
        timers: Iterable[Timer] = (),
    ) -> Stored[T]:
        """Make the decision true and return `primary` as it is now stored.

        `primary` carries the events, the timers and the mark. Raises Conflict, ClaimTaken, CounterRefused, TooLarge.
        """
        self._committing(primary, *others)
        primary = self._marked(primary)
        added, claimed = tuple(counters), (*claims, *self._shared())
        if added or claimed:
            self._check_own([named.key for named in (*added, *claimed)])
        commit = Commit(
            changes=(primary.record(), *[other.record() for other in others]),
            unchanged=_guards(unchanged, absent) if unchanged or absent else (),
            counters=added,
            claims=claimed,
            events=tuple([self._envelope(primary, str(n), event) for n, event in enumerate(events)]),
            timers=tuple([self._timer(primary, timer) for timer in timers]) if timers else (),
        )
        try:
            await self.store.commit(commit)
        except Conflict:
            record = await self.store.get(primary.kind.name, primary.id)
            if record is not None:
                self._seen(primary.kind, record)
            raise
        except ClaimTaken as taken:
            if self.shared_mark and taken.key == self.shared_mark:
                raise AlreadyHandledError(primary) from taken
            raise
        return primary

    def _seen(self, kind: Kind[T], record: Record) -> Stored[T]:
        stored = kind.load(record)
        if self.mark is not None and self.mark.known((record.origin, *record.handled)):
            raise AlreadyHandledError(stored)
        return stored

    def _marked(self, primary: Stored[T]) -> Stored[T]:
        if self.mark is None:
            return primary
        if primary.version == 1 and not isinstance(self.mark, Latest):
            return Stored(primary.kind, primary.id, primary.value, 1, self.mark.text)
        handled = self.mark.added(primary.handled)
        return Stored(primary.kind, primary.id, primary.value, primary.version, primary.origin, handled)

    def _shared(self) -> tuple[Take, ...]:
        if not self.shared_mark:
            return ()
        owner = self.chance.bytes(16).hex()  # never ours twice: a repeat must be refused
        return (Take(self.shared_mark, owner, self.now + limits.SHARED_MARK_KEPT),)

    def _envelope(self, primary: AnyStored, place: str, event: Event) -> Message:
        id = f"{primary.kind.name}:{primary.id}:{primary.version}:{place}"
        return wrap(
            event,
            id=id,
            source=primary.id,
            version=primary.version,
            at=self.now,
            correlation_id=self.correlation_id,
        )

    def _timer(self, primary: AnyStored, timer: Timer) -> SetTimer | CancelTimer:
        record_id = f"{primary.kind.name}:{primary.id}"  # records of two kinds may share an id
        if timer.event is None or timer.due is None:
            return CancelTimer(record_id, timer.name)
        return SetTimer(record_id, timer.name, timer.due, self._envelope(primary, timer.name, timer.event))

    def _check_own(self, keys: Iterable[str]) -> None:
        own = f"{self.service}:"
        for key in keys:
            if not key.startswith(own):
                raise HandlerMisuseError(
                    f"counters and claims of {self.service} begin with its name and a colon"
                )

    def _reading(self) -> None:
        if self._committed:
            raise HandlerMisuseError("the commit is a handler's last act: it cannot read after it")

    def _committing(self, primary: AnyStored, *others: AnyStored) -> None:
        # RFC 9110, 13.2.1: a precondition counts only where all else would have let the request through.
        if (
            self.guard is not None
            and self.guard.kind is primary.kind
            and self.guard.version != primary.version - 1
        ):
            raise Stale
        if self._committed:
            raise HandlerMisuseError("a handler commits once")
        if self._queried and any(change.kind in self._queried for change in (primary, *others)):
            raise HandlerMisuseError("a handler cannot change a kind that it queried: an index may lag")
        self._committed = True


def _guards(unchanged: Iterable[AnyStored], absent: Iterable[tuple[AnyKind, str]]) -> tuple[Unchanged, ...]:
    seen = [Unchanged(guard.kind.name, guard.id, guard.version) for guard in unchanged]
    return (*seen, *[Unchanged(kind.name, id, 0) for kind, id in absent])
