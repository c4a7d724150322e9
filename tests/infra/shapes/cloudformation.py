"""The shape of what CloudFormation would make, from the template that the CDK writes."""

import json
from collections.abc import Mapping
from typing import Any

from tests.infra.shapes.resolved import Resolved
from tests.infra.shapes.shape import Shape, grants


def shape_of(template: Mapping[str, Any], account: str, region: str) -> Shape:
    """Return what a template would make in an account and region."""
    found = Resolved(template, account, region)
    made = {
        "functions": {r["FunctionName"]: _function(r) for r in found.of("AWS::Lambda::Function")},
        "logs": {r["LogGroupName"]: r["RetentionInDays"] for r in found.of("AWS::Logs::LogGroup")},
        "roles": {r["RoleName"]: _role(r) for r in found.of("AWS::IAM::Role")},
        "tables": {r["TableName"]: _table(r) for r in found.of("AWS::DynamoDB::Table")},
        "queues": _queues(found),
        "rules": {r["Name"]: _rule(r) for r in found.of("AWS::Events::Rule")},
        "mappings": {r["FunctionName"]: _mapping(r) for r in found.of("AWS::Lambda::EventSourceMapping")},
        "invokers": _invokers(found),
        "apis": {r["Name"]: _api(r) for r in found.of("AWS::ApiGatewayV2::Api")},
        "stages": {r["StageName"]: _stage(r) for r in found.of("AWS::ApiGatewayV2::Stage")},
        "integrations": {
            r["Description"]: _integration(r) for r in found.of("AWS::ApiGatewayV2::Integration")
        },
        "routes": {r["RouteKey"]: _route(r) for r in found.of("AWS::ApiGatewayV2::Route")},
        "authorizers": {r["Name"]: _authorizer(r) for r in found.of("AWS::ApiGatewayV2::Authorizer")},
        "domains": {r["DomainName"]: _domain(r) for r in found.of("AWS::ApiGatewayV2::DomainName")},
        "records": {r["Name"]: [r["Type"], r["HostedZoneId"]] for r in found.of("AWS::Route53::RecordSet")},
        "buses": {r["Name"]: r["Description"] for r in found.of("AWS::Events::EventBus")},
        "groups": {r["Name"]: {} for r in found.of("AWS::Scheduler::ScheduleGroup")},
        "alarms": {r["AlarmName"]: _alarm(r) for r in found.of("AWS::CloudWatch::Alarm")},
        "dashboards": {
            r["DashboardName"]: r["DashboardBody"] for r in found.of("AWS::CloudWatch::Dashboard")
        },
        "topics": {r["TopicName"]: r["DisplayName"] for r in found.of("AWS::SNS::Topic")},
        "told": {r["Endpoint"]: r["Protocol"] for r in found.of("AWS::SNS::Subscription")},
        "chats": _chats(found),
        "budgets": {r["Budget"]["BudgetName"]: _budget(r) for r in found.of("AWS::Budgets::Budget")},
        "buckets": {r["BucketName"]: _bucket(r) for r in found.of("AWS::S3::Bucket")},
        "parameters": {r["Name"]: r["Type"] for r in found.of("AWS::SSM::Parameter")},
        "beside": {
            "policies of topics": len(found.of("AWS::SNS::TopicPolicy")),
            "domains that lead to the API": len(found.of("AWS::ApiGatewayV2::ApiMapping")),
        },
    }
    return made | {"not compared": {type: {} for type in found.unread() - {"AWS::CDK::Metadata"}}}


def _function(r: Any) -> Any:
    return {
        "description": r["Description"],
        "package": r["PackageType"],
        "image": r["Code"].get("ImageUri"),
        "runtime": r.get("Runtime"),
        "handler": r.get("Handler") or r["ImageConfig"]["Command"],
        "architecture": r["Architectures"],
        "memory": r["MemorySize"],
        "timeout": r["Timeout"],
        "reserved": r.get("ReservedConcurrentExecutions"),
        "environment": r["Environment"]["Variables"],
        "tracing": r["TracingConfig"]["Mode"],
        "role": r["Role"],
    }


def _role(r: Any) -> Any:
    (policy,) = r["Policies"]
    return {
        "description": r["Description"],
        "trusts": grants(r["AssumeRolePolicyDocument"]),
        "boundary": r.get("PermissionsBoundary"),
        "may": grants(policy["PolicyDocument"]),
    }


def _table(r: Any) -> Any:
    recovery = r["PointInTimeRecoverySpecification"]
    return {
        "billing": r["BillingMode"],
        "key": [each["AttributeName"] for each in r["KeySchema"]],
        "attributes": {each["AttributeName"]: each["AttributeType"] for each in r["AttributeDefinitions"]},
        "indexes": {
            each["IndexName"]: [
                *(key["AttributeName"] for key in each["KeySchema"]),
                each["Projection"]["ProjectionType"],
            ]
            for each in r.get("GlobalSecondaryIndexes", ())
        },
        "stream": r.get("StreamSpecification", {}).get("StreamViewType"),
        "ttl": r["TimeToLiveSpecification"]["AttributeName"],
        "protected": r["DeletionProtectionEnabled"],
        "days to go back": recovery["RecoveryPeriodInDays"] if recovery["PointInTimeRecoveryEnabled"] else 0,
    }


