"""What a workstation does in an account: the state's bucket, tidying up, looking at the bus, reading tables."""

import asyncio
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from typer.testing import CliRunner

from frontdesk.adapters.aws.burial import KINDS as LETTERS
from frontdesk.adapters.aws.burial import bury
from frontdesk.adapters.aws.clock import BlockingClock, SystemChance
from frontdesk.adapters.aws.store import DynamoStore
from frontdesk.adapters.aws.tables import table_definition
from frontdesk.bootstrap import choose
from frontdesk.entrypoints.cli import stages
from frontdesk.entrypoints.cli.deploy_state import StateBucket
from frontdesk.entrypoints.cli.main import app
from frontdesk.entrypoints.cli.mending import CommandError
from frontdesk.entrypoints.cli.stage_leftovers import left_of, sweep
from frontdesk.entrypoints.cli.stage_session import Session
from frontdesk.entrypoints.cli.stage_snapshot import StageSnapshot
from frontdesk.entrypoints.cli.stage_tokens import client_of, tokens
from frontdesk.entrypoints.cli.stages import Stage
from frontdesk.entrypoints.cli.verify_watch import Watch
from frontdesk.entrypoints.operations import OPERATIONS
from frontdesk.kernel.messages import Message
from frontdesk.kernel.records import Add, Commit, Record
from frontdesk.manifest.author import manifest

pytestmark = pytest.mark.emulator

DEPLOYMENT = manifest(choose(("catalogue", "orders", "inventory")), OPERATIONS).deployment
LISTENERS = {"inventory": ["Order Created"], "accounting": ["Order Created"]}


def buckets(session: Session) -> list[str]:
    """Return the names of all buckets of the account."""
    return [bucket["Name"] for bucket in session.client("s3").list_buckets()["Buckets"]]


def test_the_bucket_of_states_is_made_once_and_goes_with_the_last_stage(session: Session) -> None:
    state, s3 = StateBucket(session), session.client("s3")
    state.make()
    state.make()
    for stage in ("dev", "dev", "staging"):
        s3.put_object(Bucket=state.name, Key=state.key(stage), Body=b"{}")

    assert s3.get_bucket_versioning(Bucket=state.name)["Status"] == "Enabled"
    assert state.name == f"frontdesk-state-{session.account()}-{session.region}"
    state.forget("dev")
    assert [one["Key"] for one in s3.list_objects_v2(Bucket=state.name)["Contents"]] == [state.key("staging")]
    state.forget("staging")
    assert buckets(session) == []
    state.forget("staging")


def test_a_bucket_that_somebody_else_has_made_stays(session: Session) -> None:
    state = StateBucket(session)
    place = {"LocationConstraint": session.region}
    session.client("s3").create_bucket(Bucket=state.name, CreateBucketConfiguration=place)

    state.make()
    state.forget("dev")

    assert buckets(session) == [state.name]


def test_what_functions_made_is_swept_up_and_no_more_than_that(session: Session) -> None:
    sqs, parameters, schedules = (session.client(name) for name in ("sqs", "ssm", "scheduler"))
    for name in ("/frontdesk-dev/keys/a", "/frontdesk-dev/keys/b", "/frontdesk-dev-anna/keys/a"):
        parameters.put_parameter(Name=name, Value="secret", Type="SecureString")
    for name, queue in (("ours", "frontdesk-dev-inventory"), ("hers", "frontdesk-dev-anna-inventory")):
        asked = sqs.create_queue(QueueName=queue)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=asked, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        schedules.create_schedule(
            Name=name,
            ScheduleExpression="at(2099-01-01T00:00:00)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": arn, "RoleArn": f"arn:aws:iam::{session.account()}:role/frontdesk-dev-scheduler"},
        )

    before = left_of(session, "frontdesk-dev", DEPLOYMENT)
    sweep(session, "frontdesk-dev", DEPLOYMENT)

    assert before == [
        ("queue", "frontdesk-dev-inventory"),
        ("parameter", "/frontdesk-dev/keys/a"),
        ("parameter", "/frontdesk-dev/keys/b"),
        ("schedule", "ours"),
    ]
    assert left_of(session, "frontdesk-dev", DEPLOYMENT) == [("queue", "frontdesk-dev-inventory")]
    assert [one["Name"] for one in schedules.list_schedules()["Schedules"]] == ["hers"]
    assert [one["Name"] for one in parameters.describe_parameters()["Parameters"]] == [
        "/frontdesk-dev-anna/keys/a"
    ]


def test_the_watch_sees_what_the_bus_tells_of_an_order_and_leaves_nothing(
    session: Session, stage: Stage
) -> None:
    events, sqs = session.client("events"), session.client("sqs")
    events.create_event_bus(Name=stage.bus)
    watch = Watch(session, stage)
    watch.start()
    watch.start()
    for name, order in (("Order Created", "ord_1"), ("Order Cancelled", "ord_2")):
        entry = {"Source": "frontdesk", "DetailType": name, "Detail": json.dumps({"order_id": order})}
        events.put_events(Entries=[entry | {"EventBusName": stage.bus}])

    assert watch.seen("ord_2") is None
    entry = {
        "Source": "frontdesk",
        "DetailType": "Order Created",
        "Detail": json.dumps({"order_id": "ord_3"}),
    }
    events.put_events(Entries=[entry | {"EventBusName": stage.bus}])
    assert watch.seen("ord_3") == "Order Created from frontdesk"
    watch.stop()
    assert events.list_rules(EventBusName=stage.bus)["Rules"] == []
    assert sqs.list_queues().get("QueueUrls", []) == []


