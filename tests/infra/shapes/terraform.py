"""The shape of what Terraform would make, from `terraform show -json` of a plan."""

import json
from collections.abc import Mapping
from typing import Any

from tests.infra.shapes.shape import LATER, Shape, grants

_PACKAGES = "-packages-"  # the bucket of zips: the CDK keeps them in that of its toolkit


def shape_of(plan: Mapping[str, Any]) -> Shape:
    """Return what a plan would make."""
    found = _Resources(plan)
    made = {
        "functions": {r["function_name"]: _function(r) for r in found.of("aws_lambda_function")},
        "logs": {r["name"]: r["retention_in_days"] for r in found.of("aws_cloudwatch_log_group")},
        "roles": _roles(found),
        "tables": {r["name"]: _table(r) for r in found.of("aws_dynamodb_table")},
        "queues": {r["name"]: _queue(r) for r in found.of("aws_sqs_queue")},
        "rules": _rules(found),
        "mappings": {r["function_name"]: _mapping(r) for r in found.of("aws_lambda_event_source_mapping")},
        "invokers": _invokers(found),
        "apis": {r["name"]: _api(r) for r in found.of("aws_apigatewayv2_api")},
        "stages": {r["name"]: _stage(r) for r in found.of("aws_apigatewayv2_stage")},
        "integrations": {r["description"]: _integration(r) for r in found.of("aws_apigatewayv2_integration")},
        "routes": {r["route_key"]: _route(r) for r in found.of("aws_apigatewayv2_route")},
        "authorizers": {r["name"]: _authorizer(r) for r in found.of("aws_apigatewayv2_authorizer")},
        "domains": {r["domain_name"]: _domain(r) for r in found.of("aws_apigatewayv2_domain_name")},
        "records": {r["name"]: [r["type"], r["zone_id"]] for r in found.of("aws_route53_record")},
        "buses": {r["name"]: r["description"] for r in found.of("aws_cloudwatch_event_bus")},
        "groups": {r["name"]: {} for r in found.of("aws_scheduler_schedule_group")},
        "alarms": {r["alarm_name"]: _alarm(r) for r in found.of("aws_cloudwatch_metric_alarm")},
        "dashboards": {
            r["dashboard_name"]: r["dashboard_body"] for r in found.of("aws_cloudwatch_dashboard")
        },
        "topics": {r["name"]: r["display_name"] for r in found.of("aws_sns_topic")},
        "told": {r["endpoint"]: r["protocol"] for r in found.of("aws_sns_topic_subscription")},
        "chats": _chats(found),
        "budgets": {r["name"]: _budget(r) for r in found.of("aws_budgets_budget")},
        "buckets": _buckets(found),
        "parameters": {r["name"]: r["type"] for r in found.of("aws_ssm_parameter")},
        "beside": {
            "policies of topics": len(found.of("aws_sns_topic_policy")),
            "domains that lead to the API": len(found.of("aws_apigatewayv2_api_mapping")),
        },
    }
    return made | {"not compared": {type: {} for type in found.unread() - {"aws_s3_object"}}}


class _Resources:
    def __init__(self, plan: Mapping[str, Any]) -> None:
        self._changes = [change for change in plan["resource_changes"] if change["mode"] == "managed"]
        self._read: set[str] = set()

    def of(self, type: str) -> list[Any]:
        """Return the values of all resources of a type, LATER where the plan does not know them."""
        self._read.add(type)
        return [
            _merged(change["change"]["after"], change["change"]["after_unknown"])
            for change in self._changes
            if change["type"] == type
        ]

    def unread(self) -> set[str]:
        """Return the types that nobody has asked for."""
        return {change["type"] for change in self._changes} - self._read


def _merged(known: Any, unknown: Any) -> Any:
    """Return what a plan knows and what it does not as one value."""
    if unknown is True:
        return LATER
    if isinstance(known, dict):
        later = unknown if isinstance(unknown, dict) else {}
        return {key: _merged(known.get(key), later.get(key, False)) for key in known.keys() | later.keys()}
    if isinstance(known, list):
        each = unknown if isinstance(unknown, list) else [False] * len(known)
        return [_merged(*pair) for pair in zip(known, each, strict=True)]
    return known


