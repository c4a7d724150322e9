"""One SQLite transaction that holds many commits: each is checked against what is stored and what came before it.

A commit that may not stand leaves nothing behind and its neighbours alone; where several stand or fall together and a
later one falls, the writer begins anew and gives each submission a savepoint. Of a record that changes many times only
the last state is written.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from datetime import datetime

import msgspec

from frontdesk.adapters.embedded.effect import Effect, Together
from frontdesk.adapters.embedded.reads import Reads
from frontdesk.adapters.embedded.rows import SAVE_EVENT, KindTable, chunks, event_row, placeholders
from frontdesk.kernel.checks import check
from frontdesk.kernel.errors import FrontdeskError
from frontdesk.kernel.messages import Message
from frontdesk.kernel.records import CancelTimer, Claim, Commit, Record, SetTimer, Take
from frontdesk.kernel.time import from_micros, to_micros

_SAVE_COUNT = (
    "insert into counters(key,count) values(?,?) on conflict(key) do update set count=excluded.count"
)


class HalfTakenInError(Exception):
    """Of commits that stand or fall together some are in and one was refused: the transaction must not be written."""

    def __init__(self, refusal: FrontdeskError) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


class Transaction:
    """Collects what commits change, then writes it all with a few statements. See `checks.View`."""

    def __init__(
        self,
        database: sqlite3.Connection,
        tables: dict[str, KindTable],
        known: Mapping[tuple[str, str], Record],
        absent: Container[tuple[str, str]],
        known_counts: Mapping[str, int],
        *,
        next_seq: int,
    ) -> None:
        self.database = database
        self.records: dict[str, dict[str, Record]] = {name: {} for name in tables}
        self.events: list[tuple[int, Message]] = []
        self.next_seq = next_seq
        self._tables = tables
        self._known = known
        self._absent = absent
        self._known_counts = known_counts
        self._versions: dict[str, dict[str, int]] = {name: {} for name in tables}
        self._claims: dict[str, Claim | None] = {}
        self._counts: dict[str, int] = {}
        self._dirty_claims: dict[str, bool] = {}
        self._dirty_counts: dict[str, int] = {}
        self._timers: list[SetTimer | CancelTimer] = []

    def read(self, submitted: Iterable[Together]) -> None:
        """Fetch all that these commits are checked against, with one statement per table."""
        ids: defaultdict[str, set[str]] = defaultdict(set)
        claims: set[str] = set()
        counters: set[str] = set()
        for together in submitted:
            if together.effect is not None:
                for kind, versions in together.effect.versions.items():
                    ids[kind].update(versions)
                counters.update(together.effect.counted)
                continue
            for commit in together.commits:
                for record in commit.changes:
                    ids[record.kind].add(record.id)
                for guard in commit.unchanged:
                    ids[guard.kind].add(guard.id)
                claims.update([claim.key for claim in commit.claims])
                counters.update([add.key for add in commit.counters])
        for kind, wanted in ids.items():
            self._read_versions(kind, wanted)
        self._read_claims(claims - self._claims.keys())
        self._read_counts(counters - self._counts.keys())

    def add(self, together: Together, now: datetime) -> None:
        """Take in commits that stand or fall together.

        Raises what `check` raises of the first, and then holds none of them; HalfTakenInError when a later one fails.
        """
        if together.effect is not None and self._is_as_found(together.effect):
            self._take_effect(together.effect)
            return
        is_first = True
        for commit in together.commits:
            try:
                check(commit, self, now)
            except FrontdeskError as refusal:
                if is_first:
                    raise
                raise HalfTakenInError(refusal) from refusal
            self._take_in(commit)
            is_first = False

    def append(self, message: Message) -> None:
        """Put a message into the event log."""
        self.events.append((self.next_seq, message))
        self.next_seq += 1

    @property
    def rows(self) -> int:
        """How many rows this writes, about: what it costs the write-ahead log."""
        return sum(map(len, self.records.values())) + len(self.events)

    @property
    def counted(self) -> dict[str, int]:
        """Where the counters stand that this has changed."""
        return {key: self._counts[key] for key in self._dirty_counts}

    def absorb(self, written: "Transaction") -> None:
        """Take over what another one has written inside this one's SQLite transaction."""
        for kind, records in written.records.items():
            self.records[kind].update(records)
        self.events.extend(written.events)
        self._counts.update(written.counted)
        self._dirty_counts.update(written._dirty_counts)  # noqa: SLF001 - one of its own kind
        self.next_seq = written.next_seq

    def write(self) -> None:
        """Execute everything that was taken in."""
        for kind, records in self.records.items():
            if records:
                self._write_records(self._tables[kind], records.values())
        if self.events:
            self.database.executemany(SAVE_EVENT, (event_row(seq, message) for seq, message in self.events))
        if self._dirty_counts:
            self.database.executemany(_SAVE_COUNT, self.counted.items())
        if self._dirty_claims:
            self._write_claims()
        for timer in self._timers:
            self._write_timer(timer)

    def version(self, kind: str, id: str) -> int:
        """See `checks.View`."""
        return self._versions[kind][id]

    def holder(self, key: str) -> Claim | None:
        """See `checks.View`."""
        return self._claims[key]

    def standing(self, key: str) -> int:
        """See `checks.View`."""
        return self._counts[key]

    def _is_as_found(self, effect: Effect) -> bool:
        """Return whether what these commits were decided on is still so, also after what came before them here."""
        if not effect.counted.items() <= self._counts.items():
            return False
        return all(seen.items() <= self._versions[kind].items() for kind, seen in effect.versions.items())

    def _take_effect(self, effect: Effect) -> None:
        for kind, records in effect.records.items():
            self._versions[kind].update({id: record.version for id, record in records.items()})
            self.records[kind].update(records)
        self._counts.update(effect.counts)
        self._dirty_counts.update(effect.counts)
        self.events.extend(enumerate(effect.events, self.next_seq))
        self.next_seq += len(effect.events)

    def _take_in(self, commit: Commit) -> None:
        for record in commit.changes:
            self._versions[record.kind][record.id] = record.version
            self.records[record.kind][record.id] = record
        for add in commit.counters:
            self._counts[add.key] += add.amount
            self._dirty_counts[add.key] = True
        for claim in commit.claims:
            self._claims[claim.key] = Claim(claim.owner, claim.until) if isinstance(claim, Take) else None
            self._dirty_claims[claim.key] = True
        self._timers.extend(commit.timers)
        for message in commit.events:
            self.append(message)

    def _read_versions(self, kind: str, ids: Iterable[str]) -> None:
        versions, unknown = self._versions[kind], []
        for id in ids:
            record = self._known.get((kind, id))
            versions[id] = 0 if record is None else record.version
            if record is None and (kind, id) not in self._absent:
                unknown.append(id)
        for some in chunks(unknown):
            sql = f"select id, version from {self._tables[kind].name} where id in {placeholders(some)}"
            versions.update(self.database.execute(sql, some))

    def _read_claims(self, keys: set[str]) -> None:
        self._claims.update(dict.fromkeys(keys))
        for some in chunks(list(keys)):
            sql = f"select key, owner, until from claims where key in {placeholders(some)}"
            for key, owner, until in self.database.execute(sql, some):
                self._claims[key] = Claim(owner, None if until is None else from_micros(until))

    def _read_counts(self, keys: set[str]) -> None:
        unknown = []
        for key in keys:
            known = self._known_counts.get(key)
            if known is None:
                unknown.append(key)
            else:
                self._counts[key] = known
        self._counts.update(Reads(self.database, self._tables).counts(unknown))

    def _write_records(self, table: KindTable, records: Iterable[Record]) -> None:
        created, saved, moved = [], [], []
        for record in records:
            before = self._known.get((record.kind, record.id)) if record.version > 1 else None
            if before is not None and before.keys == record.keys:
                moved.append(table.to_move(record))
            elif record.version > 1:
                saved.append(table.to_row(record))
            else:
                created.append(table.to_row(record))
        for sql, rows in ((table.create, created), (table.save, saved), (table.move, moved)):
            if rows:
                self.database.executemany(sql, rows)

    def _write_claims(self) -> None:
        for key in self._dirty_claims:
            claim = self._claims[key]
            if claim is None:
                self.database.execute("delete from claims where key=?", (key,))
            else:
                until = None if claim.until is None else to_micros(claim.until)
                sql = "insert or replace into claims(key,owner,until) values(?,?,?)"
                self.database.execute(sql, (key, claim.owner, until))

    def _write_timer(self, timer: SetTimer | CancelTimer) -> None:
        if isinstance(timer, CancelTimer):
            sql = "delete from timers where record_id=? and name=?"
            self.database.execute(sql, (timer.record_id, timer.name))
            return
        body = msgspec.json.encode(timer.message).decode()
        sql = "insert or replace into timers(record_id,name,due,message) values(?,?,?,?)"
        self.database.execute(sql, (timer.record_id, timer.name, to_micros(timer.due), body))
