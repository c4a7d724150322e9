"""Calls one function again and again."""

from aws_cdk import aws_events, aws_lambda
from constructs import Construct

from frontdesk_cdk import manifest
from frontdesk_cdk.function import Function
from frontdesk_cdk.names import Names


class Schedule(Construct):
    """A schedule of the manifest: a rule of the default bus."""

    def __init__(
        self, scope: Construct, declared: manifest.Schedule, names: Names, function: Function
    ) -> None:
        super().__init__(scope, declared["name"])
        rule = aws_events.CfnRule(
            self,
            "Rule",
            name=names.of(declared["name"]),
            description=f"Calls {declared['function']} at a {declared['rate']}",
            schedule_expression=declared["rate"],
            targets=[aws_events.CfnRule.TargetProperty(id="function", arn=function.arn)],
        )
        rule.add_resource_dependency(function.resource)
        permission = aws_lambda.CfnPermission(
            self,
            "Permission",
            action="lambda:InvokeFunction",
            function_name=function.name,
            principal="events.amazonaws.com",
            source_arn=rule.attr_arn,
        )
        permission.add_resource_dependency(function.resource)
