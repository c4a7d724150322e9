"""The smallest deployment, made and taken away on the emulator, which enforces what every role may do.

What a plan cannot show yet, because it has an id only afterwards, is looked up in the state.
"""

import http.client
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.infra.terraform.conftest import SMALLEST, Variables, client
from tests.infra.terraform.planned import ACCOUNT, IN_REGION, manifest_of
from tests.infra.terraform.workspace import Workspace, changed

pytestmark = [pytest.mark.stage, pytest.mark.timeout(900)]

PREFIX = "frontdesk-dev-tf"
DRIFT = {  # the emulator does not give these back as they were written
    "aws_apigatewayv2_authorizer",
    "aws_cloudwatch_metric_alarm",
}

Made = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def workspace(
    tmp_path_factory: pytest.TempPathFactory, emulator: str, variables: Variables
) -> Iterator[Workspace]:
    """Make the stage, and destroy it in the end if no test did."""
    made = Workspace(tmp_path_factory.mktemp("apply"), emulator)
    made.initialise()
    given = variables("dev-tf", SMALLEST)
    made.plan(given)
    made.apply()
    yield made
    if made.outputs():
        made.plan(given, destroy=True)
        made.apply()


@pytest.fixture(scope="module")
def made(workspace: Workspace) -> Made:
    """Return everything that was made, by type."""
    return workspace.resources()


def answer(url: str, path: str) -> int:
    """Return the status of an answer."""
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.netloc, timeout=30)
    try:
        connection.request("GET", where.path + path)
        return connection.getresponse().status
    finally:
        connection.close()


def test_public_pages_are_open_and_the_rest_is_not(workspace: Workspace) -> None:
    outputs = workspace.outputs()

    assert outputs["issuer"] == outputs["api_url"]
    assert answer(outputs["api_url"], "/.well-known/openid-configuration") == 200
    assert answer(outputs["api_url"], "/shops") == 401
    assert answer(outputs["api_url"], "/nowhere") == 404


def test_it_tells_where_everything_is(workspace: Workspace) -> None:
    outputs, asked = workspace.outputs(), manifest_of(SMALLEST).deployment

    assert outputs["functions"] == {each.name: f"{PREFIX}-{each.name}" for each in asked.functions}
    assert outputs["tables"] == {each.name: f"{PREFIX}-{each.name}" for each in asked.tables}
    assert outputs["queues"].keys() == {each.name for each in asked.queues}
    assert outputs["dead_letter_queues"].keys() == outputs["queues"].keys()
    assert outputs["parking_queues"].keys() == set(asked.parked)
    assert outputs["bus"] == PREFIX
    assert outputs["alarm_topic"].endswith(f":{PREFIX}-alarms")


def test_a_function_is_called_by_its_own_api_and_its_own_schedule(made: Made) -> None:
    (api,) = made["aws_apigatewayv2_api"]
    callers = {
        "apigateway.amazonaws.com": f"{api['execution_arn']}/*/*",
        "events.amazonaws.com": f"arn:aws:events:{IN_REGION}:rule/{PREFIX}-sweep",
    }

    assert {(each["principal"], each["source_arn"]) for each in made["aws_lambda_permission"]} == set(
        callers.items()
    )


def test_a_relay_reads_its_own_stream_and_keeps_what_fails(made: Made) -> None:
    streams = {table["name"]: table["stream_arn"] for table in made["aws_dynamodb_table"]}
    relays = [each for each in made["aws_lambda_event_source_mapping"] if each["filter_criteria"]]

    assert {each["function_name"].rpartition(":")[2]: each["event_source_arn"] for each in relays} == {
        f"{name}-relay": arn for name, arn in streams.items()
    }
    for each in relays:
        (destination,) = each["destination_config"]
        assert destination["on_failure"] == [{"destination_arn": f"arn:aws:s3:::{PREFIX}-failures-{ACCOUNT}"}]


def test_every_alarm_tells_the_topic_and_watches_the_api(made: Made, emulator: str) -> None:
    (topic,), (api,) = made["aws_sns_topic"], made["aws_apigatewayv2_api"]
    found = client("cloudwatch", emulator).describe_alarms(AlarmNamePrefix=PREFIX)["MetricAlarms"]
    alarms = {each["AlarmName"]: each for each in found}

    assert len(alarms) == len(manifest_of(SMALLEST).deployment.alarms)
    for alarm in alarms.values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [topic["arn"]]
    for name in ("api-errors", "api-latency"):
        assert alarms[f"{PREFIX}-{name}"]["Dimensions"] == [{"Name": "ApiId", "Value": api["id"]}]


def test_routes_lead_to_their_function_and_its_authorizer(made: Made) -> None:
    integrations = {each["id"]: each["description"] for each in made["aws_apigatewayv2_integration"]}
    (authorizer,) = made["aws_apigatewayv2_authorizer"]

    for route in manifest_of(SMALLEST).deployment.routes:
        (found,) = [each for each in made["aws_apigatewayv2_route"] if each["route_key"] == route.route_key]
        assert integrations[found["target"].removeprefix("integrations/")] == route.function
        assert (found["authorizer_id"] or None) == (None if route.public else authorizer["id"])


def test_a_second_plan_finds_nothing_to_do(workspace: Workspace, variables: Variables) -> None:
    workspace.plan(variables("dev-tf", SMALLEST))
    again = changed(workspace.planned())

    assert {address: type for address, type in again.items() if type not in DRIFT} == {}


def test_destroy_leaves_nothing(workspace: Workspace, emulator: str, variables: Variables) -> None:
    left: dict[str, Callable[[], Any]] = {
        "functions": lambda: client("lambda", emulator).list_functions()["Functions"],
        "mappings": lambda: client("lambda", emulator).list_event_source_mappings()["EventSourceMappings"],
        "tables": lambda: client("dynamodb", emulator).list_tables()["TableNames"],
        "queues": lambda: client("sqs", emulator).list_queues().get("QueueUrls", []),
        "buses": lambda: client("events", emulator).list_event_buses(NamePrefix=PREFIX)["EventBuses"],
        "schedule rules": lambda: client("events", emulator).list_rules(NamePrefix=PREFIX)["Rules"],
        "roles": lambda: _of_stage(client("iam", emulator).list_roles()["Roles"], "RoleName"),
        "logs": lambda: client("logs", emulator).describe_log_groups()["logGroups"],
        "apis": lambda: client("apigatewayv2", emulator).get_apis()["Items"],
        "buckets": lambda: _of_stage(client("s3", emulator).list_buckets()["Buckets"], "Name"),
        "topics": lambda: client("sns", emulator).list_topics()["Topics"],
        "alarms": lambda: client("cloudwatch", emulator).describe_alarms()["MetricAlarms"],
        "dashboards": lambda: client("cloudwatch", emulator).list_dashboards()["DashboardEntries"],
        "budgets": lambda: client("budgets", emulator).describe_budgets(AccountId=ACCOUNT).get("Budgets", []),
    }
    there = {name for name, find in left.items() if find()}
    workspace.plan(variables("dev-tf", SMALLEST), destroy=True)
    workspace.apply()

    assert there == left.keys(), "a list that is empty before proves nothing"
    assert {name: found for name, find in left.items() if (found := find())} == {}


def _of_stage(found: list[dict[str, Any]], key: str) -> list[str]:
    return [each[key] for each in found if each[key].startswith(PREFIX)]
