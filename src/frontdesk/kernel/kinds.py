"""Record kinds: how a service's values become records and come back. Declared once, as data."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

import msgspec

from frontdesk.kernel import limits
from frontdesk.kernel.messages import Upcast, read
from frontdesk.kernel.records import Record

T = TypeVar("T")


class Index(msgspec.Struct, Generic[T], frozen=True, eq=False):
    """A list that can be asked for: one partition, in the order of `sort` and then of id.

    `partition` returns None for a value that this index does not list.
    """

    name: str
    partition: Callable[[T], str | None]
    sort: Callable[[T], str]


class Kind(msgspec.Struct, Generic[T], frozen=True, eq=False):
    """One kind of record. `name` is unique in the whole house; `schema` counts up when the fields of `type` change.

    `often_read` is for what is read far more often than written: its decoded values stay at hand.
    `as_created` takes a value back to what its creation answered, so that a repeated request hears the same again.
    """

    name: str
    type: type[T]
    schema: int = 1
    upcasts: Mapping[int, Upcast] = {}
    indexes: tuple[Index[T], ...] = ()
    as_created: Callable[[T], T] = lambda value: value
    often_read: bool = False
    _at_hand: OrderedDict[str, tuple[Record, "Stored[T]"]] = msgspec.field(default_factory=OrderedDict)

    def __repr__(self) -> str:
        """Show the name alone: what is at hand may be personal."""
        return f"Kind({self.name!r})"

    def new(self, id: str, value: T) -> "Stored[T]":
        """Return a value that is not stored yet, as it is to be created."""
        return Stored(self, id, value, 1)

    def load(self, record: Record) -> "Stored[T]":
        """Read a record of any schema number that this kind ever had."""
        if self.often_read:
            known = self._at_hand.get(record.id)
            if known is not None and known[0] == record:
                return known[1]
        value = read(record.body, self.type, schema=record.schema, newest=self.schema, upcasts=self.upcasts)
        found = Stored(self, record.id, value, record.version, record.origin, record.handled)
        if self.often_read and len(record.body) <= limits.VALUE_AT_HAND_CHARS:
            self._at_hand[record.id] = (record, found)
            if len(self._at_hand) > limits.VALUES_AT_HAND:  # the one longest here makes room
                self._at_hand.popitem(last=False)
        return found


class Stored(msgspec.Struct, Generic[T], frozen=True):
    """A value with the id and version it is stored under, or is to be stored under."""

    kind: Kind[T]
    id: str
    value: T
    version: int
    origin: str = ""
    handled: tuple[str, ...] = ()

    def changed(self, value: T) -> "Stored[T]":
        """Return the next version, for a commit."""
        return Stored(self.kind, self.id, value, self.version + 1, self.origin, self.handled)

    def first(self) -> "Stored[T]":
        """Return this as its creation left it."""
        return Stored(self.kind, self.id, self.kind.as_created(self.value), 1, self.origin)

    def record(self) -> Record:
        """Return what a store keeps of this."""
        keys = {}
        for index in self.kind.indexes:
            partition = index.partition(self.value)
            if partition is not None:
                keys[index.name] = (partition, f"{index.sort(self.value)}~{self.id}")
        body = msgspec.json.encode(self.value).decode()
        return Record(
            self.kind.name, self.id, self.version, self.kind.schema, body, keys, self.origin, self.handled
        )


AnyKind = Kind[Any]
AnyStored = Stored[Any]
