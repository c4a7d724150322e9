"""A store that counts what DynamoDB would bill: the items are encoded as they are on AWS."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from frontdesk.adapters.aws import writes
from frontdesk.adapters.aws.items import claim_key, counter_key, index_name, record_key
from frontdesk.cost.capacity import (
    TRANSACTED,
    Item,
    entry_size,
    index_units,
    item_size,
    read_units,
    write_units,
)
from frontdesk.kernel.kinds import AnyKind
from frontdesk.kernel.messages import Message
from frontdesk.kernel.ports import Clock, Store
from frontdesk.kernel.records import Claim, Commit, Record, SetTimer, Span

_TOKEN = "0" * 16  # as long as a real one
OVERHEAD_BYTES = 100  # that AWS adds to each item and entry, for storage alone
_NOTHING: Item = {}


@dataclass
class Step:
    """What one function does in one go. `told` are the events that it publishes, `timers` what it sets."""

    function: str
    service: str
    calls: int = 0  # to AWS, one after another
    written: int = 0  # units, of tables
    indexed: int = 0  # units, of indexes that hold keys
    indexed_whole: int = 0  # what they would be if the indexes held whole items, as is usual
    read: float = 0  # units
    stored: int = 0  # bytes more than before, indexes and what AWS adds included
    stored_whole: int = 0  # the same with indexes of whole items
    commits: int = 0
    answered: int = 0  # bytes of the answer to a request
    schedules: int = 0  # that woke it
    is_direct: bool = False  # called by another function, past the API
    told: list[Message] = field(default_factory=list)
    timers: list[SetTimer] = field(default_factory=list)


class MeteredStore:
    """One service's store. What is asked of it goes on the account of `step`."""

    def __init__(self, store: Store, kinds: Iterable[AnyKind], clock: Clock) -> None:
        self.step = Step("", "")
        self._store = store
        self._indexes = [index_name(kind.name, index.name) for kind in kinds for index in kind.indexes]
        self._clock = clock
        self._items: dict[str, Item] = {}

    async def get(self, kind: str, id: str) -> Record | None:
        """See `ports.Store`."""
        self._reads([record_key(kind, id)])
        return await self._store.get(kind, id)

    async def get_many(self, kind: str, ids: Sequence[str]) -> Mapping[str, Record]:
        """See `ports.Store`."""
        self._reads([record_key(kind, id) for id in dict.fromkeys(ids)])
        return await self._store.get_many(kind, ids)

    async def query(self, kind: str, index: str, partition: str, span: Span) -> list[Record]:
        """See `ports.Store`. The index gives the keys, for half the units; then the records are read as always."""
        found = await self._store.query(kind, index, partition, span)
        keys = [record_key(kind, record.id) for record in found]
        name = index_name(kind, index)
        size = sum(entry_size(name, self._items[key["pk"]["S"]]) for key in keys)
        self.step.calls += 1
        self.step.read += read_units(size) / 2
        self._reads(keys)
        return found

    async def counts(self, keys: Sequence[str]) -> Mapping[str, int]:
        """See `ports.Store`."""
        self._reads([counter_key(key) for key in dict.fromkeys(keys)])
        return await self._store.counts(keys)

    async def claim(self, key: str) -> Claim | None:
        """See `ports.Store`."""
        self._reads([claim_key(key)])
        return await self._store.claim(key)

    async def commit(self, commit: Commit) -> None:
        """See `ports.Store`."""
        await self._store.commit(commit)
        now = self._clock.now()
        if writes.is_single(commit):
            self._write({"Put": writes.puts(commit, "", _TOKEN, now)[0]}, times=1)
        else:
            for action in writes.actions(commit, "", _TOKEN, now):
                self._write(action, times=TRANSACTED)
        self.step.calls += 1
        self.step.commits += 1
        self.step.told.extend(commit.events)
        self.step.timers.extend(timer for timer in commit.timers if isinstance(timer, SetTimer))

    def _reads(self, keys: Sequence[Item]) -> None:
        if keys:
            self.step.calls += 1
            self.step.read += sum(read_units(self._size(key)) for key in keys)

    def _write(self, action: Mapping[str, Any], *, times: int) -> None:
        ((kind, what),) = action.items()
        key = what.get("Item", what.get("Key"))["pk"]["S"]
        before = self._items.get(key, _NOTHING)
        after = before if kind == "ConditionCheck" else self._after(kind, what, before)
        self.step.written += times * write_units(before, after)
        for index in self._indexes:
            self.step.indexed += index_units(index, before, after)
            self.step.indexed_whole += index_units(index, before, after, whole=True)
        self.step.stored += self._footprint(after) - self._footprint(before)
        self.step.stored_whole += self._footprint(after, whole=True) - self._footprint(before, whole=True)
        self._items[key] = after

    def _after(self, kind: str, what: Mapping[str, Any], before: Item) -> Item:
        if kind == "Put":
            item: Item = what["Item"]
            return item
        if kind == "Delete":
            return _NOTHING
        amount = int(what["ExpressionAttributeValues"][":amount"]["N"])
        counted = int(before["n"]["N"]) if before else 0
        return {**what["Key"], "n": {"N": str(counted + amount)}}

    def _footprint(self, item: Item, *, whole: bool = False) -> int:
        """Return the bytes that are billed for keeping an item: with its index entries, 100 bytes on top of each."""
        sizes = [item_size(item), *(entry_size(index, item, whole=whole) for index in self._indexes)]
        return sum(size + OVERHEAD_BYTES for size in sizes if size)

    def _size(self, key: Item) -> int:
        return item_size(self._items.get(key["pk"]["S"], _NOTHING))
