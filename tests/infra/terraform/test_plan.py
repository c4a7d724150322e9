"""A plan makes all that the manifest asks for, as it asks for it, and nothing more: of the whole shop and of a part."""

import json
from collections import Counter
from typing import Any

import pytest

from tests.infra.terraform.conftest import HASH
from tests.infra.terraform.planned import ACCOUNT, IN_REGION, Planned, statements
from tests.infra.terraform.symbols import granted

pytestmark = [pytest.mark.stage, pytest.mark.timeout(400)]


@pytest.fixture(params=["whole", "small"])
def planned(request: pytest.FixtureRequest) -> Planned:
    """Return the plan of the whole shop, then that of two services."""
    found: Planned = request.getfixturevalue(request.param)
    return found


def queue_arn(planned: Planned, name: str) -> str:
    return f"arn:aws:sqs:{IN_REGION}:{planned.named(name)}"


def test_there_is_nothing_that_the_manifest_does_not_ask_for(planned: Planned) -> None:
    asked = planned.deployment
    answering = {route.function for route in asked.routes}
    functions, hearing = len(asked.functions), [queue for queue in asked.queues if queue.events]
    expected = {
        "aws_apigatewayv2_api": 1,
        "aws_apigatewayv2_authorizer": 1,
        "aws_apigatewayv2_integration": len(answering),
        "aws_apigatewayv2_route": len(asked.routes),
        "aws_apigatewayv2_stage": 1,
        "aws_budgets_budget": 1,
        "aws_cloudwatch_dashboard": 1,
        "aws_cloudwatch_event_bus": 1,
        "aws_cloudwatch_event_rule": len(hearing) + len(asked.schedules),
        "aws_cloudwatch_event_target": len(hearing) + len(asked.schedules),
        "aws_cloudwatch_log_group": functions + 1,
        "aws_cloudwatch_metric_alarm": len(asked.alarms),
        "aws_dynamodb_table": len(asked.tables),
        "aws_iam_role": functions + len(asked.roles),
        "aws_iam_role_policy": functions + len(asked.roles),
        "aws_lambda_event_source_mapping": len(asked.streams) + sum(queue.mapped for queue in asked.queues),
        "aws_lambda_function": functions,
        "aws_lambda_permission": len(answering) + len(asked.schedules),
        "aws_s3_bucket": 2,
        "aws_s3_bucket_public_access_block": 2,
        "aws_s3_object": len({function.package for function in asked.functions}),
        "aws_sns_topic": 1,
        "aws_sns_topic_policy": 1,
        "aws_sqs_queue": 2 * len(asked.queues) + len(asked.parked),
    }

    assert Counter(change["type"] for change in planned.changes) == expected


def test_a_part_of_the_services_is_a_smaller_deployment(whole: Planned, small: Planned) -> None:
    assert {table.name for table in small.deployment.tables} == {"catalogue", "identity"}
    assert len(small.changes) < len(whole.changes) / 2


def test_every_function_is_as_the_manifest_says(planned: Planned) -> None:
    made = planned.by("aws_lambda_function", "function_name")

    assert made.keys() == {planned.named(function.name) for function in planned.deployment.functions}
    for function in planned.deployment.functions:
        values = made[planned.named(function.name)]
        assert (values["handler"], values["memory_size"], values["timeout"]) == (
            function.handler,
            function.memory,
            function.timeout,
        )
        assert values["s3_key"] == f"packages/{function.package}-{HASH}.zip"
        assert (values["runtime"], values["architectures"]) == ("python3.13", ["arm64"])
        assert values["reserved_concurrent_executions"] == -1
        assert values["description"]


def test_every_role_may_do_what_the_manifest_grants_and_nothing_else(planned: Planned) -> None:
    roles = {
        **{function.name: function.permissions for function in planned.deployment.functions},
        **{role.name: role.permissions for role in planned.deployment.roles},
    }
    policies = planned.by("aws_iam_role_policy", "role")

    assert planned.by("aws_iam_role").keys() == policies.keys() == {planned.named(name) for name in roles}
    for name, permissions in roles.items():
        found = statements(policies[planned.named(name)]["policy"])
        assert {statement["Effect"] for statement in found} == {"Allow"}
        assert {(tuple(each["Action"]), tuple(each["Resource"])) for each in found} == granted(
            permissions, planned
        )


def test_a_role_is_passed_on_to_the_scheduler_alone(whole: Planned) -> None:
    found = [
        statement
        for policy in whole.every("aws_iam_role_policy")
        for statement in statements(policy["policy"])
        if "iam:PassRole" in statement["Action"]
    ]

    assert found
    for statement in found:
        assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}
        assert statement["Resource"] == [f"arn:aws:iam::{ACCOUNT}:role/frontdesk-dev-scheduler"]


