"""The event log: every event in commit order, a cursor for each subscriber, and rows only for what failed.

The cursor moves in the transaction of the effects, so it is the proof of delivery. Past events that had no effect it
moves in memory alone and is stored with what is written next: after a crash they are looked at again, and that is all.
Recent events are at hand in memory: a subscriber that keeps up never asks the database.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from frontdesk.adapters.embedded.database import Database
from frontdesk.adapters.embedded.figures import Histogram
from frontdesk.adapters.embedded.rows import EVENT_COLUMNS, event_of, placeholders
from frontdesk.adapters.embedded.settlement import Entry, Parked, Settlement
from frontdesk.adapters.embedded.subscriber import Batch
from frontdesk.adapters.embedded.transaction import Transaction
from frontdesk.adapters.embedded.writer import Writer
from frontdesk.kernel.errors import Conflict, Rejected, Unavailable
from frontdesk.kernel.messages import Message
from frontdesk.kernel.ports import Clock
from frontdesk.kernel.time import from_micros, to_micros

RECENT = 20_000  # events kept at hand
RECENT_CHARS = 64 * 1024 * 1024  # of their bodies, at most
REACTION_LAG_SECONDS = 1.0  # past this, new requests are told to come again
TRIM_AT_ONCE = 5_000  # events that one transaction forgets
UNSAVED = 1_000  # events that a stored cursor may lie behind, when they had no effect


@dataclass(slots=True)
class Position:
    """Where one subscriber stands; `saved` is the cursor that is stored."""

    names: frozenset[str]
    cursor: int
    saved: int
    next_retry: datetime | None
    wake: asyncio.Event
    left: int  # events that lay before it when this lap of catching up began
    lap: int  # where the lap ends
    oldest: datetime | None = (
        None  # when the first fresh event of the batch at work happened, where that is lag
    )
    at_work: tuple[int, datetime] | None = (
        None  # how many fresh events that batch has, and when the first happened
    )
    ages: Histogram = field(default_factory=Histogram)  # of events in seconds, when their reactions were done

    def is_behind(self, seq: int, head: int) -> bool:
        """Return whether the age of the event at `seq` is lag, for which requests are told to come again.

        What lay there when the subscriber joined is none; nor what came while it took that in, and so on, as long as
        it gains: each lap must be less than half as long as the one before.
        """
        if seq <= self.lap:
            return False
        left = head - seq
        if 2 * left < self.left:
            self.left, self.lap = left, head
            return False
        self.left = 0  # it has caught up, or never will: from now on its lag counts
        return True

    def taken_in(self, now: datetime) -> None:
        """Note how old the batch at work has become: each of its events counts with the age of the first."""
        if self.at_work is not None:
            count, at = self.at_work
            self.at_work = None
            self.ages.note(max(0.0, (now - at).total_seconds()), count)


class EventLog:
    """See `subscriber.Log`. `grown` must be called with the events of every commit."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._recent: list[tuple[int, Message]] = []
        self._recent_chars = 0
        self._positions: dict[str, Position] = {}
        self._oldest: datetime | None = None  # of all positions
        self.head = database.last_seq()
        self.writer: Writer | None = None

    def join(self, subscriber: str, names: Sequence[str]) -> Position:
        """Begin to listen where the subscriber last stood, or at the beginning of the log."""
        cursor = self._stored_cursor(subscriber)
        position = Position(
            names=frozenset(names),
            cursor=cursor,
            saved=cursor,
            next_retry=self._next_retry(subscriber),
            wake=asyncio.Event(),
            left=self.head - cursor,
            lap=self.head,
        )
        self._positions[subscriber] = position
        return position

    def grown(self, events: Sequence[tuple[int, Message]]) -> None:
        """Take in what was committed, and wake who waits for it."""
        if not events:
            return
        self._recent.extend(events)
        before, self.head = self.head, events[-1][0]
        self._recent_chars += sum(len(message.body) for _, message in events)
        if len(self._recent) > 2 * RECENT or self._recent_chars > RECENT_CHARS:
            del self._recent[: len(self._recent) // 2]
            self._recent_chars = sum(len(message.body) for _, message in self._recent)
        names = {message.name for _, message in events}
        for position in self._positions.values():
            if not names.isdisjoint(position.names):
                position.wake.set()
            elif position.cursor == before:
                position.cursor = self.head  # it was up to date, and nothing here concerns it

    async def pending(self, subscriber: str, names: Sequence[str], limit: int) -> Batch:
        """See `subscriber.Log`."""
        position = self._positions[subscriber]
        retries = self._due(subscriber, position, limit)
        batch = await self.fresh(subscriber, names, limit - len(retries))
        fresh = batch.entries
        late = bool(fresh) and position.is_behind(fresh[0].seq, self.head)
        position.oldest = fresh[0].message.at if late else None
        waiting = [other.oldest for other in self._positions.values() if other.oldest is not None]
        self._oldest = min(waiting, default=None)
        position.at_work = (len(fresh), fresh[0].message.at) if fresh else None
        return Batch((*retries, *fresh), batch.cursor)

    async def fresh(self, subscriber: str, names: Sequence[str], limit: int) -> Batch:
        """Return the entries with these names past the subscriber's cursor, in order; how old they are is no lag."""
        position = self._positions[subscriber]
        entries, cursor = self._fresh(position, names, limit)
        if not entries:
            position.cursor = cursor  # nothing of interest up to here
        return Batch(tuple(entries), cursor)

    async def settle(self, settlement: Settlement) -> None:
        """See `subscriber.Log`."""
        position = self._positions[settlement.subscriber]
        if not settlement.has_effect and settlement.cursor < position.saved + UNSAVED:
            position.cursor = settlement.cursor
            position.taken_in(self._clock.now())
            return
        moved = self._unsaved() | {settlement.subscriber: settlement.cursor}

        def also(transaction: Transaction) -> None:
            _store_cursors(transaction, moved)
            _store(transaction, settlement)

        assert self.writer is not None  # noqa: S101 - the runtime sets it before anybody joins
        try:
            await self.writer.submit(*settlement.commits, effect=settlement.effect, also=also, patient=True)
        except Rejected as race:  # a request took meanwhile what the batch had seen free
            raise Conflict from race
        except Unavailable:  # perhaps it stood all the same: the cursor that is stored knows
            position.cursor = max(position.cursor, self._stored_cursor(settlement.subscriber))
            position.next_retry = self._next_retry(settlement.subscriber)
            raise
        position.cursor = settlement.cursor
        position.taken_in(self._clock.now())
        self._saved(moved)
        if settlement.parked or settlement.settled:
            position.next_retry = self._next_retry(settlement.subscriber)

    async def save_cursors(self) -> None:
        """Store the cursors that were moved in memory alone, before a graceful stop."""
        moved = self._unsaved()
        if moved:
            assert self.writer is not None  # noqa: S101 - as above
            await self.writer.submit(
                also=lambda transaction: _store_cursors(transaction, moved), patient=True
            )
            self._saved(moved)

    def retries_changed(self, subscriber: str) -> None:
        """Take in that an operator changed what a subscriber has to try again, and wake it."""
        position = self._positions.get(subscriber)
        if position is not None:
            position.next_retry = self._next_retry(subscriber)
            position.wake.set()

    def lag(self) -> float:
        """Return the age in seconds of the oldest event that a running subscriber has not taken in."""
        return 0.0 if self._oldest is None else (self._clock.now() - self._oldest).total_seconds()

    def backlog(self) -> dict[str, int]:
        """Return how many events lie before each subscriber, whether they concern it or not."""
        return {name: self.head - position.cursor for name, position in self._positions.items()}

    def positions(self) -> Mapping[str, Position]:
        """Return where each running subscriber stands."""
        return self._positions

    def dead_letters(self) -> int:
        """Return how many messages wait for somebody to look at them."""
        row = self._read("select count(*) from retries where due is null")
        return row[0] if row else 0

    async def trim(self, before: datetime) -> None:
        """Forget events from `before` that every subscriber is past and no retry needs, and claims lapsed by then.

        A subscriber that does not run now counts as well: its service may only be switched off.
        """
        past = min(
            [position.cursor for position in self._positions.values()] + self._absent_cursors(), default=0
        )

        moved = self._unsaved()

        def also(transaction: Transaction) -> None:
            _store_cursors(transaction, moved)
            transaction.database.execute(
                "delete from events where seq in (select seq from events where seq<? and at<?"
                " and seq not in (select seq from retries) order by seq limit ?)",
                (past, to_micros(before), TRIM_AT_ONCE),
            )
            transaction.database.execute(
                "delete from claims where key in (select key from claims where until<? limit ?)",
                (to_micros(before), TRIM_AT_ONCE),
            )

        assert self.writer is not None  # noqa: S101 - as above
        await self.writer.submit(also=also, patient=True)
        self._saved(moved)

    def _unsaved(self) -> dict[str, int]:
        return {name: p.cursor for name, p in self._positions.items() if p.cursor > p.saved}

    def _saved(self, cursors: Mapping[str, int]) -> None:
        for name, cursor in cursors.items():
            self._positions[name].saved = max(self._positions[name].saved, cursor)

    def _fresh(self, position: Position, names: Sequence[str], limit: int) -> tuple[list[Entry], int]:
        if position.cursor >= self.head or limit <= 0:
            return [], position.cursor
        if self._recent and self._recent[0][0] <= position.cursor + 1:
            found = self._from_memory(position, limit)
        else:
            found = self._from_database(position, names, limit)
        return found, found[-1].seq if len(found) == limit else self.head

    def _from_memory(self, position: Position, limit: int) -> list[Entry]:
        unread = self._recent[position.cursor + 1 - self._recent[0][0] :]
        names = position.names
        wanted = (Entry(seq, message) for seq, message in unread if message.name in names)
        return list(islice(wanted, limit))

    def _from_database(self, position: Position, names: Sequence[str], limit: int) -> list[Entry]:
        sql = (
            f"select {EVENT_COLUMNS} from events where seq>? and seq<=? and name in {placeholders(names)}"
            " order by seq limit ?"
        )
        rows = self._database.reading.execute(sql, (position.cursor, self.head, *names, limit))
        return [Entry(*event_of(row)) for row in rows]

    def _due(self, subscriber: str, position: Position, limit: int) -> list[Entry]:
        now = self._clock.now()
        if position.next_retry is None or position.next_retry > now:
            return []
        sql = (
            f"select {EVENT_COLUMNS}, tries from retries join events using(seq)"
            " where subscriber=? and due<=? order by due limit ?"
        )
        rows = self._database.reading.execute(sql, (subscriber, to_micros(now), limit)).fetchall()
        # A row without a try is one of a subscriber that was slow in an earlier version.
        return [Entry(*event_of(row[:-1]), tries=max(row[-1], 1)) for row in rows]

    def _stored_cursor(self, subscriber: str) -> int:
        row = self._read("select seq from cursors where subscriber=?", subscriber)
        return row[0] if row else 0

    def _absent_cursors(self) -> list[int]:
        cursors = self._database.reading.execute("select subscriber, seq from cursors")
        return [seq for subscriber, seq in cursors if subscriber not in self._positions]

    def _next_retry(self, subscriber: str) -> datetime | None:
        row = self._read("select min(due) from retries where subscriber=?", subscriber)
        return from_micros(row[0]) if row and row[0] is not None else None

    def _read(self, sql: str, *values: str) -> tuple[int] | None:
        row: tuple[int] | None = self._database.reading.execute(sql, values).fetchone()
        return row


def _store_cursors(transaction: Transaction, cursors: Mapping[str, int]) -> None:
    """Move cursors forward, never back: a subscriber's own settlement may be in this transaction before this one."""
    transaction.database.executemany(
        "insert into cursors(subscriber,seq) values(?,?)"
        " on conflict(subscriber) do update set seq=max(seq,excluded.seq)",
        cursors.items(),
    )


def _store(transaction: Transaction, settlement: Settlement) -> None:
    name = settlement.subscriber
    execute = transaction.database.execute
    for seq in settlement.settled:
        execute("delete from retries where subscriber=? and seq=?", (name, seq))
    rows = [_parked_row(name, parked) for parked in settlement.parked]
    if rows:
        transaction.database.executemany(
            "insert or replace into retries(subscriber,seq,tries,due,error) values(?,?,?,?,?)", rows
        )


def _parked_row(subscriber: str, parked: Parked) -> tuple[str, int, int, int | None, str]:
    due = None if parked.due is None else to_micros(parked.due)
    return (subscriber, parked.seq, parked.tries, due, parked.error)