def _queues(found: Resolved) -> dict[str, Any]:
    policies = {
        name: grants(r["PolicyDocument"]) for r in found.of("AWS::SQS::QueuePolicy") for name in r["Queues"]
    }
    return {
        r["QueueName"]: {
            "kept": r["MessageRetentionPeriod"],
            "hidden": r.get("VisibilityTimeout", 30),
            "encrypted": r["SqsManagedSseEnabled"],
            "redrive": r.get("RedrivePolicy"),
            "redriven": r.get("RedriveAllowPolicy"),
            "lets in": policies.get(r["QueueName"], []),
        }
        for r in found.of("AWS::SQS::Queue")
    }


def _rule(r: Any) -> Any:
    return {
        "bus": r.get("EventBusName", "default"),
        "description": r["Description"],
        "pattern": r.get("EventPattern"),
        "rate": r.get("ScheduleExpression"),
        "targets": [
            {"id": each["Id"], "arn": each["Arn"], "dead": each.get("DeadLetterConfig", {}).get("Arn")}
            for each in r["Targets"]
        ],
    }


def _mapping(r: Any) -> Any:
    return {
        "source": r["EventSourceArn"],
        "from": r.get("StartingPosition"),
        "batch": r["BatchSize"],
        "window": r.get("MaximumBatchingWindowInSeconds", 0),
        "answers": r["FunctionResponseTypes"],
        "at once": r.get("ScalingConfig", {}).get("MaximumConcurrency"),
        "filters": sorted(each["Pattern"] for each in r.get("FilterCriteria", {}).get("Filters", ())),
        "halves": r.get("BisectBatchOnFunctionError", False),
        "retries": r.get("MaximumRetryAttempts"),
        "age": r.get("MaximumRecordAgeInSeconds"),
        "failures": r.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"),
    }


def _invokers(found: Resolved) -> dict[str, Any]:
    return {
        f"{r['Principal']} invokes {r['FunctionName']}": [r["Action"], r["SourceArn"]]
        for r in found.of("AWS::Lambda::Permission")
    }


def _api(r: Any) -> Any:
    cors = r.get("CorsConfiguration")
    names = {
        "allow_origins": "AllowOrigins",
        "allow_methods": "AllowMethods",
        "allow_headers": "AllowHeaders",
        "expose_headers": "ExposeHeaders",
    }
    return {
        "description": r["Description"],
        "protocol": r["ProtocolType"],
        "closed": r["DisableExecuteApiEndpoint"],
        "websites": {name: sorted(cors[of]) for name, of in names.items()} | {"age": cors["MaxAge"]}
        if cors
        else None,
    }


def _stage(r: Any) -> Any:
    routes, logs = r["DefaultRouteSettings"], r["AccessLogSettings"]
    return {
        "description": r["Description"],
        "deploys itself": r["AutoDeploy"],
        "throttle": [routes["ThrottlingRateLimit"], routes["ThrottlingBurstLimit"]],
        "logs": [logs["DestinationArn"], json.loads(logs["Format"])],
    }


def _integration(r: Any) -> Any:
    return [r["IntegrationType"], r["IntegrationUri"], r["PayloadFormatVersion"]]


def _route(r: Any) -> Any:
    return {
        "target": r["Target"],
        "by": r["AuthorizationType"],
        "scopes": sorted(r.get("AuthorizationScopes", ())),
    }


def _authorizer(r: Any) -> Any:
    jwt = r["JwtConfiguration"]
    return [r["AuthorizerType"], r["IdentitySource"], jwt["Issuer"], sorted(jwt["Audience"])]


def _domain(r: Any) -> Any:
    (found,) = r["DomainNameConfigurations"]
    return [found["CertificateArn"], found["EndpointType"], found["SecurityPolicy"]]


def _alarm(r: Any) -> Any:
    return {
        "text": r["AlarmDescription"],
        "metric": [r["Namespace"], r["MetricName"], r.get("Statistic") or r["ExtendedStatistic"]],
        "of": {each["Name"]: each["Value"] for each in r.get("Dimensions", ())},
        "rings": [r["ComparisonOperator"], r["Threshold"], r["Period"], r["EvaluationPeriods"]],
        "without data": r["TreatMissingData"],
        "tells": [r["AlarmActions"], r["OKActions"]],
    }


def _chats(found: Resolved) -> dict[str, Any]:
    slack = {
        r["ConfigurationName"]: [r["SlackWorkspaceId"], r["SlackChannelId"], r["GuardrailPolicies"]]
        for r in found.of("AWS::Chatbot::SlackChannelConfiguration")
    }
    teams = {
        r["ConfigurationName"]: [r["TeamsTenantId"], r["TeamId"], r["TeamsChannelId"], r["GuardrailPolicies"]]
        for r in found.of("AWS::Chatbot::MicrosoftTeamsChannelConfiguration")
    }
    return {**slack, **teams}


def _budget(r: Any) -> Any:
    budget = r["Budget"]
    limit = budget["BudgetLimit"]
    return {
        "limit": [float(limit["Amount"]), limit["Unit"], budget["TimeUnit"], budget["BudgetType"]],
        "of": budget["CostFilters"],
        "told": sorted(
            [each[key] for key in ("ComparisonOperator", "NotificationType", "Threshold", "ThresholdType")]
            for each in (found["Notification"] for found in r["NotificationsWithSubscribers"])
        ),
    }


_LOCKS = 4  # lists and policies, old and new


def _bucket(r: Any) -> Any:
    closed = r["PublicAccessBlockConfiguration"]
    return {"closed": len(closed) == _LOCKS and all(closed.values())}
