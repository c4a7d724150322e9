"""Terraform and the CDK make the same stage of the same manifest and the same variables."""

from collections.abc import Callable, Iterator

import boto3
import pytest

from tests.emulator import ACCOUNT, CREDENTIALS, REGION, running_emulator
from tests.infra.cdk.synth import OPTIONS, cdk_or_skip, synthesised, variables, whole_shop
from tests.infra.shapes import cloudformation, terraform
from tests.infra.shapes.shape import Shape, differences, places_of
from tests.infra.terraform.workspace import Workspace, terraform_or_skip

pytestmark = [
    pytest.mark.stage,
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("cdk"),
]  # and its templates

# What no plan can know: what AWS will call things, and what is made of that. tests/infra/cdk says what the CDK makes of
# each of these, tests/stage that the functions of both find each other.
LATER_THAN_A_PLAN = {
    "authorizers": {"*"},  # our own issuer: where the API will be
    "alarms": {"of", "tells.*"},
    "dashboards": {""},
    "functions": {"environment", "role"},
    "integrations": {"*"},
    "invokers": {"*"},
    "mappings": {"failures", "source"},
    "routes": {"target"},
    "rules": {"targets.*.arn"},
    "stages": {"logs.*"},
}
CASES = {
    "the whole shop": ("dev", "", {}),
    "a clinic alone": ("dev", "appointments notifications", {}),
    "some services, every option": ("production", "catalogue identity orders", OPTIONS),
}

Both = tuple[Shape, Shape]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Both]]:
    """Return what gives the two shapes of a case, Terraform's first."""
    terraform_or_skip()
    cdk_or_skip()
    made: dict[str, Both] = {}
    with running_emulator() as url:
        _bus_of_somebody_else(url)
        workspace = Workspace(tmp_path_factory.mktemp("terraform"), url)
        workspace.initialise()

        def shapes(case: str) -> Both:
            if case not in made:
                stage, services, options = CASES[case]
                given = variables(tmp_path_factory.mktemp("stage"), stage, services, **options)
                template = synthesised(given) if services else whole_shop()
                workspace.plan(given)
                by_terraform = terraform.shape_of(workspace.planned())
                made[case] = by_terraform, cloudformation.shape_of(template, ACCOUNT, REGION)
            return made[case]

        yield shapes


@pytest.mark.parametrize("case", CASES)
def test_both_tools_make_the_same(both: Callable[[str], Both], case: str) -> None:
    by_terraform, by_cdk = both(case)

    assert differences(by_terraform, by_cdk) == {}


@pytest.mark.parametrize("case", CASES)
def test_nothing_is_made_that_is_not_compared(both: Callable[[str], Both], case: str) -> None:
    by_terraform, by_cdk = both(case)

    assert by_terraform["not compared"] == by_cdk["not compared"] == {}


@pytest.mark.parametrize("case", CASES)
def test_a_plan_leaves_open_only_what_no_plan_can_know(both: Callable[[str], Both], case: str) -> None:
    by_terraform, _ = both(case)

    later = {
        section: {place for found in named.values() for place in places_of(found)}
        for section, named in by_terraform.items()
    }
    surprising = {
        section: places - LATER_THAN_A_PLAN.get(section, set()) for section, places in later.items()
    }

    assert {section: places for section, places in surprising.items() if places} == {}


def test_the_environment_of_functions_is_the_same_where_a_plan_knows_it(both: Callable[[str], Both]) -> None:
    by_terraform, by_cdk = both("some services, every option")

    told = {name: found["environment"] for name, found in by_terraform["functions"].items()}

    assert told == {name: found["environment"] for name, found in by_cdk["functions"].items()}
    assert told["frontdesk-production-catalogue-http"]["FRONTDESK_BUS"] == "serverless-snacks-orders"


def _bus_of_somebody_else(url: str) -> None:
    events = boto3.client(
        "events",
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    )
    events.create_event_bus(Name=OPTIONS["bus_name"])
