"""Who is told, and of what: the alarms of the manifest and the budget, all to one topic."""

from collections.abc import Callable

from aws_cdk import aws_budgets, aws_cloudwatch, aws_sns
from constructs import Construct

from frontdesk_cdk import manifest
from frontdesk_cdk.accepted import TLS, accept
from frontdesk_cdk.names import Names
from frontdesk_cdk.role import document

_RUNBOOK = "docs/runbook.md"


class Topic(Construct):
    """The topic that everything is told to."""

    def __init__(self, scope: Construct, names: Names) -> None:
        super().__init__(scope, "Topic")
        name = names.of("alarms")
        self.arn = names.arn("sns", name)
        self.resource = aws_sns.CfnTopic(
            self, "Topic", topic_name=name, display_name=f"Alarms of {names.prefix}"
        )
        accept(self.resource, "SNS3", TLS)
        self.policy = aws_sns.CfnTopicPolicy(
            self,
            "Policy",
            topics=[self.resource.ref],
            policy_document=document(
                {
                    "Sid": "AlarmsAndBudgets",
                    "Effect": "Allow",
                    "Action": "sns:Publish",
                    "Resource": self.arn,
                    "Principal": {"Service": ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]},
                    "Condition": {"StringEquals": {"aws:SourceAccount": names.account}},
                }
            ),
        )
        for email in names.settings.alarm_emails:
            aws_sns.CfnSubscription(
                self, email, topic_arn=self.resource.ref, protocol="email", endpoint=email
            )


class Alarms(Construct):
    """The alarms of the manifest. `dimension` gives the value that a symbol stands for."""

    def __init__(
        self,
        scope: Construct,
        declared: list[manifest.Alarm],
        names: Names,
        topic: Topic,
        dimension: Callable[[str], str],
    ) -> None:
        super().__init__(scope, "Alarms")
        self.names = [names.of(alarm["name"]) for alarm in declared]
        for alarm in declared:
            statistic = alarm["statistic"]
            is_percentile = statistic.startswith("p")
            aws_cloudwatch.CfnAlarm(
                self,
                alarm["name"],
                alarm_name=names.of(alarm["name"]),
                alarm_description=f"{alarm['text']} What to do: {_RUNBOOK}#{alarm['anchor']}",
                namespace=alarm["namespace"],
                metric_name=alarm["metric"],
                dimensions=[
                    aws_cloudwatch.CfnAlarm.DimensionProperty(name=name, value=dimension(symbol))
                    for name, symbol in alarm["dimensions"].items()
                ],
                statistic=None if is_percentile else statistic,
                extended_statistic=statistic if is_percentile else None,
                period=alarm["period"],
                evaluation_periods=alarm["evaluations"],
                threshold=alarm["threshold"],
                comparison_operator=alarm["comparison"],
                treat_missing_data=alarm["missing"],
                alarm_actions=[topic.arn],
                ok_actions=[topic.arn],
            ).add_resource_dependency(topic.resource)


class Budget(Construct):
    """What the stage may cost in a month. It counts what bears the stage's tag."""

    def __init__(
        self, scope: Construct, declared: manifest.Budget, dollars: float, names: Names, topic: Topic
    ) -> None:
        super().__init__(scope, "Budget")
        budget = aws_budgets.CfnBudget
        budget(
            self,
            "Budget",
            budget=budget.BudgetDataProperty(
                budget_name=names.of(declared["name"]),
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=budget.SpendProperty(amount=dollars, unit="USD"),
                cost_filters={"TagKeyValue": [f"user:stage${names.settings.stage}"]},
            ),
            notifications_with_subscribers=[
                budget.NotificationWithSubscribersProperty(
                    notification=budget.NotificationProperty(
                        comparison_operator="GREATER_THAN",
                        notification_type="ACTUAL",
                        threshold=percent,
                        threshold_type="PERCENTAGE",
                    ),
                    subscribers=[budget.SubscriberProperty(subscription_type="SNS", address=topic.arn)],
                )
                for percent in declared["percents"]
            ],
        ).add_resource_dependency(topic.policy)
