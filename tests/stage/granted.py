"""What a function may do, taken from it one by one: then its short story cannot be told.

The emulator lets some things pass that AWS does not. Those are not tried; each stands below with what shows it.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from frontdesk.manifest.shape import Function
from frontdesk.manifest.uses import MAKE, SEE
from tests.stage.deployed import DeployedDesk
from tests.stage.stories import ALIKE, STORIES
from tests.stage.teller import BrokenOffError, Teller

# What Lambda or EventBridge Scheduler does in a function's name, and the emulator does unasked.
_UNASKED = "the plan and the template: tests/infra"
UNSEEN = {
    "sqs:GetQueueAttributes": _UNASKED,
    "dynamodb:DescribeStream": _UNASKED,
    "dynamodb:GetRecords": _UNASKED,
    "dynamodb:GetShardIterator": _UNASKED,
    "dynamodb:ListStreams": _UNASKED,
    "iam:PassRole": _UNASKED,
    "logs:CreateLogStream": _UNASKED,
    "logs:PutLogEvents": _UNASKED,
    # Without it a message that failed comes again when it would anyway, and not when it should.
    "sqs:ChangeMessageVisibility": "tests/unit/lambdas and tests/unit/manifest",
}
UNSEEN_OF_A_KIND = {
    ("queue", "sqs:ReceiveMessage"): _UNASKED,
    ("queue", "sqs:DeleteMessage"): _UNASKED,
    ("stream", "s3:ListBucket"): _UNASKED,
}


def unneeded(teller: Teller, function: Function, tried: Collection[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return those of the tried permissions without which a function's story can be told all the same.

    With all of them it can.
    """
    resources = list(dict.fromkeys(resource for _, resource in cases(function)))
    if any(resource.startswith("parameters") for resource in resources):  # of another function's story
        begin_anew(teller.desk, function.name)
    for resource in resources[:1] if function.name in ALIKE else resources:
        list(STORIES[function.name](teller, resource))
    return [case for case in tried if told(teller, function.name, *case)]


def one_of_each(functions: Iterable[Function]) -> dict[str, list[tuple[str, str]]]:
    """Return a few permissions to try: every action once, of the function that has least to lose beside it."""
    found: dict[str, list[tuple[str, str]]] = {function.name: [] for function in functions}
    tried: set[str] = set()
    for function in sorted(functions, key=lambda function: len(cases(function))):
        for action, resource in cases(function):
            if action not in tried:
                tried.add(action)
                found[function.name].append((action, resource))
    return found


def cases(function: Function) -> list[tuple[str, str]]:
    """Return what a function may do that the emulator asks for: actions and resources. Making secrets comes last."""
    found = [
        (action, permission.resource) for permission in function.permissions for action in permission.actions
    ]
    seen = [
        (action, resource)
        for action, resource in found
        if action not in UNSEEN
        and (function.kind, action) not in UNSEEN_OF_A_KIND
        and not (resource == "table:identity" and function.service not in {"identity", ""})
    ]
    return sorted(seen, key=lambda case: case[0] == MAKE)


def stands_for(resource: str, prefix: str) -> str:
    """Return what the ARN of a resource of the manifest has in it."""
    what, _, name = resource.partition(":")
    table, _, index = name.partition("/")
    return {
        "table": f":table/{prefix}-{name}|",
        "index": f":table/{prefix}-{table}/index/{index}|",
        "bus": ":event-bus/",
        "queue": f":{prefix}-{name}|",
        "parked": f":{prefix}-{name}-parked|",
        "schedules": ":schedule/",
        # The emulator authorises a listing by path as one of everything: it is granted all of them, or none.
        "parameters": f":parameter/{prefix}/",
        "failures": f":::{prefix}-failures-",
        "function": f":function:{prefix}-{name}|",
        "text-messages": "*|",
    }[what]


@contextmanager
def without(desk: DeployedDesk, function: str, action: str, resource: str) -> Iterator[None]:
    """Take a permission away for a while."""
    iam, role = desk.aws("iam"), f"{desk.stage.prefix}-{function}"
    wanted = stands_for(resource, desk.stage.prefix)
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    whole = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    less, taken = [], 0
    for statement in whole["Statement"]:
        actions = _listed(statement["Action"])
        if action in actions and any(wanted in f"{arn}|" for arn in _listed(statement["Resource"])):
            actions, taken = [one for one in actions if one != action], taken + 1
        if actions:
            less.append(statement | {"Action": actions})
    assert taken == 1 or (taken and action == SEE), f"{action} on {resource} is granted {taken} times"
    iam.put_role_policy(
        RoleName=role, PolicyName=name, PolicyDocument=json.dumps(whole | {"Statement": less})
    )
    try:
        yield
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(whole))


def begin_anew(desk: DeployedDesk, function: str, *, without: str = "") -> None:
    """Let no process of a function be left that remembers secrets; and perhaps let there be none at a place."""
    ssm = desk.aws("ssm")
    if without:
        names = [one["Name"] for one in ssm.describe_parameters()["Parameters"]]
        for name in names:
            if name.startswith(f"/{desk.stage.prefix}/{without}"):
                ssm.delete_parameter(Name=name)
    name, lambdas = f"{desk.stage.prefix}-{function}", desk.aws("lambda")
    settled = lambdas.get_function_configuration(FunctionName=name)["Timeout"]
    lambdas.update_function_configuration(
        FunctionName=name, Timeout=settled
    )  # the emulator, too, begins anew


def told(teller: Teller, function: str, action: str, resource: str) -> bool:
    """Tell a function's story without a permission; return whether it could be told all the same."""
    story = STORIES[function](teller, resource)
    next(story)
    what, _, place = resource.partition(":")
    if what == "parameters":
        begin_anew(teller.desk, function, without=(place or "keys") if action == MAKE else "")
    with without(teller.desk, function, action, resource):
        try:
            next(story, None)
        except BrokenOffError:
            return False
    return True


def _listed(found: Any) -> list[str]:
    return [found] if isinstance(found, str) else list(found)
