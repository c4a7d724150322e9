"""Schedules: set, replaced, left alone, cancelled, and gone when they have fired."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from frontdesk.adapters.aws.client import SCHEDULER, AwsClient, AwsError
from frontdesk.adapters.aws.names import Names
from frontdesk.adapters.aws.schedules import Schedules
from tests.contract.aws.stage import everything_in, make_queue
from tests.contract.examples import START

pytestmark = pytest.mark.emulator

GROUP = "default"  # the only one in which the emulator lets a role make schedules
FIRES_WITHIN = 15.0  # seconds; the emulator looks every ten


def kept(client: AwsClient, name: str) -> Mapping[str, Any]:
    """Read a schedule back."""
    answer = client.send(SCHEDULER, "GET", f"/schedules/{name}", query=[("groupName", GROUP)])
    found: dict[str, Any] = msgspec.json.decode(answer.body)
    return found


@pytest.fixture
def schedules(client: AwsClient, names: Names) -> Schedules:
    return Schedules(client, GROUP, names.scheduler_role())


def test_a_schedule_is_kept_for_one_second_in_utc_and_no_other(
    client: AwsClient, names: Names, schedules: Schedules
) -> None:
    arn = names.queue_arn("q")
    schedules.set(names.prefix, START + timedelta(days=400, microseconds=1), arn, '{"a":"b"}')
    found = kept(client, names.prefix)
    assert found["ScheduleExpression"] == "at(2027-04-18T09:30:01)"
    assert found["ScheduleExpressionTimezone"] == "UTC"
    assert found["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert found["ActionAfterCompletion"] == "DELETE"
    target = found["Target"]
    assert (target["Arn"], target["RoleArn"], target["Input"]) == (arn, names.scheduler_role(), '{"a":"b"}')


def test_a_schedule_that_is_set_again_is_another_or_left_alone(
    client: AwsClient, names: Names, schedules: Schedules
) -> None:
    later = START + timedelta(days=400)
    schedules.set(names.prefix, later, "arn:aws:sqs:eu-west-1:000000000000:q", "one")
    schedules.set(names.prefix, later, "arn:aws:sqs:eu-west-1:000000000000:q", "two")
    assert kept(client, names.prefix)["Target"]["Input"] == "two"
    schedules.set(names.prefix, later, "arn:aws:sqs:eu-west-1:000000000000:q", "three", replace=False)
    assert kept(client, names.prefix)["Target"]["Input"] == "two"


def test_cancelling_is_fine_also_when_there_is_nothing_to_cancel(
    client: AwsClient, names: Names, schedules: Schedules
) -> None:
    schedules.set(names.prefix, START + timedelta(days=400), "arn:aws:sqs:eu-west-1:000000000000:q", "one")
    schedules.cancel(names.prefix)
    with pytest.raises(AwsError, match="ResourceNotFoundException"):
        kept(client, names.prefix)
    schedules.cancel(names.prefix)


def test_a_schedule_fires_into_its_queue_and_is_gone(
    client: AwsClient, names: Names, schedules: Schedules
) -> None:
    queue = make_queue(client, names, "orders")
    due = datetime.now(UTC) + timedelta(seconds=1)
    schedules.set(names.prefix, due, names.queue_arn(names.queue("orders")), "now")
    until = time.monotonic() + FIRES_WITHIN
    arrived: list[str] = []
    while not arrived and time.monotonic() < until:
        time.sleep(0.2)
        arrived = everything_in(queue)
    assert arrived == ["now"]
    assert datetime.now(UTC) >= due
    with pytest.raises(AwsError, match="ResourceNotFoundException"):
        kept(client, names.prefix)
