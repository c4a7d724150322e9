"""Schedules: what AWS is asked for when a schedule appears or disappears between two calls."""

from datetime import timedelta

import pytest

from frontdesk.adapters.aws.client import AwsError
from frontdesk.adapters.aws.schedules import Schedules
from frontdesk.kernel.errors import Unavailable
from tests.unit.aws.scripted_client import SILENCE, Outcome, ScriptedClient, refused
from tests.unit.driver import START

EXISTS, MISSING = refused("ConflictException", 409), refused("ResourceNotFoundException", 404)


def set_with(*outcomes: Outcome, replace: bool = True) -> list[str]:
    """Set one, and return the methods that were used."""
    client = ScriptedClient(*outcomes)
    Schedules(client, "group", "role").set("a", START + timedelta(hours=1), "arn", "{}", replace=replace)
    return [operation.partition(" ")[0] for operation in client.asked()]


def test_a_schedule_is_created_or_else_updated() -> None:
    assert set_with({}) == ["POST"]
    assert set_with(EXISTS, {}) == ["POST", "PUT"]
    assert set_with(EXISTS, replace=False) == ["POST"]


def test_one_that_fires_between_the_calls_makes_room() -> None:
    assert set_with(EXISTS, MISSING, {}) == ["POST", "PUT", "POST"]


def test_one_that_keeps_coming_and_going_is_left_for_later() -> None:
    with pytest.raises(Unavailable):
        set_with(EXISTS, MISSING, EXISTS)


def test_cancelling_names_the_group_and_takes_a_missing_one_for_done() -> None:
    client = ScriptedClient(MISSING)
    Schedules(client, "group", "role").cancel("a")
    assert client.calls == [("scheduler", "DELETE /schedules/a", {"groupName": "group"})]


@pytest.mark.parametrize(
    ("failure", "raised"),
    [
        (SILENCE, Unavailable),
        (refused("Throttled", 429), Unavailable),
        (refused("AccessDeniedException", 403), AwsError),
    ],
)
def test_what_passes_is_told_from_what_does_not(failure: Outcome, raised: type[Exception]) -> None:
    with pytest.raises(raised):
        set_with(failure)
    with pytest.raises(raised):
        Schedules(ScriptedClient(failure), "group", "role").cancel("a")
