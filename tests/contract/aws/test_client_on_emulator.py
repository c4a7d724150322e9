"""Our client against a server that somebody else wrote: what the store on DynamoDB relies on."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from frontdesk.adapters.aws.client import DYNAMODB, EVENTS, SQS, AwsClient, AwsError, Service

pytestmark = pytest.mark.emulator

Item = dict[str, dict[str, Any]]


class Table:
    """A fresh table with the partition key `pk`, and short words for what the tests do to it."""

    def __init__(self, client: AwsClient) -> None:
        self.client = client
        self.name = f"test-{uuid4().hex}"
        self.call(
            "CreateTable",
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )

    def call(self, operation: str, **payload: Any) -> dict[str, Any]:
        return self.client.call(DYNAMODB, operation, {"TableName": self.name, **payload})

    def create(self, item: Item) -> dict[str, Any]:
        """Return the action that puts an item which must not exist yet."""
        return {
            "TableName": self.name,
            "Item": item,
            "ConditionExpression": "attribute_not_exists(pk)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }

    def transact(self, *actions: dict[str, Any], token: str) -> dict[str, Any]:
        return self.client.call(
            DYNAMODB, "TransactWriteItems", {"TransactItems": list(actions), "ClientRequestToken": token}
        )

    def read(self, pk: str) -> Item | None:
        found: Item | None = self.call("GetItem", Key={"pk": {"S": pk}}, ConsistentRead=True).get("Item")
        return found


@pytest.fixture
def table(client: AwsClient) -> Table:
    return Table(client)


def item(pk: str, **strings: str) -> Item:
    return {"pk": {"S": pk}, **{name: {"S": text} for name, text in strings.items()}}


def test_a_table_is_created_and_described(table: Table) -> None:
    description = table.call("DescribeTable")["Table"]

    assert description["TableName"] == table.name
    assert description["KeySchema"] == [{"AttributeName": "pk", "KeyType": "HASH"}]


def test_what_was_put_is_read_back(table: Table) -> None:
    table.call("PutItem", Item=item("a", d='{"name":"Zoë €"}', w="token"))

    assert table.read("a") == item("a", d='{"name":"Zoë €"}', w="token")
    assert table.read("b") is None


def test_a_refused_condition_shows_the_item_that_is_there(table: Table) -> None:
    table.call("PutItem", Item=item("a", w="first"))

    with pytest.raises(AwsError) as caught:
        table.client.call(DYNAMODB, "PutItem", table.create(item("a", w="second")))

    assert caught.value.code == "ConditionalCheckFailedException"
    assert caught.value.body["Item"] == item("a", w="first")
    assert table.read("a") == item("a", w="first")


def test_a_refused_transaction_gives_a_reason_for_each_action_in_order(table: Table) -> None:
    table.call("PutItem", Item=item("claim", o="somebody"))

    with pytest.raises(AwsError) as caught:
        table.transact(
            {"Put": table.create(item("a"))}, {"Put": table.create(item("claim"))}, token=uuid4().hex
        )

    assert caught.value.code == "TransactionCanceledException"
    reasons = caught.value.body["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["None", "ConditionalCheckFailed"]
    assert reasons[1]["Item"] == item("claim", o="somebody")
    assert table.read("a") is None


def test_a_repeated_transaction_with_the_same_token_succeeds_once(table: Table) -> None:
    token = uuid4().hex
    for _ in range(2):
        table.transact({"Put": table.create(item("a"))}, {"Put": table.create(item("b"))}, token=token)

    assert table.read("a") == item("a")


def test_many_threads_race_for_one_item_and_one_wins(table: Table) -> None:
    def race(number: int) -> str:
        try:
            table.client.call(DYNAMODB, "PutItem", table.create(item("prize", o=str(number))))
        except AwsError as lost:
            return lost.code
        return "won"

    with ThreadPoolExecutor(16) as threads:
        outcomes = sorted(threads.map(race, range(16)))

    assert outcomes == ["ConditionalCheckFailedException"] * 15 + ["won"]


def test_a_call_to_a_table_that_is_not_there_is_a_typed_error(client: AwsClient) -> None:
    with pytest.raises(AwsError) as caught:
        client.call(DYNAMODB, "GetItem", {"TableName": "nowhere", "Key": {"pk": {"S": "a"}}})

    assert caught.value.code == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("service", "operation", "payload", "answered"),
    [
        (EVENTS, "ListEventBuses", {}, "EventBuses"),
        (SQS, "CreateQueue", {"QueueName": "q"}, "QueueUrl"),
    ],
)
def test_the_other_json_services_answer_too(
    client: AwsClient, service: Service, operation: str, payload: dict[str, Any], answered: str
) -> None:
    assert answered in client.call(service, operation, payload)
