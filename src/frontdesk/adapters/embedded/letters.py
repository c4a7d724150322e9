"""Dead letters of the embedded runtime: rows of `retries` that are never due. See `kernel.letters.DeadLetters`."""

import re
import sys
from collections.abc import Sequence
from typing import Any

from frontdesk.adapters.embedded.database import Database
from frontdesk.adapters.embedded.log import EventLog
from frontdesk.adapters.embedded.transaction import Transaction
from frontdesk.adapters.embedded.writer import Writer
from frontdesk.kernel.time import from_micros, to_micros
from frontdesk.letters import Action, Audited, Choice, DeadLetter, Deed, Fact, OpenedLetter

SCANNED = 2_000  # letters that are looked at for one page
STORY_REACH = (
    20_000  # places of the log before and after a letter, in which its source's other events are looked for
)
STORY_EVENTS = 100

_LETTERS = (
    "select subscriber, seq, name, id, source, at, tries, error, correlation_id"
    " from retries join events using(seq) where due is null"
)
_SAVE_AUDIT = (
    "insert into letter_audit(action, by, at, reason, letter, event, message_id, cause)"
    " values(?,?,?,?,?,?,?,?)"
)
_AUDIT = "select n, action, by, at, reason, letter, event, message_id, cause from letter_audit"


class SqliteLetters:
    """Reads beside the writer, changes through it, and wakes the subscriber whose letters are redriven."""

    def __init__(self, database: Database, writer: Writer, log: EventLog) -> None:
        self._database = database
        self._writer = writer
        self._log = log

    async def page(self, choice: Choice, cursor: str, limit: int) -> tuple[Sequence[DeadLetter], str]:
        """See `DeadLetters`. A choice that few letters match may give an empty page with a cursor."""
        sql = f"{_LETTERS} and (subscriber, seq) > (?, ?) order by subscriber, seq limit {SCANNED}"
        start = _place(cursor) or (choice.subscriber, 0)
        found: list[DeadLetter] = []
        for scanned, row in enumerate(self._database.reading.execute(sql, start), 1):
            letter = _letter(row)
            if choice.subscriber and letter.subscriber != choice.subscriber:
                return found, ""  # they come in the order of their subscribers
            if choice.takes(letter):
                found.append(letter)
            if len(found) == limit or scanned == SCANNED:
                return found, letter.id
        return found, ""

    async def open(self, id: str) -> OpenedLetter | None:
        """See `DeadLetters`."""
        place = _place(id)
        row = place and self._one(f"{_LETTERS} and subscriber=? and seq=?", place)
        if not row:
            return None
        seq, source = row[1], row[4]
        schema, body = self._one("select schema, body from events where seq=?", (seq,))
        around = self._database.reading.execute(
            "select name, id, at from events where seq between ? and ? and source=? order by seq limit ?",
            (seq - STORY_REACH, seq + STORY_REACH, source, STORY_EVENTS),
        )
        story = tuple(Fact(name, id, from_micros(at)) for name, id, at in around)
        return OpenedLetter(_letter(row), schema, body, story)

    async def settle(self, ids: Sequence[str], deed: Deed) -> Sequence[DeadLetter]:
        """See `DeadLetters`."""
        settled: list[DeadLetter] = []

        def also(transaction: Transaction) -> None:
            settled.clear()  # a batch that broke is written a second time
            settled.extend(_settle(transaction, ids, deed))

        await self._writer.submit(also=also)
        for subscriber in {letter.subscriber for letter in settled}:
            self._log.retries_changed(subscriber)
        return settled

    async def audit(self, cursor: str, limit: int) -> tuple[Sequence[Audited], str]:
        """See `DeadLetters`."""
        before = _number(cursor) or sys.maxsize
        rows = self._database.reading.execute(f"{_AUDIT} where n<? order by n desc limit ?", (before, limit))
        found = rows.fetchall()
        entries = [
            Audited(Deed(Action(action), by, from_micros(at), reason), *letter)
            for _, action, by, at, reason, *letter in found
        ]
        return entries, str(found[-1][0]) if len(found) == limit else ""

    def _one(self, sql: str, values: tuple[Any, ...]) -> Any:
        return self._database.reading.execute(sql, values).fetchone()


def _settle(transaction: Transaction, ids: Sequence[str], deed: Deed) -> list[DeadLetter]:
    execute = transaction.database.execute
    settled: list[DeadLetter] = []
    for place in filter(None, map(_place, dict.fromkeys(ids))):
        row = execute(f"{_LETTERS} and subscriber=? and seq=?", place).fetchone()
        if row is None:
            continue
        letter = _letter(row)
        if (
            deed.action is Action.REDRIVE
        ):  # one try and not none: 0 stands for an event that never came to this
            execute(
                "update retries set tries=1, due=? where subscriber=? and seq=?", (to_micros(deed.at), *place)
            )
        else:
            execute("delete from retries where subscriber=? and seq=?", place)
        done = (deed.action.value, deed.by, to_micros(deed.at), deed.reason)
        execute(_SAVE_AUDIT, (*done, letter.id, letter.event, letter.message_id, letter.cause))
        settled.append(letter)
    return settled


def _letter(row: Sequence[Any]) -> DeadLetter:
    subscriber, seq, name, message_id, source, at, tries, cause, correlation_id = row
    return DeadLetter(
        id=f"{subscriber}:{seq}",
        subscriber=subscriber,
        event=name,
        message_id=message_id,
        source=source,
        at=from_micros(at),
        tries=tries,
        cause=cause,
        correlation_id=correlation_id,
    )


def _place(id: str) -> tuple[str, int] | None:
    """Return the subscriber and the place in the log that an id names, None when it can be none."""
    subscriber, _, seq = id.rpartition(":")
    number = _number(seq)
    return None if number is None else (subscriber, number)


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\d{1,18}", text, re.ASCII) else None