def _only(blocks: Any) -> Any:
    """Return the one block that stands in a list, {} for none."""
    return blocks[0] if blocks and blocks != LATER else {}


def _function(r: Any) -> Any:
    reserved = r["reserved_concurrent_executions"]
    return {
        "description": r["description"],
        "package": r["package_type"],
        "image": r["image_uri"],
        "runtime": r["runtime"],
        "handler": r["handler"] or _only(r["image_config"])["command"],
        "architecture": r["architectures"],
        "memory": r["memory_size"],
        "timeout": r["timeout"],
        "reserved": None if reserved == -1 else reserved,
        "environment": _only(r["environment"])["variables"],
        "tracing": _only(r["tracing_config"])["mode"],
        "role": r["role"],
    }


def _roles(found: _Resources) -> dict[str, Any]:
    policies = {r["role"]: grants(r["policy"]) for r in found.of("aws_iam_role_policy")}
    return {
        r["name"]: {
            "description": r["description"],
            "trusts": grants(r["assume_role_policy"]),
            "boundary": r["permissions_boundary"],
            "may": policies[r["name"]],
        }
        for r in found.of("aws_iam_role")
    }


def _table(r: Any) -> Any:
    recovery = _only(r["point_in_time_recovery"])
    return {
        "billing": r["billing_mode"],
        "key": [r["hash_key"]],
        "attributes": {each["name"]: each["type"] for each in r["attribute"]},
        "indexes": {
            each["name"]: [each["hash_key"], each["range_key"], each["projection_type"]]
            for each in r["global_secondary_index"]
        },
        "stream": r["stream_view_type"] if r["stream_enabled"] else None,
        "ttl": _only(r["ttl"])["attribute_name"],
        "protected": r["deletion_protection_enabled"],
        "days to go back": recovery["recovery_period_in_days"] if recovery["enabled"] else 0,
    }


def _queue(r: Any) -> Any:
    # What is not given is "known later", for AWS says `{}` or "" afterwards.
    policies = {
        key: r[key] for key in ("redrive_policy", "redrive_allow_policy", "policy") if r[key] != LATER
    }
    return {
        "kept": r["message_retention_seconds"],
        "hidden": r["visibility_timeout_seconds"],
        "encrypted": r["sqs_managed_sse_enabled"],
        "redrive": json.loads(policies.get("redrive_policy", "null")),
        "redriven": json.loads(policies.get("redrive_allow_policy", "null")),
        "lets in": grants(policies["policy"]) if "policy" in policies else [],
    }


def _rules(found: _Resources) -> dict[str, Any]:
    targets: dict[str, Any] = {}
    for r in found.of("aws_cloudwatch_event_target"):
        dead = _only(r["dead_letter_config"]).get("arn")
        targets.setdefault(r["rule"], []).append({"id": r["target_id"], "arn": r["arn"], "dead": dead})
    return {
        r["name"]: {
            "bus": r["event_bus_name"],
            "description": r["description"],
            "pattern": json.loads(r["event_pattern"] or "null"),
            "rate": r["schedule_expression"],
            "targets": targets[r["name"]],
        }
        for r in found.of("aws_cloudwatch_event_rule")
    }


def _mapping(r: Any) -> Any:
    failed = _only(_only(r["destination_config"]).get("on_failure"))
    return {
        "source": r["event_source_arn"],
        "from": r["starting_position"],
        "batch": r["batch_size"],
        "window": r["maximum_batching_window_in_seconds"] or 0,
        "answers": r["function_response_types"],
        "at once": _only(r["scaling_config"]).get("maximum_concurrency"),
        "filters": sorted(each["pattern"] for each in _only(r["filter_criteria"]).get("filter", ())),
        "halves": bool(r["bisect_batch_on_function_error"]),
        "retries": _none_of(LATER, r["maximum_retry_attempts"]),
        "age": _none_of(LATER, r["maximum_record_age_in_seconds"]),
        "failures": failed.get("destination_arn"),
    }


