"""A developer may deploy the stage of their own and no other; a workflow, the stages of its environment."""

import json
from typing import Any

import pytest

from tests.emulator import REGION
from tests.infra.terraform.conftest import client
from tests.infra.terraform.planned import ACCOUNT, IN_REGION, Planned, statements
from tests.infra.terraform.workspace import TerraformFailed, Workspace

pytestmark = [pytest.mark.stage, pytest.mark.timeout(400)]

POLICY_CHARACTERS = 6144  # what AWS lets a managed policy have, spaces left out
OWN, OTHERS = "dev-anna", "dev-bob"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/frontdesk-dev-anna-boundary"

# What a deployment does, to what: {stage} is the stage's name.
DEPLOYING = {
    "dynamodb:CreateTable": f"arn:aws:dynamodb:{IN_REGION}:table/frontdesk-{{stage}}-orders",
    "dynamodb:DeleteTable": f"arn:aws:dynamodb:{IN_REGION}:table/frontdesk-{{stage}}-orders",
    "sqs:CreateQueue": f"arn:aws:sqs:{IN_REGION}:frontdesk-{{stage}}-inventory-dead",
    "sqs:SetQueueAttributes": f"arn:aws:sqs:{IN_REGION}:frontdesk-{{stage}}-orders-parked",
    "lambda:CreateFunction": f"arn:aws:lambda:{IN_REGION}:function:frontdesk-{{stage}}-orders-http",
    "lambda:UpdateFunctionCode": f"arn:aws:lambda:{IN_REGION}:function:frontdesk-{{stage}}-orders-http",
    "lambda:AddPermission": f"arn:aws:lambda:{IN_REGION}:function:frontdesk-{{stage}}-orders-http",
    "logs:CreateLogGroup": f"arn:aws:logs:{IN_REGION}:log-group:/aws/lambda/frontdesk-{{stage}}-orders-http",
    "logs:PutRetentionPolicy": f"arn:aws:logs:{IN_REGION}:log-group:/aws/apigateway/frontdesk-{{stage}}",
    "events:CreateEventBus": f"arn:aws:events:{IN_REGION}:event-bus/frontdesk-{{stage}}",
    "events:PutRule": f"arn:aws:events:{IN_REGION}:rule/frontdesk-{{stage}}/frontdesk-{{stage}}-inventory",
    "events:PutTargets": f"arn:aws:events:{IN_REGION}:rule/frontdesk-{{stage}}-sweep",
    "scheduler:CreateScheduleGroup": f"arn:aws:scheduler:{IN_REGION}:schedule-group/frontdesk-{{stage}}",
    "sns:CreateTopic": f"arn:aws:sns:{IN_REGION}:frontdesk-{{stage}}-alarms",
    "cloudwatch:PutMetricAlarm": f"arn:aws:cloudwatch:{IN_REGION}:alarm:frontdesk-{{stage}}-api-errors",
    "cloudwatch:PutDashboard": f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/frontdesk-{{stage}}",
    "budgets:ModifyBudget": f"arn:aws:budgets::{ACCOUNT}:budget/frontdesk-{{stage}}-monthly",
    "s3:CreateBucket": f"arn:aws:s3:::frontdesk-{{stage}}-failures-{ACCOUNT}",
    "s3:PutObject": f"arn:aws:s3:::frontdesk-{{stage}}-packages-{ACCOUNT}/packages/base.zip",
    "s3:GetObject": f"arn:aws:s3:::frontdesk-state-{ACCOUNT}-{REGION}/{{stage}}/terraform.tfstate",
    "ssm:PutParameter": f"arn:aws:ssm:{IN_REGION}:parameter/frontdesk-{{stage}}/keys/1",
    "iam:GetRole": f"arn:aws:iam::{ACCOUNT}:role/frontdesk-{{stage}}-orders-http",
    "iam:DeleteRole": f"arn:aws:iam::{ACCOUNT}:role/frontdesk-{{stage}}-orders-http",
}
ROLE = f"arn:aws:iam::{ACCOUNT}:role/frontdesk-{OWN}-orders-http"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, emulator: str) -> Workspace:
    """Return the root module that gives out access, applied: to anna, and to the workflows of a repository."""
    made = Workspace(tmp_path_factory.mktemp("access"), emulator, root="access")
    made.initialise()
    made.plan(given(emulator, "anna"))
    made.apply()
    return made


@pytest.fixture(scope="module")
def access(root: Workspace) -> dict[str, Any]:
    """Return who was given what."""
    return root.outputs()


def given(emulator: str, *developers: str) -> dict[str, object]:
    """Return the variables."""
    repository = {"repository": "snacks/desk"}
    return {"region": REGION, "developers": developers, "github": repository, "emulator": emulator}


@pytest.fixture(scope="module")
def anna(access: dict[str, Any], emulator: str) -> str:
    """Return anna, with her policy."""
    iam = client("iam", emulator)
    arn: str = iam.create_user(UserName="anna")["User"]["Arn"]
    iam.attach_user_policy(UserName="anna", PolicyArn=access["developers"]["anna"]["policy"])
    return arn


def may(emulator: str, who: str, action: str, resource: str) -> bool:
    """Return what IAM would decide about a call that nothing more is known of."""
    found = client("iam", emulator).simulate_principal_policy(
        PolicySourceArn=who, ActionNames=[action], ResourceArns=[resource]
    )
    decision: str = found["EvaluationResults"][0]["EvalDecision"]
    return decision == "allowed"


def policy(emulator: str, name: str) -> str:
    """Return a policy that somebody was given."""
    arn = f"arn:aws:iam::{ACCOUNT}:policy/{name}"
    found = client("iam", emulator).get_policy_version(PolicyArn=arn, VersionId="v1")
    return json.dumps(found["PolicyVersion"]["Document"], separators=(",", ":"))


