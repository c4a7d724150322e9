"""Timers: a near one waits in its queue, a far one as a schedule for that queue, a past one not at all."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from frontdesk.adapters.aws.client import SCHEDULER, AwsClient
from frontdesk.adapters.aws.clock import BlockingClock
from frontdesk.adapters.aws.envelope import decode
from frontdesk.adapters.aws.names import Names
from frontdesk.adapters.aws.queues import Queue
from frontdesk.adapters.aws.schedules import Schedules
from frontdesk.adapters.aws.timers import Timers
from frontdesk.kernel.records import CancelTimer, SetTimer
from tests.contract.aws.stage import a_message, everything_in, make_queue

pytestmark = pytest.mark.emulator

GROUP = "default"  # the only one in which the emulator lets a role make schedules
TIMER = "Hold Lapsed"
RECORD = "order:ord_1"


class Stage:
    """A service with one timer that two of its subscribers listen to, and another that one does."""

    def __init__(self, client: AwsClient, names: Names) -> None:
        self.queues = {name: make_queue(client, names, name) for name in ("holds", "letters", "others")}
        self.timers = Timers(
            "orders",
            {TIMER: ("holds", "letters"), "Other": ("others",)},
            names=names,
            queue=self.queue,
            schedules=Schedules(client, GROUP, names.scheduler_role()),
            clock=BlockingClock(),
        )
        self._client = client
        self._names = names

    def queue(self, subscriber: str) -> Queue:
        return self.queues[subscriber]

    def set(self, due: datetime, *, replace: bool = True) -> None:
        """Set the timer."""
        self.timers.apply([SetTimer(RECORD, "hold", due, a_message(name=TIMER))], replace=replace)

    def scheduled(self) -> dict[str, str]:
        """Return by queue when something is scheduled for it."""
        listed = self._client.send(SCHEDULER, "GET", "/schedules", query=[("NamePrefix", "orders-")])
        found = {}
        for schedule in msgspec.json.decode(listed.body)["Schedules"]:
            assert len(schedule["Name"]) <= 64
            path = f"/schedules/{schedule['Name']}"
            whole = msgspec.json.decode(
                self._client.send(SCHEDULER, "GET", path, query=[("groupName", GROUP)]).body
            )
            queue = whole["Target"]["Arn"].rpartition(":")[2]
            if queue.startswith(self._names.prefix):
                found[queue.removeprefix(f"{self._names.prefix}-")] = whole["ScheduleExpression"]
        return found


@pytest.fixture
def stage(client: AwsClient, names: Names) -> Stage:
    return Stage(client, names)


def test_what_is_due_already_is_delivered_at_once_as_of_its_time(stage: Stage) -> None:
    due = datetime.now(UTC) - timedelta(seconds=1)
    stage.set(due)
    for name in ("holds", "letters"):
        (body,) = everything_in(stage.queues[name])
        assert decode(body) == a_message(name=TIMER, at=due)
    assert everything_in(stage.queues["others"]) == []
    assert stage.scheduled() == {}


def test_what_is_due_soon_waits_in_the_queue_and_never_comes_early(stage: Stage) -> None:
    due = datetime.now(UTC) + timedelta(seconds=1.2)
    stage.set(due)
    assert everything_in(stage.queues["holds"]) == []
    (delivery,) = stage.queues["holds"].receive(wait_seconds=5)
    assert datetime.now(UTC) >= due
    assert decode(delivery.body).at == due
    assert stage.scheduled() == {}


def test_what_is_due_later_is_scheduled_for_the_same_queues(stage: Stage) -> None:
    due = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=16)
    expression = f"at({due:%Y-%m-%dT%H:%M:%S})"
    stage.set(due)
    assert stage.scheduled() == {"holds": expression, "letters": expression}

    later = due + timedelta(minutes=1)
    stage.set(later, replace=False)
    assert stage.scheduled()["holds"] == expression
    stage.set(later)
    assert stage.scheduled()["holds"] == f"at({later:%Y-%m-%dT%H:%M:%S})"

    stage.timers.apply([CancelTimer(RECORD, "another")])
    assert len(stage.scheduled()) == 2
    stage.timers.apply([CancelTimer(RECORD, "hold")])
    assert stage.scheduled() == {}


def test_a_quarter_of_an_hour_is_the_longest_that_a_queue_holds_back(stage: Stage) -> None:
    stage.set(datetime.now(UTC) + timedelta(minutes=15))
    assert stage.scheduled() == {}
    stage.set(datetime.now(UTC) + timedelta(minutes=15, seconds=2))
    assert set(stage.scheduled()) == {"holds", "letters"}