def stored(session: Session, stage: Stage, at: datetime) -> DynamoStore:
    """Return the table of orders with one order, a counter, and an event of that moment."""
    kinds = [*(kind for service in choose(("orders",)) for kind in service.kinds), *LETTERS]
    name = f"{stage.prefix}-orders"
    session.client("dynamodb").create_table(**table_definition(name, kinds))
    store = DynamoStore(client_of(session), name, BlockingClock(), SystemChance())
    record = Record("order", "ord_1", 1, 1, '{"a":1}')
    commit = Commit(changes=(record,), counters=(Add("held:x", 3),), events=(told("evt_1", at),))
    asyncio.run(store.commit(commit))
    return store


def told(id: str, at: datetime) -> Message:
    """Return an event about the order."""
    return Message(id, "Order Created", 1, "ord_1", 1, at, "cor_1", '{"order_id":"ord_1"}')


def read(session: Session, stage: Stage) -> StageSnapshot:
    """Read the stage, which has one table."""
    return StageSnapshot(session, stage, ["orders"], LISTENERS, lambda _: None)


def test_a_stage_is_read_whole_and_what_was_just_told_is_on_its_way(session: Session, stage: Stage) -> None:
    stored(session, stage, datetime.now(UTC))

    snapshot = read(session, stage)

    assert [(record.id, record.body) for record in snapshot.scan("order")] == [("ord_1", '{"a":1}')]
    assert list(snapshot.scan("invoice")) == []
    assert list(snapshot.counters("held:")) == [("held:x", 3)]
    assert list(snapshot.counters("free:")) == []
    found = [(event.key, event.subscriber, event.is_dead) for event in snapshot.undelivered("order_id")]
    assert sorted(found) == [("ord_1", "accounting", False), ("ord_1", "inventory", False)]


def test_what_was_told_long_ago_is_on_its_way_to_those_alone_whose_queue_holds_something(
    session: Session, stage: Stage
) -> None:
    stored(session, stage, datetime(2026, 1, 1, tzinfo=UTC))
    sqs = session.client("sqs")
    for subscriber in LISTENERS:
        sqs.create_queue(QueueName=f"{stage.prefix}-{subscriber}")
    sqs.send_message(
        QueueUrl=sqs.get_queue_url(QueueName=f"{stage.prefix}-accounting")["QueueUrl"], MessageBody="{}"
    )

    assert [event.subscriber for event in read(session, stage).undelivered("order_id")] == ["accounting"]


def test_a_dead_letter_is_read_with_its_cause(session: Session, stage: Stage) -> None:
    store = stored(session, stage, datetime(2026, 1, 1, tzinfo=UTC))
    asyncio.run(
        bury(store, "inventory", told("evt_2", datetime(2026, 1, 1, tzinfo=UTC)), tries=8, cause="KeyError")
    )

    found = [(e.key, e.subscriber, e.error, e.is_dead) for e in read(session, stage).undelivered("order_id")]

    assert found == [("ord_1", "inventory", "KeyError", True)]


def test_whoever_may_read_the_key_of_a_stage_issues_its_tokens(session: Session, stage: Stage) -> None:
    token = tokens(stage, session).issue("operator", ["operate"], {"shop:x": "owner"})

    caller = tokens(stage, session).verify(token)
    assert (caller.subject, caller.grants) == ("operator", {"shop:x": "owner"})
    kept = session.client("ssm").get_parameters_by_path(Path="/frontdesk-dev/keys")["Parameters"]
    assert [parameter["Type"] for parameter in kept] == ["SecureString"]


@pytest.mark.usefixtures("session")
def test_the_tokens_of_another_issuer_are_not_ours_to_make(stage: Stage) -> None:
    other = Stage(
        **{name: getattr(stage, name) for name in stage.__struct_fields__} | {"issuer": "https://id.example"}
    )

    with pytest.raises(CommandError, match=re.escape("The tokens of dev come from https://id.example.")):
        tokens(other)


def logged(*words: str) -> Any:
    """Run `frontdesk logs --stage dev` with these words."""
    return CliRunner().invoke(app, ["logs", "--stage", "dev", *words])


def test_lines_of_all_functions_come_in_the_order_of_time(session: Session, stage: Stage) -> None:
    stages.remember(stage)
    client, now = session.client("logs"), int(datetime.now(UTC).timestamp() * 1000)
    for function, age, text in (
        ("orders-http", 2_000, "second"),
        ("orders-relay", 4_000, "first"),
        ("x", 9**9, "old"),
    ):
        group = f"/aws/lambda/{stage.prefix}-{function}"
        client.create_log_group(logGroupName=group)
        client.create_log_stream(logGroupName=group, logStreamName="s")
        event = {"timestamp": now - age, "message": f"{text}\tline\n"}
        client.put_log_events(logGroupName=group, logStreamName="s", logEvents=[event])

    shown = logged("--since", "1m").stdout.splitlines()

    assert [line.split(" ", 2)[2] for line in shown] == ["orders-relay first line", "orders-http second line"]
    one = logged("--function", "orders-http", "--json")
    assert json.loads(one.stdout)["message"] == "second\tline"


def test_a_function_that_is_not_there_is_said_so(stage: Stage) -> None:
    stages.remember(stage)

    refused = logged("--function", "none")

    assert isinstance(refused.exception, CommandError)
    assert "There is no log group /aws/lambda/frontdesk-dev-none." in str(refused.exception)