def conditions(emulator: str, name: str, action: str) -> list[Any]:
    """Return under which condition each statement of a policy allows (or denies) an action."""
    return [
        (statement["Effect"], statement.get("Condition"))
        for statement in statements(policy(emulator, name))
        if action in statement["Action"]
    ]


@pytest.mark.parametrize("action", DEPLOYING)
def test_a_developer_may_deploy_their_own_stage_and_no_other(emulator: str, anna: str, action: str) -> None:
    resource = DEPLOYING[action]

    assert may(emulator, anna, action, resource.format(stage=OWN))
    assert not may(emulator, anna, action, resource.format(stage=OTHERS))
    assert not may(emulator, anna, action, resource.format(stage="production"))


# What follows hangs on conditions. The emulator's IAM does not know these keys, so that they are read, not tried.


def test_a_role_is_made_within_the_boundary_or_not_at_all(emulator: str, anna: str) -> None:
    bounded = ("Allow", {"StringEquals": {"iam:PermissionsBoundary": BOUNDARY}})

    for action in ("iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"):
        assert conditions(emulator, "frontdesk-dev-anna-deploy", action) == [bounded]
        assert not may(emulator, anna, action, ROLE)


def test_the_boundary_itself_is_out_of_reach(emulator: str, anna: str) -> None:
    for action in ("iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeleteRolePermissionsBoundary"):
        assert not may(emulator, anna, action, BOUNDARY)
        assert not may(emulator, anna, action, ROLE)


def test_a_role_is_passed_to_functions_and_timers_alone(emulator: str, anna: str) -> None:
    services = ["lambda.amazonaws.com", "scheduler.amazonaws.com"]

    ((effect, condition),) = conditions(emulator, "frontdesk-dev-anna-deploy", "iam:PassRole")
    assert (effect, sorted(condition["StringEquals"]["iam:PassedToService"])) == ("Allow", services)
    assert not may(emulator, anna, "iam:PassRole", ROLE)


def test_the_api_of_another_stage_is_left_alone(emulator: str, anna: str) -> None:
    tagged = {"Null": {"aws:ResourceTag/stage": "false"}, "StringNotLike": {"aws:ResourceTag/stage": OWN}}

    for action in ("apigateway:PATCH", "apigateway:DELETE"):
        assert sorted(conditions(emulator, "frontdesk-dev-anna-deploy", action), key=str) == [
            ("Allow", None),
            ("Deny", tagged),
        ]
        assert may(emulator, anna, action, f"arn:aws:apigateway:{REGION}::/apis/1a2b3c4d")


def test_a_mapping_is_bound_to_a_function_of_the_stage(emulator: str, anna: str) -> None:
    own = f"arn:aws:lambda:{IN_REGION}:function:frontdesk-dev-anna-*"

    assert conditions(emulator, "frontdesk-dev-anna-deploy", "lambda:*EventSourceMapping") == [
        ("Allow", {"ArnLike": {"lambda:FunctionArn": own}})
    ]
    assert not may(emulator, anna, "lambda:CreateEventSourceMapping", "*")


@pytest.mark.parametrize("name", ["deploy", "boundary"])
def test_a_policy_is_no_longer_than_aws_takes(emulator: str, anna: str, name: str) -> None:
    assert anna
    assert len(policy(emulator, f"frontdesk-dev-anna-{name}")) <= POLICY_CHARACTERS


def test_the_boundary_holds_whatever_a_role_needs(emulator: str, anna: str, whole: Planned) -> None:
    assert anna
    iam = client("iam", emulator)
    bounded: str = iam.create_user(UserName="bounded")["User"]["Arn"]
    iam.attach_user_policy(UserName="bounded", PolicyArn=BOUNDARY)
    needed = {
        (action, resource.replace("frontdesk-dev", f"frontdesk-{OWN}"))
        for role in whole.every("aws_iam_role_policy")
        for statement in statements(role["policy"])
        for action in statement["Action"]
        for resource in statement["Resource"]
        if resource != "*"
    }
    beyond = {
        (action, resource)
        for action, resource in needed
        if not may(emulator, bounded, action, resource.replace("/default/", f"/frontdesk-{OWN}/"))
    }

    assert may(emulator, bounded, "sns:Publish", "+56900000000")
    assert not may(emulator, bounded, "sns:Publish", f"arn:aws:sns:{IN_REGION}:frontdesk-{OWN}-alarms")
    # Allowed to the scheduler alone, which the emulator's IAM cannot be told.
    scheduler = f"arn:aws:iam::{ACCOUNT}:role/frontdesk-{OWN}-scheduler"
    assert beyond == {("iam:PassRole", scheduler)}
    assert conditions(emulator, "frontdesk-dev-anna-boundary", "iam:PassRole") == [
        ("Allow", {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}})
    ]


def test_a_workflow_is_trusted_in_its_repository_and_environment_alone(
    access: dict[str, Any], emulator: str
) -> None:
    iam = client("iam", emulator)

    assert access["environments"].keys() == {"preview", "staging", "production"}
    for environment in access["environments"]:
        role = iam.get_role(RoleName=f"frontdesk-github-{environment}")["Role"]
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
        assert statement["Condition"]["StringEquals"] == {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": f"repo:snacks/desk:environment:{environment}",
        }
        (attached,) = iam.list_attached_role_policies(RoleName=f"frontdesk-github-{environment}")[
            "AttachedPolicies"
        ]
        assert attached["PolicyName"] == f"frontdesk-{environment}-deploy"


def test_developers_whose_stages_could_be_mixed_up_are_refused(root: Workspace, emulator: str) -> None:
    with pytest.raises(TerraformFailed, match="do not begin with one another"):
        root.plan(given(emulator, "anna", "anna-b"))