def _none_of(nothing: Any, value: Any) -> Any:
    return None if value == nothing else value


def _invokers(found: _Resources) -> dict[str, Any]:
    return {
        f"{r['principal']} invokes {r['function_name']}": [r["action"], r["source_arn"]]
        for r in found.of("aws_lambda_permission")
    }


def _api(r: Any) -> Any:
    cors = _only(r["cors_configuration"])
    names = ("allow_origins", "allow_methods", "allow_headers", "expose_headers")
    return {
        "description": r["description"],
        "protocol": r["protocol_type"],
        "closed": r["disable_execute_api_endpoint"],
        "websites": {name: sorted(cors[name]) for name in names} | {"age": cors["max_age"]} if cors else None,
    }


def _stage(r: Any) -> Any:
    routes, logs = _only(r["default_route_settings"]), _only(r["access_log_settings"])
    return {
        "description": r["description"],
        "deploys itself": r["auto_deploy"],
        "throttle": [routes["throttling_rate_limit"], routes["throttling_burst_limit"]],
        "logs": [logs["destination_arn"], json.loads(logs["format"])],
    }


def _integration(r: Any) -> Any:
    return [r["integration_type"], r["integration_uri"], r["payload_format_version"]]


def _route(r: Any) -> Any:
    return {
        "target": r["target"],
        "by": r["authorization_type"],
        "scopes": sorted(r["authorization_scopes"] or ()),
    }


def _authorizer(r: Any) -> Any:
    jwt = _only(r["jwt_configuration"])
    audience = jwt["audience"] if jwt["audience"] == LATER else sorted(jwt["audience"])
    return [r["authorizer_type"], r["identity_sources"], jwt["issuer"], audience]


def _domain(r: Any) -> Any:
    found = _only(r["domain_name_configuration"])
    return [found["certificate_arn"], found["endpoint_type"], found["security_policy"]]


def _alarm(r: Any) -> Any:
    return {
        "text": r["alarm_description"],
        "metric": [r["namespace"], r["metric_name"], r["statistic"] or r["extended_statistic"]],
        "of": r["dimensions"] or {},
        "rings": [r["comparison_operator"], r["threshold"], r["period"], r["evaluation_periods"]],
        "without data": r["treat_missing_data"],
        "tells": [r["alarm_actions"], r["ok_actions"]],
    }


def _chats(found: _Resources) -> dict[str, Any]:
    slack = {
        r["configuration_name"]: [r["slack_team_id"], r["slack_channel_id"], r["guardrail_policy_arns"]]
        for r in found.of("aws_chatbot_slack_channel_configuration")
    }
    teams = {
        r["configuration_name"]: [r["tenant_id"], r["team_id"], r["channel_id"], r["guardrail_policy_arns"]]
        for r in found.of("aws_chatbot_teams_channel_configuration")
    }
    return {**slack, **teams}


def _budget(r: Any) -> Any:
    return {
        "limit": [float(r["limit_amount"]), r["limit_unit"], r["time_unit"], r["budget_type"]],
        "of": {each["name"]: each["values"] for each in r["cost_filter"]},
        "told": sorted(
            [
                each["comparison_operator"],
                each["notification_type"],
                each["threshold"],
                each["threshold_type"],
            ]
            for each in r["notification"]
        ),
    }


def _buckets(found: _Resources) -> dict[str, Any]:
    """Return the buckets that the stage itself needs; all are closed to the public, or none counts as closed."""
    names = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    buckets = found.of("aws_s3_bucket")
    blocks = found.of("aws_s3_bucket_public_access_block")
    closed = len(blocks) == len(buckets) and all(block[name] for block in blocks for name in names)
    return {r["bucket"]: {"closed": closed} for r in buckets if _PACKAGES not in r["bucket"]}
