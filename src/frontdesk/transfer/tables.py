"""A stage's tables, as the deployer's own SDK reaches them. What is written here tells nobody and starts no function.

But for timers: a record with pending ones carries them as a commit would, so that the relay sets them again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import islice
from typing import Any

import msgspec

from frontdesk.adapters.aws.items import (
    CLAIM_KEPT,
    Item,
    claim_item,
    claim_of,
    counter_key,
    counter_of,
    pack_timers,
    record_item,
    record_of,
    timers_of,
)
from frontdesk.kernel.records import SetTimer, Take
from frontdesk.transfer.entries import Belongings, Counted, Entry, Held, Kept, TransferError

BATCH = 25  # items that one BatchWriteItem takes
THREADS = 8
TRIES = 8  # of what DynamoDB had no room for, with pauses that double
PAUSE_SECONDS = 0.1
WRITTEN_BY = "import"  # in place of a write token: no commit of a function draws this
_MARKER = {"pk": {"S": "transfer:import"}}


class Progress(msgspec.Struct, frozen=True):
    """How far an import has come: which export, which of its parts, and whether both sides were compared."""

    digest: str
    parts: tuple[str, ...] = ()
    finished_at: datetime | None = None


class StageTables:
    """The tables of the services of a stage, by service. `client` is boto3's for DynamoDB."""

    def __init__(
        self, client: Any, tables: Mapping[str, str], owners: Belongings, sleep: Callable[[float], object]
    ) -> None:
        self._client = client
        self._sleep = sleep
        self._tables = tables
        self._owners = owners
        self._first = next(iter(tables.values()))  # keeps the progress

    def progress(self) -> Progress | None:
        """Return how far an import into this stage has come, None if there was none."""
        found = self._client.get_item(TableName=self._first, Key=_MARKER, ConsistentRead=True).get("Item")
        return None if found is None else msgspec.json.decode(found["d"]["S"], type=Progress)

    def note(self, progress: Progress, moment: datetime) -> None:
        """Remember how far it has come."""
        told = msgspec.json.encode(progress).decode()
        item = {**_MARKER, "v": {"N": "1"}, "s": {"N": "1"}, "d": {"S": told}, "w": {"S": WRITTEN_BY}}
        self._client.put_item(TableName=self._first, Item={**item, "u": {"N": str(int(moment.timestamp()))}})

    def check_empty(self) -> None:
        """Raise TransferError when a business is here already."""
        for service, table in self._tables.items():
            if next(self._entries(service), None) is not None:
                raise TransferError(
                    f"The stage is not empty: there is data in {table}. Import into a fresh stage."
                )

    def put(self, service: str, entries: Iterator[Entry], moment: datetime) -> Iterator[int]:
        """Write entries as they are. A repeat changes nothing. Yield how many were written, again and again."""
        batches = iter(lambda: [_item(entry, moment) for entry in islice(entries, BATCH)], [])
        with ThreadPoolExecutor(THREADS) as pool:
            while together := list(islice(batches, THREADS)):
                list(pool.map(lambda items: self._write(self._tables[service], items), together))
                yield sum(map(len, together))

    def entries(self, service: str, now: datetime) -> Iterator[Entry]:
        """Yield all that a service keeps here, but for claims that DynamoDB may remove at any moment."""
        return (entry for entry in self._entries(service) if not may_vanish(entry, now))

    def _entries(self, service: str) -> Iterator[Entry]:
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._tables[service], ConsistentRead=True
        )
        for page in pages:
            for item in page["Items"]:
                entry = _entry(item, self._owners)
                if entry is not None:
                    yield entry

    def _write(self, table: str, items: Sequence[Item]) -> None:
        left: Mapping[str, Any] = {table: [{"PutRequest": {"Item": item}} for item in items]}
        for attempt in range(TRIES):
            left = self._client.batch_write_item(RequestItems=left)["UnprocessedItems"]
            if not left:
                return
            self._sleep(PAUSE_SECONDS * 2**attempt)
        raise TransferError(
            f"DynamoDB takes no more into {table} at the moment. Run the import again: it goes on."
        )


def may_vanish(entry: Entry, now: datetime) -> bool:
    """Return whether DynamoDB may remove this by itself: a claim that lapsed a day ago."""
    return isinstance(entry, Held) and entry.until is not None and entry.until + CLAIM_KEPT <= now


def _item(entry: Entry, moment: datetime) -> Item:
    if isinstance(entry, Counted):
        return {**counter_key(entry.key), "n": {"N": str(entry.count)}}
    if isinstance(entry, Held):
        return claim_item(Take(entry.key, entry.owner, entry.until))
    item = record_item(entry.record, WRITTEN_BY, moment)
    return {**item, "t": pack_timers(entry.timers)} if entry.timers else item


def _entry(item: Item, owners: Belongings) -> Entry | None:
    """Return what an item is, None for what no service of the house keeps: beats, dead letters, our own progress."""
    key = item["pk"]["S"]
    if key.startswith("counter#"):
        return Counted(counter_of(item), int(item["n"]["N"]))
    if key.startswith("claim#"):
        claim = claim_of(item)
        return Held(key.removeprefix("claim#"), claim.owner, claim.until)
    if not owners.of_kind(key.partition(":")[0]):
        return None
    timers = sorted((t for t in timers_of(item) if isinstance(t, SetTimer)), key=lambda timer: timer.name)
    return Kept(record_of(item), tuple(timers))
