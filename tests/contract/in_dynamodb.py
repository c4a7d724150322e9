"""The store on DynamoDB: a fresh table in the emulator, read back through its stream as a relay would."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from threading import Lock
from typing import Any

from frontdesk.adapters.aws import burial
from frontdesk.adapters.aws.calls import Client
from frontdesk.adapters.aws.client import DYNAMODB, AwsClient, AwsError, AwsSettings, Service, Unreachable
from frontdesk.adapters.aws.credentials import CredentialCache
from frontdesk.adapters.aws.items import Item, events_of, timers_of
from frontdesk.adapters.aws.signing import Credentials
from frontdesk.adapters.aws.store import DynamoStore
from frontdesk.adapters.aws.tables import table_definition
from frontdesk.adapters.memory.clock import SeededChance
from frontdesk.kernel.records import SetTimer
from tests.contract.examples import KINDS, START
from tests.contract.stores import Moment, StoreUnderTest
from tests.contract.workers import StillClock, Threads

STREAMS = Service("dynamodb", "DynamoDBStreams_20120810", "1.0")
WRITES = ("PutItem", "TransactWriteItems")
_SERIAL = count()


class BusyTable:
    """Answers as DynamoDB does, and the emulator does not, when transactions meet: the later one is cancelled.

    Breaks a write when told to, too.
    """

    def __init__(self, client: Client) -> None:
        self.met = 0
        self._client = client
        self._lock = Lock()
        self._busy: set[str] = set()
        self._broken: Moment | None = None

    def break_next(self, moment: Moment) -> None:
        """See `StoreUnderTest.break_next_commit`."""
        self._broken = moment

    def call(self, service: Service, operation: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """See `AwsClient.call`."""
        if operation not in WRITES:
            return self._client.call(service, operation, payload)
        keys = _keys(payload)
        with self._lock:
            broken, self._broken = self._broken, None
            if met := self._busy.intersection(keys):
                self.met += 1
                raise _meeting(operation, keys, met)
            self._busy.update(keys)
        try:
            if broken == "before":
                raise Unreachable("the wire was cut", sent=True)
            answer = self._client.call(service, operation, payload)
        finally:
            with self._lock:
                self._busy.difference_update(keys)
        if broken == "after":
            raise Unreachable("the wire was cut", sent=True)
        return answer


@contextmanager
def open_dynamodb(endpoint: str) -> Iterator[StoreUnderTest]:
    """Open a table of its own, and remove it in the end."""
    with client_of(endpoint) as client, fresh_table(client) as table:
        clock = StillClock(START)
        chance = SeededChance(next(_SERIAL))  # the emulator remembers the request tokens of other tests
        busy = BusyTable(client)
        yield StoreUnderTest(
            DynamoStore(busy, table, clock, chance),
            clock,
            Threads(),
            events=lambda: [event for item in images(client, table) for event in events_of(item)],
            timers=lambda: _timers(client, table),
            settle=lambda: None,
            break_next_commit=busy.break_next,
        )


@contextmanager
def client_of(endpoint: str) -> Iterator[AwsClient]:
    """Open a client of the emulator."""
    credentials = CredentialCache(lambda: Credentials("test", "test"))
    client = AwsClient(AwsSettings(region="eu-west-1", credentials=credentials, endpoint=endpoint))
    yield client
    client.close()


@contextmanager
def fresh_table(client: AwsClient) -> Iterator[str]:
    """Create a table that nobody else uses, and remove it in the end."""
    table = f"contract-{next(_SERIAL)}"
    client.call(DYNAMODB, "CreateTable", table_definition(table, (*KINDS, *burial.KINDS)))
    yield table
    client.call(DYNAMODB, "DeleteTable", {"TableName": table})


def images(client: AwsClient, table: str) -> Iterator[Item]:
    """Yield every item as each write left it, in the order of the writes."""
    (stream,) = client.call(STREAMS, "ListStreams", {"TableName": table})["Streams"]
    described = client.call(STREAMS, "DescribeStream", {"StreamArn": stream["StreamArn"]})
    (shard,) = described["StreamDescription"]["Shards"]
    start = {
        "StreamArn": stream["StreamArn"],
        "ShardId": shard["ShardId"],
        "ShardIteratorType": "TRIM_HORIZON",
    }
    place = client.call(STREAMS, "GetShardIterator", start)["ShardIterator"]
    while records := (answer := client.call(STREAMS, "GetRecords", {"ShardIterator": place}))["Records"]:
        yield from (r["dynamodb"]["NewImage"] for r in records if "NewImage" in r["dynamodb"])
        place = answer["NextShardIterator"]


def _timers(client: AwsClient, table: str) -> dict[tuple[str, str], SetTimer]:
    """Do with the timers of the stream what a scheduler would."""
    found: dict[tuple[str, str], SetTimer] = {}
    for item in images(client, table):
        for timer in timers_of(item):
            if isinstance(timer, SetTimer):
                found[timer.record_id, timer.name] = timer
            else:
                found.pop((timer.record_id, timer.name), None)
    return found


def _keys(payload: Mapping[str, Any]) -> list[str]:
    parts = [next(iter(action.values())) for action in payload.get("TransactItems", [])] or [payload]
    keys: list[str] = [part.get("Item", part.get("Key"))["pk"]["S"] for part in parts]
    return keys


def _meeting(operation: str, keys: list[str], met: set[str]) -> AwsError:
    if operation == "PutItem":
        return AwsError("TransactionConflictException", "", 400, {})
    reasons = [{"Code": "TransactionConflict" if key in met else "None"} for key in keys]
    return AwsError("TransactionCanceledException", "", 400, {"CancellationReasons": reasons})
