"""The comparison of both tools sees what it is for: a change to one template is found, where it was made."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.emulator import ACCOUNT, REGION
from tests.infra.shapes import cloudformation
from tests.infra.shapes.shape import differences

pytestmark = [pytest.mark.stage, pytest.mark.timeout(400)]

Properties = dict[str, Any]


def _weaker(properties: Properties) -> None:
    properties["Policies"][0]["PolicyDocument"]["Statement"].pop()


def _open(properties: Properties) -> None:
    properties["AuthorizationScopes"] = []


def _deaf(properties: Properties) -> None:
    properties["EventPattern"]["detail-type"].pop()


def _leaky(properties: Properties) -> None:
    del properties["RedrivePolicy"]


def _unfiltered(properties: Properties) -> None:
    del properties["FilterCriteria"]


def _forgetful(properties: Properties) -> None:
    del properties["GlobalSecondaryIndexes"]


def _set(name: str, value: Any) -> Callable[[Properties], None]:
    return lambda properties: properties.update({name: value})


@pytest.mark.parametrize(
    ("section", "type", "name", "change"),
    [
        ("functions", "AWS::Lambda::Function", "frontdesk-dev-orders-http", _set("MemorySize", 1)),
        ("roles", "AWS::IAM::Role", "frontdesk-dev-orders-http", _weaker),
        ("tables", "AWS::DynamoDB::Table", "frontdesk-dev-orders", _forgetful),
        ("routes", "AWS::ApiGatewayV2::Route", "POST /orders", _open),
        ("rules", "AWS::Events::Rule", "frontdesk-dev-inventory", _deaf),
        ("queues", "AWS::SQS::Queue", "frontdesk-dev-inventory", _leaky),
        ("mappings", "AWS::Lambda::EventSourceMapping", "frontdesk-dev-orders-relay", _unfiltered),
        ("alarms", "AWS::CloudWatch::Alarm", "frontdesk-dev-api-errors", _set("Threshold", 1)),
        ("logs", "AWS::Logs::LogGroup", "/aws/lambda/frontdesk-dev-orders-http", _set("RetentionInDays", 1)),
    ],
)
def test_a_change_is_found(
    whole: dict[str, Any], section: str, type: str, name: str, change: Callable[[Properties], None]
) -> None:
    changed = deepcopy(whole)
    (properties,) = (
        resource["Properties"]
        for resource in changed["Resources"].values()
        if resource["Type"] == type and name in resource["Properties"].values()
    )
    change(properties)

    found = differences(
        cloudformation.shape_of(whole, ACCOUNT, REGION), cloudformation.shape_of(changed, ACCOUNT, REGION)
    )

    assert {section: list(named) for section, named in found.items()} == {section: [name]}


def test_what_one_tool_makes_and_the_other_does_not_is_found(whole: dict[str, Any]) -> None:
    fewer = deepcopy(whole)
    for resource in list(fewer["Resources"]):
        if fewer["Resources"][resource]["Type"] == "AWS::SNS::TopicPolicy":
            del fewer["Resources"][resource]

    found = differences(
        cloudformation.shape_of(whole, ACCOUNT, REGION), cloudformation.shape_of(fewer, ACCOUNT, REGION)
    )

    assert found == {"beside": {"policies of topics": (1, 0)}}
