"""Alarms in Slack and Teams.

Somebody lets the workspace in once, in the console of Amazon Q Developer in chat applications.
"""

from typing import TypedDict

from aws_cdk import aws_chatbot
from constructs import Construct

from frontdesk_cdk.names import Names
from frontdesk_cdk.observability import Topic
from frontdesk_cdk.role import role

# It shows the graph of an alarm's metric, and nothing else.
_GRAPHS = {
    "Effect": "Allow",
    "Action": [
        "cloudwatch:DescribeAlarms",
        "cloudwatch:GetMetricData",
        "cloudwatch:GetMetricStatistics",
        "cloudwatch:ListMetrics",
    ],
    "Resource": ["*"],  # metrics are no resources
}


class _Told(TypedDict):
    """What every channel is told, and as whom it shows it."""

    iam_role_arn: str
    sns_topic_arns: list[str]
    guardrail_policies: list[str]


class Chat(Construct):
    """The channels that the settings name."""

    def __init__(self, scope: Construct, names: Names, topic: Topic) -> None:
        super().__init__(scope, "Chat")
        settings = names.settings
        shows = role(
            self,
            names,
            "chat",
            "chatbot.amazonaws.com",
            [],
            description="Shows alarms and their metrics in a chat",
            trusted_if={"StringEquals": {"aws:SourceAccount": names.account}},
            also=[_GRAPHS],
        )
        told: _Told = {
            "iam_role_arn": shows.attr_arn,
            "sns_topic_arns": [topic.resource.ref],
            "guardrail_policies": [names.managed_policy_arn("CloudWatchReadOnlyAccess")],
        }
        if settings.slack:
            aws_chatbot.CfnSlackChannelConfiguration(
                self,
                "Slack",
                configuration_name=names.of("slack"),
                slack_workspace_id=settings.slack["workspace"],
                slack_channel_id=settings.slack["channel"],
                **told,
            )
        if settings.teams:
            aws_chatbot.CfnMicrosoftTeamsChannelConfiguration(
                self,
                "Teams",
                configuration_name=names.of("teams"),
                teams_tenant_id=settings.teams["tenant"],
                team_id=settings.teams["team"],
                teams_channel_id=settings.teams["channel"],
                **told,
            )
