"""Between records and rows."""

from collections.abc import Collection, Sequence
from typing import Any

from frontdesk.adapters.embedded.schema import columns, table
from frontdesk.kernel.kinds import AnyKind
from frontdesk.kernel.messages import Message
from frontdesk.kernel.records import Record
from frontdesk.kernel.time import from_micros, to_micros

MARKS = "\n"  # what separates marks in a row: no id contains it


class KindTable:
    """The statements of one record kind, made once."""

    def __init__(self, kind: AnyKind) -> None:
        names = columns(kind)
        self.kind = kind.name
        self.indexes = tuple(index.name for index in kind.indexes)
        marks = ",".join("?" * len(names))
        sets = ",".join(f"{name}=excluded.{name}" for name in names if name not in {"id", "origin"})
        self.name = table(kind.name)
        self.select = f"select {','.join(names)} from {self.name}"
        self.by_id = f"{self.select} where id=?"
        self.create = f"insert into {self.name}({','.join(names)}) values({marks})"
        self.save = f"{self.create} on conflict(id) do update set {sets}"  # at a quarter more than `create`

        # Where no index entry changes, none is touched: half the work.
        self.move = f"update {self.name} set version=?,schema=?,body=?,handled=? where id=?"

    def to_move(self, record: Record) -> tuple[Any, ...]:
        """Return a record as `move` takes it."""
        return (record.version, record.schema, record.body, MARKS.join(record.handled), record.id)

    def to_row(self, record: Record) -> tuple[Any, ...]:
        """Return a record as `create` and `save` take it."""
        handled = MARKS.join(record.handled)
        row: tuple[Any, ...] = (record.id, record.version, record.schema, record.body, record.origin, handled)
        for index in self.indexes:
            row += record.keys.get(index, (None, None))
        return row

    def to_record(self, row: Sequence[Any]) -> Record:
        """Return a row of `select` as a record."""
        id, version, schema, body, origin, handled = row[:6]
        keys = {}
        for place, index in enumerate(self.indexes):
            partition, sort = row[6 + 2 * place : 8 + 2 * place]
            if partition is not None:
                keys[index] = (partition, sort)
        return Record(
            self.kind, id, version, schema, body, keys, origin, tuple(handled.split(MARKS)) if handled else ()
        )


EVENT_COLUMNS = "seq,id,name,schema,source,version,at,correlation_id,body"
SAVE_EVENT = f"insert into events({EVENT_COLUMNS}) values(?,?,?,?,?,?,?,?,?)"


def event_row(seq: int, message: Message) -> tuple[Any, ...]:
    """Return a message as SAVE_EVENT takes it."""
    m = message
    return (seq, m.id, m.name, m.schema, m.source, m.version, to_micros(m.at), m.correlation_id, m.body)


def event_of(row: Sequence[Any]) -> tuple[int, Message]:
    """Return a row of EVENT_COLUMNS as its place and message."""
    seq, id, name, schema, source, version, at, correlation_id, body = row
    return seq, Message(id, name, schema, source, version, from_micros(at), correlation_id, body)


def placeholders(values: Collection[Any]) -> str:
    """Return a parenthesis with a question mark for each value."""
    return f"({','.join('?' * len(values))})"


def chunks(values: Sequence[Any], size: int = 500) -> list[Sequence[Any]]:
    """Return the values in runs that one statement can name."""
    return [values[start : start + size] for start in range(0, len(values), size)]
