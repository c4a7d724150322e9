"""One subscriber: a rule picks its events off the bus, a queue keeps them, its function takes them in batches.

The function writes what it cannot handle down as a dead letter. The dead-letter queue is for what no function saw: the
function could not start, or the bus could not reach the queue.
"""

from aws_cdk import CfnResource, aws_events, aws_lambda, aws_sqs
from constructs import Construct

from frontdesk_cdk import manifest
from frontdesk_cdk.function import Function
from frontdesk_cdk.names import Names
from frontdesk_cdk.queue import queue
from frontdesk_cdk.role import document


class Subscriber(Construct):
    """A queue of the manifest, its dead-letter queue, and what fills and what empties it."""

    def __init__(
        self,
        scope: Construct,
        declared: manifest.Queue,
        names: Names,
        function: Function,
        bus: CfnResource | None,
    ) -> None:
        super().__init__(scope, declared["name"])
        self._declared, self._names = declared, names
        self._arn = names.arns(f"queue:{declared['name']}")[0]
        self._dead_arn = names.arns(f"dead:{declared['name']}")[0]
        self.dead = queue(
            self,
            "Dead",
            names.dead(declared["name"]),
            redrive_allowed={"redrivePermission": "byQueue", "sourceQueueArns": [self._arn]},
        )
        self.queue = queue(
            self,
            "Queue",
            names.of(declared["name"]),
            visibility=declared["visibility"],
            redrive={"deadLetterTargetArn": self._dead_arn, "maxReceiveCount": declared["receives"]},
        )
        self.queue.add_resource_dependency(self.dead)
        if declared["events"]:  # a subscriber of timers alone hears nothing on the bus
            self._hears(bus)
        if declared["mapped"]:  # else the function asks the queue by itself
            self._is_taken_by(function)

    def _hears(self, bus: CfnResource | None) -> None:
        name = self._names.of(self._declared["name"])
        rule = aws_events.CfnRule(
            self,
            "Rule",
            name=name,
            description=f"What {self._declared['name']} subscribes to",
            event_bus_name=self._names.settings.bus,
            event_pattern={"detail-type": self._declared["events"]},
            targets=[
                aws_events.CfnRule.TargetProperty(
                    id="queue",
                    arn=self._arn,
                    dead_letter_config=aws_events.CfnRule.DeadLetterConfigProperty(arn=self._dead_arn),
                )
            ],
        )
        rule.add_resource_dependency(self.queue)
        if bus is not None:
            rule.add_resource_dependency(bus)
        rule_arn = self._names.arn("events", f"rule/{self._names.settings.bus}/{name}")
        for filled, arn in ((self.queue, self._arn), (self.dead, self._dead_arn)):
            aws_sqs.CfnQueuePolicy(
                self,
                f"{filled.node.id}FromTheBus",
                queues=[filled.ref],
                policy_document=document(
                    {
                        "Sid": "FromTheBus",
                        "Effect": "Allow",
                        "Action": "sqs:SendMessage",
                        "Resource": arn,
                        "Principal": {"Service": "events.amazonaws.com"},
                        "Condition": {"ArnEquals": {"aws:SourceArn": rule_arn}},
                    }
                ),
            )

    def _is_taken_by(self, function: Function) -> None:
        mapping = aws_lambda.CfnEventSourceMapping(
            self,
            "Mapping",
            event_source_arn=self._arn,
            function_name=function.name,
            batch_size=self._declared["batch"],
            maximum_batching_window_in_seconds=self._declared["window"],
            function_response_types=["ReportBatchItemFailures"],
            scaling_config=aws_lambda.CfnEventSourceMapping.ScalingConfigProperty(
                maximum_concurrency=self._declared["concurrency"]
            ),
        )
        mapping.add_resource_dependency(self.queue)
        mapping.add_resource_dependency(function.resource)