def test_a_role_is_taken_on_by_one_service(whole: Planned) -> None:
    trusted = {
        name: statements(role["assume_role_policy"]) for name, role in whole.by("aws_iam_role").items()
    }
    (scheduler,) = trusted.pop("frontdesk-dev-scheduler")

    assert scheduler["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert scheduler["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    for found in trusted.values():
        assert [statement["Principal"] for statement in found] == [{"Service": "lambda.amazonaws.com"}]


def test_an_inline_policy_fits_into_a_role(whole: Planned) -> None:
    for name, policy in whole.by("aws_iam_role_policy", "role").items():
        assert len("".join(policy["policy"].split())) <= 10_240, name


def test_every_table_has_its_indexes_its_stream_and_its_clock(planned: Planned) -> None:
    made = planned.by("aws_dynamodb_table")

    assert made.keys() == {planned.named(table.name) for table in planned.deployment.tables}
    for table in planned.deployment.tables:
        values = made[planned.named(table.name)]
        assert (values["hash_key"], values["billing_mode"]) == ("pk", "PAY_PER_REQUEST")
        assert {
            (index["name"], index["hash_key"], index["range_key"], index["projection_type"])
            for index in values["global_secondary_index"]
        } == {(index.name, index.partition, index.sort, "KEYS_ONLY") for index in table.indexes}
        keys = {"pk", *(key for index in table.indexes for key in (index.partition, index.sort))}
        assert {(each["name"], each["type"]) for each in values["attribute"]} == {(key, "S") for key in keys}
        assert (values["ttl"][0]["enabled"], values["ttl"][0]["attribute_name"]) == (True, "ttl")
        streams = {stream.table for stream in planned.deployment.streams}
        assert values["stream_view_type"] == ("NEW_IMAGE" if table.name in streams else None)
        assert values["deletion_protection_enabled"] is False
        assert values["point_in_time_recovery"][0]["enabled"] is False


def test_every_route_asks_for_its_scopes_unless_it_is_public(planned: Planned) -> None:
    made = {
        key: (route["authorization_type"], set(route["authorization_scopes"] or ()))
        for key, route in planned.by("aws_apigatewayv2_route", "route_key").items()
    }

    assert made == {
        route.route_key: ("NONE", set()) if route.public else ("JWT", set(route.scopes))
        for route in planned.deployment.routes
    }


def test_a_queue_takes_messages_from_its_own_rule_alone(planned: Planned) -> None:
    made = planned.by("aws_sqs_queue")

    for queue in planned.deployment.queues:
        rule = f"arn:aws:events:{IN_REGION}:rule/{planned.prefix}/{planned.named(queue.name)}"
        for name in (queue.name, f"{queue.name}-dead"):
            policy = made[planned.named(name)].get("policy")
            if policy is None:
                assert not queue.events
                continue
            (statement,) = statements(policy)
            assert statement["Effect"] == "Allow"
            assert statement["Principal"] == {"Service": "events.amazonaws.com"}
            assert statement["Action"] == ["sqs:SendMessage"]
            assert statement["Resource"] == [queue_arn(planned, name)]
            assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": rule}}


def test_what_cannot_be_handled_goes_to_the_queues_own_dead_letters(planned: Planned) -> None:
    made = planned.by("aws_sqs_queue")
    expected = {
        planned.named(name)
        for queue in planned.deployment.queues
        for name in (queue.name, f"{queue.name}-dead")
    } | {planned.named(f"{service}-parked") for service in planned.deployment.parked}

    assert made.keys() == expected
    for queue in planned.deployment.queues:
        values, dead = made[planned.named(queue.name)], made[planned.named(f"{queue.name}-dead")]
        assert values["visibility_timeout_seconds"] == queue.visibility
        assert json.loads(values["redrive_policy"]) == {
            "deadLetterTargetArn": queue_arn(planned, f"{queue.name}-dead"),
            "maxReceiveCount": queue.receives,
        }
        assert json.loads(dead["redrive_allow_policy"]) == {
            "redrivePermission": "byQueue",
            "sourceQueueArns": [queue_arn(planned, queue.name)],
        }
    for name in expected:
        assert made[name]["message_retention_seconds"] == 14 * 24 * 3600
        assert made[name]["sqs_managed_sse_enabled"] is True


def test_every_subscriber_hears_its_events_and_no_others(planned: Planned) -> None:
    rules = planned.by("aws_cloudwatch_event_rule")
    heard = {
        name: (rule["event_bus_name"], json.loads(rule["event_pattern"]))
        for name, rule in rules.items()
        if rule["event_pattern"]
    }

    assert heard == {
        planned.named(queue.name): (planned.prefix, {"detail-type": list(queue.events)})
        for queue in planned.deployment.queues
        if queue.events
    }


def test_a_rule_puts_events_into_its_queue_and_else_into_the_dead_letters(planned: Planned) -> None:
    targets = {
        target["rule"]: target
        for target in planned.every("aws_cloudwatch_event_target")
        if target["target_id"] == "queue"
    }

    for queue in planned.deployment.queues:
        if queue.events:
            target = targets.pop(planned.named(queue.name))
            assert target["event_bus_name"] == planned.prefix
            assert target["arn"] == queue_arn(planned, queue.name)
            assert target["dead_letter_config"] == [{"arn": queue_arn(planned, f"{queue.name}-dead")}]
    assert targets == {}


def test_every_queue_is_taken_in_batches_of_which_a_part_may_fail(planned: Planned) -> None:
    mapped = {
        mapping["function_name"]: mapping
        for mapping in planned.every("aws_lambda_event_source_mapping")
        if mapping.get("event_source_arn")
    }

    for queue in planned.deployment.queues:
        if queue.mapped:
            values = mapped.pop(planned.named(queue.function))
            assert values["event_source_arn"] == queue_arn(planned, queue.name)
            assert (values["batch_size"], values["scaling_config"][0]["maximum_concurrency"]) == (
                queue.batch,
                queue.concurrency,
            )
            assert (values["maximum_batching_window_in_seconds"] or 0) == queue.window
            assert values["function_response_types"] == ["ReportBatchItemFailures"]
    assert mapped == {}


def test_every_stream_is_read_until_it_is_passed_on_or_kept(planned: Planned) -> None:
    for stream in planned.deployment.streams:
        (values,) = planned.within(f'module.relay["{stream.table}"]', "aws_lambda_event_source_mapping")
        assert values["function_name"] == planned.named(stream.function)
        assert (values["batch_size"], values["maximum_retry_attempts"]) == (stream.batch, stream.retries)
        assert values["maximum_record_age_in_seconds"] == stream.age
        assert values["bisect_batch_on_function_error"] is True
        assert values["starting_position"] == "TRIM_HORIZON"
        assert values["function_response_types"] == ["ReportBatchItemFailures"]
        filters = {each["pattern"] for each in values["filter_criteria"][0]["filter"]}
        assert filters == set(stream.filters)
        assert "destination_config" in values


def test_every_alarm_watches_what_the_manifest_says_and_names_the_runbook(planned: Planned) -> None:
    made = planned.by("aws_cloudwatch_metric_alarm", "alarm_name")

    assert made.keys() == {planned.named(alarm.name) for alarm in planned.deployment.alarms}
    for alarm in planned.deployment.alarms:
        values = made[planned.named(alarm.name)]
        percentile = alarm.statistic.startswith("p")
        assert values["extended_statistic" if percentile else "statistic"] == alarm.statistic
        assert {
            "namespace": values["namespace"],
            "metric": values["metric_name"],
            "period": values["period"],
            "evaluations": values["evaluation_periods"],
            "threshold": values["threshold"],
            "comparison": values["comparison_operator"],
            "missing": values["treat_missing_data"],
        } == {
            "namespace": alarm.namespace,
            "metric": alarm.metric,
            "period": alarm.period,
            "evaluations": alarm.evaluations,
            "threshold": alarm.threshold,
            "comparison": alarm.comparison,
            "missing": alarm.missing,
        }
        assert values["alarm_description"].startswith(alarm.text)
        assert values["alarm_description"].endswith(f"docs/runbook.md#{alarm.anchor}")
        if "api" not in alarm.dimensions.values():
            assert (values["dimensions"] or {}) == {
                name: planned.prefix if symbol == "prefix" else planned.named(symbol.partition(":")[2])
                for name, symbol in alarm.dimensions.items()
            }


def test_a_function_may_be_called_by_who_has_to_call_it(planned: Planned) -> None:
    permissions = {
        (each["function_name"], each["principal"]) for each in planned.every("aws_lambda_permission")
    }
    expected = {
        (planned.named(route.function), "apigateway.amazonaws.com") for route in planned.deployment.routes
    } | {
        (planned.named(schedule.function), "events.amazonaws.com")
        for schedule in planned.deployment.schedules
    }

    assert permissions == expected
    assert {each["action"] for each in planned.every("aws_lambda_permission")} == {"lambda:InvokeFunction"}


def test_the_sweep_is_called_each_minute(planned: Planned) -> None:
    for schedule in planned.deployment.schedules:
        rule = planned.by("aws_cloudwatch_event_rule")[planned.named(schedule.name)]
        assert (rule["schedule_expression"], rule["event_bus_name"]) == (schedule.rate, "default")


def test_logs_are_kept_for_as_long_as_the_stage_says(planned: Planned) -> None:
    made = planned.by("aws_cloudwatch_log_group")

    assert made.keys() == {
        *(f"/aws/lambda/{planned.named(function.name)}" for function in planned.deployment.functions),
        f"/aws/apigateway/{planned.prefix}",
    }
    assert {group["retention_in_days"] for group in made.values()} == {30}


def test_nothing_is_open_to_the_world(planned: Planned) -> None:
    blocked = planned.every("aws_s3_bucket_public_access_block")

    assert len(blocked) == len(planned.every("aws_s3_bucket"))
    for block in blocked:
        assert all(value for name, value in block.items() if name.startswith(("block", "ignore", "restrict")))


def test_everything_is_tagged_with_its_stage(planned: Planned) -> None:
    stage = planned.prefix.removeprefix("frontdesk-")
    tagged: list[dict[str, Any]] = [
        change["change"]["after"]["tags_all"]
        for change in planned.changes
        if "tags_all" in change["change"]["after"]
    ]

    assert len(tagged) > len(planned.deployment.functions)
    assert all(tags == {"project": "frontdesk", "stage": stage} for tags in tagged)
