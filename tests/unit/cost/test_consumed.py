"""What the price of an order rests on is what DynamoDB says that it consumed."""

from collections import Counter
from collections.abc import Mapping
from itertools import count
from typing import Any

import pytest

from frontdesk.adapters.aws.client import DYNAMODB, AwsClient, AwsSettings, Service
from frontdesk.adapters.aws.credentials import from_environment
from frontdesk.adapters.aws.store import DynamoStore
from frontdesk.adapters.aws.tables import table_definition
from frontdesk.adapters.memory.clock import FixedClock, SeededChance
from frontdesk.bootstrap import choose
from frontdesk.cost.story import START, Shop
from frontdesk.kernel.ports import Store
from frontdesk.kernel.services import Service as Business
from tests.emulator import CREDENTIALS, REGION, emulator_url

__all__ = ["emulator_url"]

pytestmark = pytest.mark.emulator


class Counting:
    """A client that asks each time what was consumed, and adds it up."""

    def __init__(self, client: AwsClient) -> None:
        self.consumed: Counter[str] = Counter()
        self._client = client

    def call(self, service: Service, operation: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        answer = self._client.call(service, operation, {**payload, "ReturnConsumedCapacity": "INDEXES"})
        if operation == "BatchGetItem":  # the emulator does not say: a unit for each, as all are below 4 KB
            self.consumed["read"] += sum(len(asked["Keys"]) for asked in payload["RequestItems"].values())
        found = answer.get("ConsumedCapacity", [])
        for one in found if isinstance(found, list) else [found]:
            entries = sum(index["CapacityUnits"] for index in one.get("GlobalSecondaryIndexes", {}).values())
            is_write = operation in {"PutItem", "TransactWriteItems"}
            self.consumed["indexed" if is_write else "read"] += entries
            self.consumed["written" if is_write else "read"] += one["CapacityUnits"] - entries
        return answer


def test_an_order_consumes_what_it_is_priced_at(emulator_url: str) -> None:
    settings = AwsSettings(region=REGION, credentials=from_environment(CREDENTIALS), endpoint=emulator_url)
    client = AwsClient(settings)
    counting, clock = Counting(client), FixedClock(START)
    seeds = count(1)  # two stores must not give two transactions one token

    def store(service: Business) -> Store:
        name = f"cost-{service.name}"
        client.call(DYNAMODB, "CreateTable", table_definition(name, service.kinds))
        return DynamoStore(counting, name, clock, SeededChance(next(seeds)))

    shop = Shop(choose(["catalogue", "orders", "inventory", "accounting"]), store)
    shop.open()
    counting.consumed.clear()
    shop.sell()

    steps = shop.steps
    client.close()
    assert counting.consumed == {
        "written": sum(step.written for step in steps),
        "indexed": sum(step.indexed for step in steps),
        "read": sum(step.read for step in steps),
    }
