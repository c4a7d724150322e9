"""What our adapters ask for, against the descriptions of AWS's services that botocore carries.

An emulator may pass over a parameter that AWS does not know. These do not.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, quote

import botocore.session
import pytest
from botocore.model import OperationModel, ServiceModel
from botocore.serialize import create_serializer
from botocore.validate import ParamValidator

from frontdesk.adapters.aws import client as module
from frontdesk.adapters.aws import objects, parameters, schedules
from frontdesk.adapters.aws.client import Answer, AwsError, Service
from frontdesk.adapters.aws.events import EventBus
from frontdesk.adapters.aws.objects import Bucket
from frontdesk.adapters.aws.parameters import Parameters
from frontdesk.adapters.aws.queues import Queue
from frontdesk.adapters.aws.schedules import Schedules
from frontdesk.adapters.aws.signing import encode_path, encode_query
from frontdesk.adapters.aws.store import DynamoStore
from frontdesk.adapters.aws.tables import table_definition
from frontdesk.adapters.memory.clock import FixedClock, SeededChance
from frontdesk.kernel.errors import Unavailable
from frontdesk.kernel.kinds import Index, Kind
from frontdesk.kernel.messages import Message
from frontdesk.kernel.records import Add, Commit, Free, Record, Span, Take, Unchanged
from tests.unit.driver import START, run

SESSION = botocore.session.Session()
SERVICES = [value for value in vars(module).values() if isinstance(value, Service)]
MESSAGE = Message("k:o1:1:0", "Order Created", 1, "o1", 1, START, "req", "{}")
RECORD = Record("order", "o1", 1, 1, "{}", {"list": ("a", "b")}, "f", ("m",))


def described(service: str) -> ServiceModel:
    return SESSION.get_service_model(service)


class Judge:
    """A client that has botocore look at every request."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def call(self, service: Service, operation: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """See `client.AwsClient.call`."""
        model = described(service.name).operation_model(operation)
        report = ParamValidator().validate(dict(payload), model.input_shape)
        assert not report.has_errors(), report.generate_report()
        self.seen.append(operation)
        return {"Responses": {}, "Items": [], "Parameters": []}

    def send(
        self,
        service: Service,
        method: str,
        path: str,
        *,
        query: Iterable[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Answer:
        """See `client.AwsClient.send`."""
        wanted, parameters = self.expected
        report = ParamValidator().validate(parameters, wanted.input_shape)
        assert not report.has_errors(), report.generate_report()
        protocol = described(service.name).metadata["protocol"]
        theirs = create_serializer(protocol).serialize_to_request(parameters, wanted)
        url, _, fixed = theirs["url_path"].partition("?")
        pairs = [(name, str(value)) for name, value in theirs["query_string"].items()]
        assert (method, encode_path(path)) == (theirs["method"], quote(url, safe="/%~"))
        assert encode_query(query) == encode_query([*pairs, *parse_qsl(fixed)])
        if protocol == "rest-json":
            assert json.loads(body or b"{}") == json.loads(theirs["body"] or b"{}")
            assert not body or (headers or {})["content-type"] == theirs["headers"]["Content-Type"]
        else:
            assert body == (theirs["body"] or b"")
        self.seen.append(wanted.name)
        return Answer(200, {}, b"")

    def expect(self, service: str, operation: str, **parameters: Any) -> None:
        """Say what the next REST request is meant to be."""
        self.expected: tuple[OperationModel, dict[str, Any]] = (
            described(service).operation_model(operation),
            parameters,
        )


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_services_are_addressed_as_aws_says(service: Service) -> None:
    about = described(service.name).metadata
    assert about["endpointPrefix"] == service.name
    assert about.get("signingName", service.name) == service.name
    if service.target:
        assert (about["targetPrefix"], about["jsonVersion"]) == (service.target, service.json_version)
    else:
        assert about["protocol"] in {"rest-json", "rest-xml", "query"}


def test_what_the_store_asks_for_is_what_dynamodb_takes() -> None:
    judge = Judge()
    store = DynamoStore(judge, "table-1", FixedClock(START), SeededChance(1))
    guards, adds = (Unchanged("order", "o2", 0),), (Add("orders:n", 1), Add("orders:m", -1, ceiling=5))
    claims = (Take("orders:c", "o1"), Take("orders:d", "o1", START), Free("orders:e", "o1"))
    for work in (
        store.get("order", "o1"),
        store.get_many("order", ["o1"]),
        store.counts(["orders:n"]),
        store.claim("orders:c"),
        store.query("order", "list", "a", Span("b", "c")),
        store.query("order", "list", "a", Span()),
        store.commit(Commit((RECORD,), events=(MESSAGE,))),
        store.commit(Commit((RECORD,), guards, adds, claims)),
    ):
        run(work)
    kind = Kind("order", Message, indexes=(Index("list", lambda _: "a", lambda _: "b"),))
    judge.call(module.DYNAMODB, "CreateTable", table_definition("table-1", [kind]))
    assert len(judge.seen) == 9


def test_what_queues_parameters_and_the_bus_are_asked_for_is_what_they_take() -> None:
    judge = Judge()
    queue, kept = Queue(judge, "https://sqs/1/q"), Parameters(judge)
    queue.send("x", 5)
    queue.receive(3, wait_seconds=1, visibility_seconds=2)
    queue.delete("h")
    queue.hide("h", 5)
    kept.under("/a")
    kept.put_once("/a/b", "x")
    kept.delete("/a/b")
    run(EventBus(judge, "bus", "orders").publish([MESSAGE]))
    assert len(judge.seen) == 8


def test_schedules_go_where_aws_wants_them() -> None:
    judge = Judge()
    made = Schedules(judge, "group", "arn:aws:iam::1:role/r")
    whole = {
        "Name": "orders-1_a.b",
        "GroupName": "group",
        "ScheduleExpression": "at(2026-03-14T10:30:00)",
        "ScheduleExpressionTimezone": "UTC",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ActionAfterCompletion": "DELETE",
        "Target": {"Arn": "arn:aws:sqs:q", "RoleArn": "arn:aws:iam::1:role/r", "Input": "{}"},
    }
    due = START + timedelta(hours=1)
    judge.expect("scheduler", "CreateSchedule", **whole)
    made.set("orders-1_a.b", due, "arn:aws:sqs:q", "{}")
    judge.expect("scheduler", "DeleteSchedule", Name="orders-1_a.b", GroupName="group")
    made.cancel("orders-1_a.b")

    class Existing(Judge):
        def send(self, service: Service, method: str, path: str, **more: Any) -> Answer:
            if method == "POST":
                raise AwsError("ConflictException", "", 409, {})
            return super().send(service, method, path, **more)

    existing = Existing()
    existing.expect("scheduler", "UpdateSchedule", **whole)
    Schedules(existing, "group", "arn:aws:iam::1:role/r").set("orders-1_a.b", due, "arn:aws:sqs:q", "{}")
    assert (judge.seen, existing.seen) == (["CreateSchedule", "DeleteSchedule"], ["UpdateSchedule"])


@pytest.mark.parametrize("key", ["a", "a/b", "é€/x y+z&=?#%", "2026-03-14T09:30:00Z~-_."])
def test_objects_go_where_aws_wants_them(key: str) -> None:
    judge = Judge()
    bucket = Bucket(judge, "failures-1")
    judge.expect("s3", "PutObject", Bucket="failures-1", Key=key, Body=b"x")
    bucket.put(key, b"x")
    judge.expect("s3", "GetObject", Bucket="failures-1", Key=key)
    bucket.get(key)
    judge.expect("s3", "DeleteObject", Bucket="failures-1", Key=key)
    bucket.delete(key)
    judge.expect("s3", "ListObjectsV2", Bucket="failures-1", Prefix=key, EncodingType="url", MaxKeys=1000)
    assert list(bucket.keys(key)) == []
    assert len(judge.seen) == 4


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("ssm", "PutParameter", parameters.EXISTS),
        ("ssm", "PutParameter", parameters.BUSY),
        ("ssm", "DeleteParameter", parameters.MISSING),
        ("scheduler", "CreateSchedule", schedules.EXISTS),
        ("scheduler", "UpdateSchedule", schedules.MISSING),
        ("scheduler", "DeleteSchedule", schedules.MISSING),
        ("dynamodb", "PutItem", "ConditionalCheckFailedException"),
        ("dynamodb", "PutItem", "TransactionConflictException"),
        ("dynamodb", "TransactWriteItems", "TransactionCanceledException"),
        ("dynamodb", "TransactWriteItems", "TransactionInProgressException"),
    ],
)
def test_the_errors_that_we_wait_for_are_those_that_come(service: str, operation: str, code: str) -> None:
    errors = described(service).operation_model(operation).error_shapes
    assert code in {shape.name for shape in errors} | {shape.error_code for shape in errors}


def test_an_error_of_objects_is_one_of_theirs() -> None:
    assert objects.MISSING in {
        shape.name for shape in described("s3").operation_model("GetObject").error_shapes
    }
    with pytest.raises(Unavailable):
        Bucket(_Broken(), "b").put("a", b"")


class _Broken(Judge):
    def send(self, service: Service, method: str, path: str, **more: Any) -> Answer:
        raise AwsError("SlowDown", "", 503, {})
