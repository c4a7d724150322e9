"""Timers: to whom, how, and under which name."""

import json
from datetime import timedelta

import pytest

from frontdesk.adapters.aws.envelope import decode
from frontdesk.adapters.aws.names import Names
from frontdesk.adapters.aws.queues import Queue
from frontdesk.adapters.aws.schedules import Schedules
from frontdesk.adapters.aws.timers import Timers
from frontdesk.adapters.memory.clock import FixedClock
from frontdesk.kernel.messages import Message
from frontdesk.kernel.records import CancelTimer, SetTimer
from tests.unit.aws.scripted_client import ScriptedClient
from tests.unit.driver import START

NAMES = Names("frontdesk-dev", "eu-west-1", "1")
LISTENERS = {"Hold Lapsed": ("holds", "letters"), "Pay Lapsed": ("letters",)}


def a_timer(
    seconds: float, name: str = "hold", record: str = "order:o1", event: str = "Hold Lapsed"
) -> SetTimer:
    message = Message(f"{record}:1:{name}", event, 1, "o1", 1, START, "req", "{}")
    return SetTimer(record, name, START + timedelta(seconds=seconds), message)


def applied(*timers: SetTimer | CancelTimer, service: str = "orders", names: Names = NAMES) -> ScriptedClient:
    """Return what a client was asked for."""
    client = ScriptedClient({})
    Timers(
        service,
        LISTENERS,
        names=names,
        queue=lambda subscriber: Queue(client, subscriber),
        schedules=Schedules(client, "group", "role"),
        clock=FixedClock(START),
    ).apply(timers)
    return client


@pytest.mark.parametrize(
    ("due", "delay"), [(-5, 0), (0, 0), (0.001, 1), (1, 2), (59.5, 60), (899, 900), (899.999, 900)]
)
def test_a_near_timer_waits_in_the_queue_a_little_longer_rather_than_less(due: float, delay: int) -> None:
    client = applied(a_timer(due, event="Pay Lapsed"))
    ((_, operation, payload),) = client.calls
    assert (operation, payload["QueueUrl"], payload["DelaySeconds"]) == ("SendMessage", "letters", delay)
    assert decode(payload["MessageBody"]).at == START + timedelta(seconds=due)


def test_a_far_timer_is_scheduled_for_the_queue_of_everybody_who_listens() -> None:
    client = applied(a_timer(900))
    assert [operation.partition("orders-")[0] for operation in client.asked()] == ["POST /schedules/"] * 2
    arns = [json.loads(payload)["Target"]["Arn"] for _, _, payload in client.calls]
    assert arns == [NAMES.queue_arn("frontdesk-dev-holds"), NAMES.queue_arn("frontdesk-dev-letters")]


def test_a_timer_that_nobody_listens_to_asks_for_nothing() -> None:
    assert applied(a_timer(5, event="Unheard")).calls == []


def test_cancelling_takes_back_exactly_what_setting_made() -> None:
    made = [operation.partition(" ")[2] for operation in applied(a_timer(9_000)).asked()]
    gone = applied(CancelTimer("order:o1", "hold")).asked()
    assert gone == [f"DELETE {path}" for path in made]


def test_no_two_timers_share_a_schedule() -> None:
    others = [
        applied(a_timer(9_000)),
        applied(a_timer(9_000, name="pay")),
        applied(a_timer(9_000, record="order:o2")),
        applied(a_timer(9_000, record="parcel:o1")),
        applied(a_timer(9_000), names=Names("frontdesk-other", "eu-west-1", "1")),
        applied(a_timer(9_000, name="1hold", record="order:o")),
    ]
    paths = [operation for client in others for operation in client.asked()]
    assert len(set(paths)) == len(paths) == 12


def test_a_name_is_one_that_aws_takes_however_long_the_service_is() -> None:
    for path in applied(a_timer(9_000), service="s" * 60).asked():
        name = path.removeprefix("POST /schedules/")
        assert len(name) == 64
        assert name.replace("-", "").isalnum()


def test_timers_are_applied_in_their_order() -> None:
    client = applied(
        a_timer(9_000, event="Pay Lapsed"), CancelTimer("order:o1", "hold"), a_timer(3, event="Pay Lapsed")
    )
    assert [operation.partition(" ")[0] for operation in client.asked()] == [
        "POST",
        "DELETE",
        "DELETE",
        "SendMessage",
    ]
