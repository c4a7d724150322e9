"""A role that may do what the manifest says and nothing else."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import aws_iam
from constructs import Construct

from frontdesk_cdk.accepted import accept
from frontdesk_cdk.manifest import Permission
from frontdesk_cdk.names import Names

_VERSION = "2012-10-17"
_PASSED_ON = {"iam:PassRole": {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}}
_ANY = "*"
# Why a resource of each kind ends in a star.
_MANY = {
    "stream": "A table's stream is named for the moment of its making; this one table has one.",
    "failures": "The objects of one bucket, named for the batches that failed.",
    "text-messages": "A telephone number has no ARN, and the only topic of a stage is that of its alarms.",
    "logs": "The streams of one log group, which Lambda names as it starts.",
    "parameters": "The parameters of this stage, which the function makes and changes itself.",
    "schedules": "The timers of this stage, each named for its record.",
}
TRACING = {
    "Effect": "Allow",
    "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
    "Resource": ["*"],  # X-Ray knows no resources
}

Statement = Mapping[str, Any]


def role(
    scope: Construct,
    names: Names,
    name: str,
    principal: str,
    permissions: Sequence[Permission],
    *,
    description: str,
    trusted_if: Statement | None = None,
    also: Sequence[Statement] = (),
) -> aws_iam.CfnRole:
    """Make the role that the manifest calls so. `trusted_if` is a condition on who may take it on."""
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": principal}}
    if trusted_if is not None:
        trust["Condition"] = trusted_if
    statements = [*(_statement(names, permission) for permission in permissions), *also]
    made = aws_iam.CfnRole(
        scope,
        "Role",
        role_name=names.of(name),
        description=description,
        assume_role_policy_document=document(trust),
        permissions_boundary=names.boundary_arn(),
        policies=[
            aws_iam.CfnRole.PolicyProperty(policy_name="permissions", policy_document=document(*statements))
        ],
    )
    for permission in permissions:
        for arn in names.arns(permission["resource"]):
            if arn.endswith(_ANY):
                accept(made, f"IAM5[Resource::{arn}]", _MANY[permission["resource"].partition(":")[0]])
    if also:
        accept(made, "IAM5[Resource::*]", "What X-Ray and CloudWatch offer here knows no resources.")
    return made


def document(*statements: Statement) -> dict[str, Any]:
    """Return a policy of these statements."""
    return {"Version": _VERSION, "Statement": list(statements)}


def _statement(names: Names, permission: Permission) -> Statement:
    statement = {
        "Effect": "Allow",
        "Action": permission["actions"],
        "Resource": names.arns(permission["resource"]),
    }
    conditions = [_PASSED_ON[action] for action in permission["actions"] if action in _PASSED_ON]
    return {**statement, "Condition": conditions[0]} if conditions else statement
