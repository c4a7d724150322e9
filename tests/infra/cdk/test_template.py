"""What the emulator lets pass and AWS does not, and what a plan of Terraform cannot know: read off the template."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulator import ACCOUNT, REGION
from tests.infra.cdk.synth import manifest_of
from tests.infra.shapes import cloudformation
from tests.infra.shapes.resolved import Resolved
from tests.infra.shapes.shape import API, Shape

pytestmark = [pytest.mark.stage, pytest.mark.timeout(400)]

HERE = f"{REGION}:{ACCOUNT}"


@pytest.fixture(scope="module")
def shape(whole: dict[str, Any]) -> Shape:
    """Return the shape of the whole shop."""
    return cloudformation.shape_of(whole, ACCOUNT, REGION)


def named(name: str) -> str:
    """Return a name with the prefix of the stage."""
    return f"frontdesk-dev-{name}"


def test_every_function_has_a_role_of_its_own_and_is_told_who_it_is(shape: Shape) -> None:
    for name, function in shape["functions"].items():
        assert function["role"] == f"arn:aws:iam::{ACCOUNT}:role/{name}"
        assert named(function["environment"]["FRONTDESK_FUNCTION"]) == name

    assert len(shape["functions"]) == len(manifest_of("").deployment.functions)


def test_a_role_may_do_what_the_manifest_says_and_nothing_else(shape: Shape) -> None:
    for function in manifest_of("").deployment.functions:
        granted = {line.split(" to ")[0] for line in shape["roles"][named(function.name)]["may"]}
        declared = {
            f"Allow the role {action}" for permission in function.permissions for action in permission.actions
        }
        assert granted == declared


def test_no_role_may_do_anything_to_everything(shape: Shape) -> None:
    lines = [line for role in shape["roles"].values() for line in role["may"]]

    wide = [line for line in lines if " to * " in f"{line} " or ":*" in line.split(" to ")[0]]
    assert [line for line in wide if "sns:Publish" not in line] == []  # a telephone number has no ARN


def test_functions_are_called_by_this_api_and_by_this_schedule_alone(shape: Shape) -> None:
    api = f"arn:aws:execute-api:{HERE}:{API}/*/*"
    sweep = f"arn:aws:events:{HERE}:rule/{named('sweep')}"
    sources = {key: source for key, (_, source) in shape["invokers"].items()}

    assert sources.pop(f"events.amazonaws.com invokes {named('operations-sweeper')}") == sweep
    assert set(sources.values()) == {api}
    routed = {route.function for route in manifest_of("").deployment.routes}
    assert sources.keys() == {f"apigateway.amazonaws.com invokes {named(name)}" for name in routed}


def test_a_queue_takes_messages_from_its_own_rule_alone(shape: Shape) -> None:
    for queue in manifest_of("").deployment.queues:
        for name in (named(queue.name), named(f"{queue.name}-dead")):
            (grant,) = shape["queues"][name]["lets in"]
            rule = f"arn:aws:events:{HERE}:rule/frontdesk-dev/{named(queue.name)}"
            assert grant.startswith(
                f"Allow events.amazonaws.com sqs:SendMessage to arn:aws:sqs:{HERE}:{name} "
            )
            assert json.loads(grant.partition(" when ")[2]) == {"ArnEquals": {"aws:SourceArn": [rule]}}


def test_what_no_function_can_take_ends_in_the_dead_letter_queue_of_its_subscriber(shape: Shape) -> None:
    for queue in manifest_of("").deployment.queues:
        dead = f"arn:aws:sqs:{HERE}:{named(f'{queue.name}-dead')}"
        redrive = {"deadLetterTargetArn": dead, "maxReceiveCount": queue.receives}
        assert shape["queues"][named(queue.name)]["redrive"] == redrive
        (target,) = shape["rules"][named(queue.name)]["targets"]
        assert target["dead"] == dead
        redriven = shape["queues"][named(f"{queue.name}-dead")]["redriven"]
        assert redriven["sourceQueueArns"] == [f"arn:aws:sqs:{HERE}:{named(queue.name)}"]


def test_a_queue_hides_a_message_for_longer_than_its_function_may_take(shape: Shape) -> None:
    for queue in manifest_of("").deployment.queues:
        if queue.mapped:
            timeout = shape["functions"][named(queue.function)]["timeout"]
            assert shape["queues"][named(queue.name)]["hidden"] >= 6 * timeout


def test_a_relay_reads_the_stream_of_its_own_table_and_never_drops_a_batch(shape: Shape) -> None:
    for stream in manifest_of("").deployment.streams:
        mapping = shape["mappings"][named(stream.function)]
        assert mapping["source"] == f"arn:aws:dynamodb:{HERE}:table/{named(stream.table)}/stream/*"
        assert mapping["failures"] == f"arn:aws:s3:::frontdesk-dev-failures-{ACCOUNT}"
        assert mapping["filters"] == sorted(stream.filters)
        assert mapping["answers"] == ["ReportBatchItemFailures"]
        assert mapping["halves"]
        assert shape["tables"][named(stream.table)]["stream"] == "NEW_IMAGE"


def test_a_relay_hands_the_scheduler_that_one_role_and_to_nobody_else(shape: Shape) -> None:
    passing = [line for role in shape["roles"].values() for line in role["may"] if "iam:PassRole" in line]

    assert passing
    for line in passing:
        assert f" to arn:aws:iam::{ACCOUNT}:role/{named('scheduler')} " in line
        assert json.loads(line.partition(" when ")[2]) == {
            "StringEquals": {"iam:PassedToService": ["scheduler.amazonaws.com"]}
        }


def test_the_scheduler_takes_its_role_on_for_this_account_alone(shape: Shape) -> None:
    (trust,) = shape["roles"][named("scheduler")]["trusts"]

    assert trust.startswith("Allow scheduler.amazonaws.com sts:AssumeRole ")
    assert json.loads(trust.partition(" when ")[2]) == {"StringEquals": {"aws:SourceAccount": [ACCOUNT]}}


def test_routes_lead_to_their_functions_and_ask_for_their_scopes(shape: Shape) -> None:
    for route in manifest_of("").deployment.routes:
        found = shape["routes"][route.route_key]
        assert found["target"] == f"integrations/<{route.function}>"
        assert found["by"] == ("NONE" if route.public else "JWT")
        assert found["scopes"] == sorted(route.scopes)
        assert shape["integrations"][route.function][1] == (
            f"arn:aws:lambda:{HERE}:function:{named(route.function)}"
        )


def test_the_authorizer_is_made_after_the_pages_that_it_reads(whole: dict[str, Any]) -> None:
    resources = whole["Resources"]
    (authorizer,) = (r for r in resources.values() if r["Type"] == "AWS::ApiGatewayV2::Authorizer")
    before = {_label(resources[name]) for name in authorizer["DependsOn"]}
    public = {route.route_key for route in manifest_of("").deployment.routes if route.public}

    assert before == public | {"$default"}
    assert authorizer["Properties"]["JwtConfiguration"]["Issuer"] == {
        "Fn::GetAtt": [_only(resources, "AWS::ApiGatewayV2::Api"), "ApiEndpoint"]
    }


def test_alarms_and_budgets_reach_the_topic(whole: dict[str, Any], shape: Shape) -> None:
    topic = f"arn:aws:sns:{HERE}:{named('alarms')}"
    (policy,) = Resolved(whole, ACCOUNT, REGION).of("AWS::SNS::TopicPolicy")
    (statement,) = policy["PolicyDocument"]["Statement"]

    assert all(alarm["tells"] == [[topic], [topic]] for alarm in shape["alarms"].values())
    assert policy["Topics"] == [topic]
    assert statement["Principal"] == {"Service": ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def test_the_alarms_of_the_api_watch_this_api(shape: Shape) -> None:
    assert shape["alarms"][named("api-errors")]["of"] == {"ApiId": API}


def test_the_dashboard_shows_every_function_and_every_alarm(shape: Shape) -> None:
    shown = shape["dashboards"]["frontdesk-dev"]

    assert all(f'"{name}"' in shown for name in shape["functions"])
    assert all(f"alarm:{name}" in shown for name in shape["alarms"])


def test_a_production_keeps_its_tables(rich: dict[str, Any]) -> None:
    tables = [r for r in rich["Resources"].values() if r["Type"] == "AWS::DynamoDB::Table"]

    assert tables
    for table in tables:
        assert table["DeletionPolicy"] == table["UpdateReplacePolicy"] == "Retain"
        assert table["Properties"]["DeletionProtectionEnabled"] is True
        recovery = table["Properties"]["PointInTimeRecoverySpecification"]
        assert recovery == {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 35}


def test_another_stage_goes_with_all_that_it_holds(whole: dict[str, Any]) -> None:
    kept = {name for name, r in whole["Resources"].items() if r.get("DeletionPolicy", "Delete") != "Delete"}

    assert kept == set()


def test_beside_another_issuer_nobody_here_issues_tokens(rich: dict[str, Any]) -> None:
    shape = cloudformation.shape_of(rich, ACCOUNT, REGION)

    assert "frontdesk-production-identity-oauth" not in shape["functions"]
    assert "POST /oauth/token" not in shape["routes"]
    ((_, _, issuer, audience),) = shape["authorizers"].values()
    assert issuer.startswith("https://cognito-idp.")
    assert audience == ["shop", "till"]


def test_everything_that_can_be_tagged_says_whose_it_is(rich: dict[str, Any]) -> None:
    tagged = list(_tags(rich))

    assert len(tagged) > len(manifest_of("catalogue identity").deployment.functions)
    for tags in tagged:
        assert tags == {"owner": "snacks", "project": "frontdesk", "stage": "production"}


def _tags(template: dict[str, Any]) -> Iterator[dict[str, str]]:
    for resource in template["Resources"].values():
        found = resource.get("Properties", {}).get("Tags")
        if isinstance(found, list):
            yield {tag["Key"]: tag["Value"] for tag in found}
        elif found:
            yield found


def _label(resource: dict[str, Any]) -> str:
    properties = resource["Properties"]
    label: str = properties.get("RouteKey") or properties["StageName"]
    return label


def _only(resources: dict[str, Any], type: str) -> str:
    (name,) = (name for name, resource in resources.items() if resource["Type"] == type)
    return name
