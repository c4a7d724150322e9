"""What each variable changes in a plan, and what is refused before anything is made."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.infra.terraform.conftest import RICH, SMALLEST, Variables
from tests.infra.terraform.planned import ACCOUNT, IN_REGION, Planned, statements
from tests.infra.terraform.symbols import granted
from tests.infra.terraform.workspace import TerraformFailed, Workspace

pytestmark = [pytest.mark.stage, pytest.mark.timeout(400)]


def test_functions_are_told_where_they_are(rich: Planned) -> None:
    made = rich.by("aws_lambda_function", "function_name")

    assert made["frontdesk-production-catalogue-http"]["environment"] == [
        {
            "variables": {
                "FRONTDESK_FUNCTION": "catalogue-http",
                "FRONTDESK_PREFIX": "frontdesk-production",
                "FRONTDESK_STAGE": "production",
                "FRONTDESK_ACCOUNT": ACCOUNT,
                "FRONTDESK_BUS": "serverless-snacks-orders",
                "FRONTDESK_SCHEDULES": "frontdesk-production",
                "FRONTDESK_ISSUER": RICH["issuer"],
                "FRONTDESK_AUDIENCE": "shop",
                "FRONTDESK_SITE": "https://api.shop.example",
                "FRONTDESK_LOG_LEVEL": "warning",
                "FRONTDESK_PUBLISH_ALL": "true",
            }
        }
    ]


def test_functions_may_come_as_images(rich: Planned) -> None:
    made = rich.by("aws_lambda_function", "function_name")
    function = made["frontdesk-production-identity-http"]

    assert function["package_type"] == "Image"
    assert function["image_uri"] == "images.example/identity@sha256:1"
    assert function["image_config"][0]["command"] == ["frontdesk.entrypoints.lambdas.http.handle"]
    assert (function["handler"], function["runtime"], function["s3_key"]) == (None, None, None)
    assert made["frontdesk-production-catalogue-http"]["image_uri"] == "images.example/base@sha256:1"
    assert rich.every("aws_s3_object") == []


def test_one_function_may_have_more_memory_and_room_of_its_own(rich: Planned) -> None:
    made = rich.by("aws_lambda_function", "function_name")
    asked = {function.name: function.memory for function in rich.deployment.functions}

    for name, values in made.items():
        chosen = name == "frontdesk-production-catalogue-http"
        plain = asked[name.removeprefix("frontdesk-production-")]
        assert values["memory_size"] == (1024 if chosen else plain)
        assert values["reserved_concurrent_executions"] == (5 if chosen else -1)
        assert values["architectures"] == ["x86_64"]


def test_production_is_not_deleted_by_mistake_and_can_go_back(rich: Planned) -> None:
    for table in rich.every("aws_dynamodb_table"):
        assert table["deletion_protection_enabled"] is True
        assert table["point_in_time_recovery"] == [{"enabled": True, "recovery_period_in_days": 35}]
    kept = {bucket["bucket"]: bucket["force_destroy"] for bucket in rich.every("aws_s3_bucket")}
    assert kept == {
        f"frontdesk-production-failures-{ACCOUNT}": False,
        f"frontdesk-production-packages-{ACCOUNT}": True,
    }


def test_another_stage_is_deleted_when_asked(small: Planned) -> None:
    assert {bucket["force_destroy"] for bucket in small.every("aws_s3_bucket")} == {True}


def test_a_bus_of_others_is_used_and_left_alone(rich: Planned) -> None:
    rules = [rule for rule in rich.every("aws_cloudwatch_event_rule") if rule["event_pattern"]]

    assert "aws_cloudwatch_event_bus" not in rich.types()
    assert {rule["event_bus_name"] for rule in rules} == {"serverless-snacks-orders"}
    policy = rich.by("aws_iam_role_policy", "role")["frontdesk-production-catalogue-relay"]["policy"]
    puts = [each["Resource"] for each in statements(policy) if "events:PutEvents" in each["Action"]]
    assert puts == [[f"arn:aws:events:{IN_REGION}:event-bus/serverless-snacks-orders"]]
    for queue in rich.deployment.queues:
        (statement,) = statements(rich.by("aws_sqs_queue")[rich.named(queue.name)]["policy"])
        rule = f"arn:aws:events:{IN_REGION}:rule/serverless-snacks-orders/{rich.named(queue.name)}"
        assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": rule}}


def test_another_issuer_needs_nobody_here_who_issues_tokens(rich: Planned) -> None:
    (authorizer,) = rich.every("aws_apigatewayv2_authorizer")
    (configuration,) = authorizer["jwt_configuration"]
    signing_in = {route.route_key for route in rich.deployment.routes if route.function == "identity-oauth"}

    assert (configuration["issuer"], configuration["audience"]) == (RICH["issuer"], ["shop", "till"])
    assert "frontdesk-production-identity-oauth" not in rich.by("aws_lambda_function", "function_name")
    assert signing_in
    assert not signing_in & rich.by("aws_apigatewayv2_route", "route_key").keys()


def test_the_api_has_the_domain_and_lets_nobody_past_it(rich: Planned) -> None:
    (domain,) = rich.every("aws_apigatewayv2_domain_name")
    (record,) = rich.every("aws_route53_record")
    (api,) = rich.every("aws_apigatewayv2_api")

    assert domain["domain_name"] == record["name"] == "api.shop.example"
    assert domain["domain_name_configuration"][0]["security_policy"] == "TLS_1_2"
    assert record["zone_id"] == "Z1"
    assert api["disable_execute_api_endpoint"] is True
    assert rich.outputs["api_url"] == "https://api.shop.example"


def test_the_api_takes_only_so_much(rich: Planned) -> None:
    (stage,) = rich.every("aws_apigatewayv2_stage")
    (settings,) = stage["default_route_settings"]

    assert (settings["throttling_rate_limit"], settings["throttling_burst_limit"]) == (7, 9)


def test_only_the_named_websites_may_call_from_a_browser(rich: Planned, small: Planned) -> None:
    (named,), (none,) = rich.every("aws_apigatewayv2_api"), small.every("aws_apigatewayv2_api")

    assert named["cors_configuration"][0]["allow_origins"] == ["https://shop.example"]
    assert none["cors_configuration"] == []


def test_alarms_go_to_people_and_their_chats(rich: Planned, small: Planned) -> None:
    (mail,) = rich.every("aws_sns_topic_subscription")
    (slack,) = rich.every("aws_chatbot_slack_channel_configuration")
    (teams,) = rich.every("aws_chatbot_teams_channel_configuration")

    assert (mail["protocol"], mail["endpoint"]) == ("email", "ops@shop.example")
    assert (slack["slack_team_id"], slack["slack_channel_id"]) == ("T1", "C1")
    assert (teams["tenant_id"], teams["team_id"], teams["channel_id"]) == ("t", "u", "v")
    assert "frontdesk-production-chat" in rich.by("aws_iam_role")
    assert not {type for type in small.types() if "chatbot" in type or "subscription" in type}


def test_somebody_is_told_when_a_stage_costs_too_much(rich: Planned, small: Planned) -> None:
    (chosen,), (usual,) = rich.every("aws_budgets_budget"), small.every("aws_budgets_budget")
    asked = small.deployment.budget

    assert float(chosen["limit_amount"]) == 50
    assert float(usual["limit_amount"]) == asked.dollars
    assert {each["threshold"] for each in usual["notification"]} == set(asked.percents)
    assert usual["cost_filter"] == [{"name": "TagKeyValue", "values": ["user:stage$preview-12"]}]


def test_timers_have_a_group_of_their_own_unless_one_is_named(rich: Planned, small: Planned) -> None:
    assert rich.by("aws_scheduler_schedule_group").keys() == {"frontdesk-production"}
    assert small.every("aws_scheduler_schedule_group") == []


def test_no_role_reaches_beyond_the_boundary(rich: Planned, small: Planned) -> None:
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/frontdesk-production-boundary"

    assert {role["permissions_boundary"] for role in rich.every("aws_iam_role")} == {boundary}
    assert {role["permissions_boundary"] for role in small.every("aws_iam_role")} == {None}


def test_traces_are_sent_where_they_are_wanted(rich: Planned, small: Planned) -> None:
    def traced(planned: Planned) -> set[str]:
        return {function["tracing_config"][0]["mode"] for function in planned.every("aws_lambda_function")}

    policy = rich.by("aws_iam_role_policy", "role")["frontdesk-production-catalogue-http"]["policy"]
    assert traced(rich) == {"Active"}
    assert traced(small) == {"PassThrough"}
    assert ["xray:PutTelemetryRecords", "xray:PutTraceSegments"] in [
        statement["Action"] for statement in statements(policy)
    ]


def test_logs_and_tags_are_as_the_stage_says(rich: Planned) -> None:
    assert {group["retention_in_days"] for group in rich.every("aws_cloudwatch_log_group")} == {90}
    assert {json.dumps(role["tags_all"], sort_keys=True) for role in rich.every("aws_iam_role")} == {
        '{"owner": "snacks", "project": "frontdesk", "stage": "production"}'
    }


WRONG: dict[str, tuple[object, str]] = {
    "stage": ("Dev", "lower case, digits and dashes, 24 characters at most"),
    "region": ("Ireland", "Name a region"),
    "manifest": ("/nowhere.json", "This is no manifest of format 2"),
    "runtime": ("python3.9", "Use python3.11"),
    "architecture": ("arm", "Use arm64 or x86_64"),
    "log_retention_days": (31, "CloudWatch keeps logs for"),
    "log_level": ("loud", "Use debug, info, warning or error"),
    "issuer": ("http://tokens.example/", "An issuer is an https address"),
}


def refusal(stage: Workspace, variables: dict[str, Any]) -> str:
    """Return why Terraform will not plan this."""
    with pytest.raises(TerraformFailed) as refused:
        stage.plan(variables)
    return " ".join(str(refused.value).replace("│", " ").split())


def test_every_wrong_variable_is_refused_with_advice(stage: Workspace, variables: Variables) -> None:
    wrong = {name: value for name, (value, _) in WRONG.items()}
    said = refusal(stage, variables("dev", SMALLEST) | wrong)

    assert [advice for _, advice in WRONG.values() if advice not in said] == []


def test_a_stage_without_the_code_of_its_functions_is_refused(stage: Workspace, variables: Variables) -> None:
    given = variables("preview-" + "x" * 17, SMALLEST)
    given["packages"] = {"base": {"path": "x", "hash": "one"}}
    said = refusal(stage, given)

    assert "has neither package nor image" in said
    assert "A hash is 16 to 64 hexadecimal digits" in said
    assert "24 characters at most" in said


def test_a_deployment_that_nobody_could_sign_in_to_is_refused(stage: Workspace, variables: Variables) -> None:
    given = variables("dev", "catalogue")
    written = Path(str(given["manifest"]))
    made = msgspec.json.decode(written.read_bytes())
    found = made["deployment"]["routes"]
    made["deployment"]["routes"] = [route for route in found if "/.well-known/" not in route["route_key"]]
    given["manifest"] = str(written.with_name("nobody-issues.json"))
    Path(given["manifest"]).write_bytes(msgspec.json.encode(made))

    assert "Nobody issues tokens here" in refusal(stage, given)


def test_a_role_may_do_the_same_on_aws(rich: Planned) -> None:
    policies = rich.by("aws_iam_role_policy", "role")

    for function in rich.deployment.functions:
        if function.kind != "oauth":
            found = statements(policies[rich.named(function.name)]["policy"])
            asked = {(tuple(each["Action"]), tuple(each["Resource"])) for each in found}
            traced = {(("xray:PutTelemetryRecords", "xray:PutTraceSegments"), ("*",))}
            assert asked == granted(function.permissions, rich) | traced
