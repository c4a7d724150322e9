"""`ports.Store` on DynamoDB: one table for a service. The methods block, so `send` drives them without an event loop.

A commit that only met others at work (TransactionConflict) is tried again here, with jitter: its decision does not
depend on them, and a hot counter must not make anybody give up.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from frontdesk.adapters.aws import queries, writes
from frontdesk.adapters.aws.calls import Client, ask
from frontdesk.adapters.aws.client import DYNAMODB, AwsError
from frontdesk.adapters.aws.items import claim_key, claim_of, counter_key, counter_of, record_key, record_of
from frontdesk.adapters.aws.outcomes import stands
from frontdesk.kernel.errors import Unavailable
from frontdesk.kernel.limits import GET_MANY_MAX
from frontdesk.kernel.ports import Chance, Clock
from frontdesk.kernel.records import Claim, Commit, Record, Span

PATIENCE = timedelta(seconds=10)  # with others at work on the same items; API Gateway gives up after 30
PAUSE_SECONDS = 0.01  # the longest before the second try, doubled for each further one
PAUSE_MAX_SECONDS = 0.5


class DynamoStore:
    """One service's table. Holds no state: one serves all threads."""

    def __init__(self, client: Client, table: str, clock: Clock, chance: Chance) -> None:
        self._client = client
        self._table = table
        self._clock = clock
        self._chance = chance

    async def get(self, kind: str, id: str) -> Record | None:
        """See `ports.Store`."""
        item = self._item(record_key(kind, id))
        return record_of(item) if item else None

    async def get_many(self, kind: str, ids: Sequence[str]) -> Mapping[str, Record]:
        """See `ports.Store`. What one answer has no room for (16 MB) is asked for again."""
        items = self._items([record_key(kind, id) for id in dict.fromkeys(ids)])
        records = [record_of(item) async for item in items]
        return {record.id: record for record in records}

    async def query(self, kind: str, index: str, partition: str, span: Span) -> list[Record]:
        """See `ports.Store`. An index holds keys alone, so that a change that moves no key costs nothing there."""
        if not partition or (span.high and span.high <= span.low):
            return []  # DynamoDB refuses to be asked
        request = queries.query(self._table, kind, index, partition, span)
        found: list[Record] = []
        while len(found) < span.limit:
            answer = self._call("Query", request)
            listed = queries.listed(answer["Items"], kind, index)
            records = [record for record in await self._listed(listed, index) if _within(record, index, span)]
            found.extend(records)
            if "LastEvaluatedKey" not in answer:
                break
            request = {**request, "ExclusiveStartKey": answer["LastEvaluatedKey"]}
        return found[: span.limit]

    async def counts(self, keys: Sequence[str]) -> Mapping[str, int]:
        """See `ports.Store`."""
        found = dict.fromkeys(keys, 0)
        async for item in self._items([counter_key(key) for key in found]):
            found[counter_of(item)] = int(item["n"]["N"])
        return found

    async def claim(self, key: str) -> Claim | None:
        """See `ports.Store`. DynamoDB removes a claim some time after it has been lapsed for a day."""
        item = self._item(claim_key(key))
        return claim_of(item) if item else None

    async def commit(self, commit: Commit) -> None:
        """See `ports.Store`. Raises Unavailable, too, when others were at work on the same items for `PATIENCE`."""
        token = self._chance.bytes(8).hex()
        retry = Retry(self._clock, self._chance)
        while not self._try(commit, token, self._clock.now()):
            await retry.pause()

    def _try(self, commit: Commit, token: str, now: datetime) -> bool:
        """Write once, under a request token of its own: DynamoDB might remember a cancelled one."""
        try:
            if writes.is_single(commit):
                self._call("PutItem", writes.puts(commit, self._table, token, now)[0])
            elif actions := writes.actions(commit, self._table, token, now):
                transaction = {"TransactItems": actions, "ClientRequestToken": self._chance.bytes(16).hex()}
                self._call("TransactWriteItems", transaction)
        except AwsError as error:
            return stands(error, commit, token)
        return True

    async def _listed(self, entries: Sequence[queries.Entry], index: str) -> list[Record]:
        """Return the records of an index's entries, in their order. What has moved or gone since is left out."""
        found: dict[str, Record] = {}
        for start in range(0, len(entries), GET_MANY_MAX):
            keys = [{"pk": {"S": entry.pk}} for entry in entries[start : start + GET_MANY_MAX]]
            found |= {item["pk"]["S"]: record_of(item) async for item in self._items(keys)}
        present = ((found[entry.pk], entry) for entry in entries if entry.pk in found)
        return [record for record, entry in present if record.keys.get(index) == entry.place]

    async def _items(self, keys: list[dict[str, Any]]) -> AsyncIterator[dict[str, Any]]:
        left = {"Keys": keys, "ConsistentRead": True}
        retry = Retry(self._clock, self._chance)
        while left and left["Keys"]:
            answer = self._call("BatchGetItem", {"RequestItems": {self._table: left}})
            items = answer["Responses"].get(self._table, [])
            for item in items:
                yield item
            left = answer.get("UnprocessedKeys", {}).get(self._table, {})
            if left and not items:
                await retry.pause()

    def _item(self, key: dict[str, Any]) -> dict[str, Any]:
        answer = self._call("GetItem", {"TableName": self._table, "Key": key, "ConsistentRead": True})
        item: dict[str, Any] = answer.get("Item", {})
        return item

    def _call(self, operation: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        return ask(self._client, DYNAMODB, operation, payload)


def _within(record: Record, index: str, span: Span) -> bool:
    """Return whether a record is below the upper end, which the request may have included."""
    return not span.high or record.keys[index][1] < span.high


class Retry:
    """The pauses of one call: exponential with full jitter, and no end later than `PATIENCE`."""

    def __init__(self, clock: Clock, chance: Chance) -> None:
        self._clock = clock
        self._chance = chance
        self._end = clock.now() + PATIENCE
        self._longest = PAUSE_SECONDS

    async def pause(self) -> None:
        """Wait before the next try. Raises Unavailable when patience is at its end."""
        seconds = self._chance.fraction() * self._longest
        if self._clock.now() + timedelta(seconds=seconds) > self._end:
            raise Unavailable
        await self._clock.sleep(seconds)
        self._longest = min(PAUSE_MAX_SECONDS, self._longest * 2)
