"""Every function may do what its short story needs, and nothing else: without any one permission it cannot be told."""

from collections.abc import Iterator

import pytest

from frontdesk import bootstrap
from frontdesk.entrypoints.operations import OPERATIONS
from frontdesk.manifest.author import manifest
from frontdesk.manifest.shape import Function
from tests.stage.clinic_stories import open_clinic
from tests.stage.deployed import deployed, load_demo
from tests.stage.granted import UNSEEN, UNSEEN_OF_A_KIND, cases, one_of_each, unneeded
from tests.stage.stories import collected
from tests.stage.teller import Teller

pytestmark = [pytest.mark.stage, pytest.mark.timeout(900), pytest.mark.xdist_group("permissions")]

FUNCTIONS = manifest(bootstrap.choose(), OPERATIONS).deployment.functions
SOME = one_of_each(FUNCTIONS)


@pytest.fixture(scope="module")
def teller() -> Iterator[Teller]:
    with deployed("terraform") as desk:
        load_demo(desk)
        # Nobody sweeps but in a story: a sweep between a story's parts would do what the story is to fail at.
        desk.aws("events").disable_rule(Name=f"{desk.stage.prefix}-sweep")
        teller = Teller(desk)
        open_clinic(teller)
        teller.heard = collected(teller)
        yield teller


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_every_function_tells_its_story_and_without_each_action_one_cannot(
    teller: Teller, function: Function
) -> None:
    assert unneeded(teller, function, SOME[function.name]) == []


@pytest.mark.slow  # each permission taken away costs a process, and there are more than two hundred
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_without_any_one_permission_a_functions_story_cannot_be_told(
    teller: Teller, function: Function
) -> None:
    assert unneeded(teller, function, cases(function)) == []


def test_every_action_is_tried_once() -> None:
    tried = [action for found in SOME.values() for action, _ in found]

    assert sorted(tried) == sorted({action for function in FUNCTIONS for action, _ in cases(function)})


def test_whatever_is_not_tried_here_is_shown_elsewhere() -> None:
    granted = {
        action
        for function in FUNCTIONS
        for permission in function.permissions
        for action in permission.actions
    }

    assert set(UNSEEN) <= granted
    assert {action for _, action in UNSEEN_OF_A_KIND} <= granted
