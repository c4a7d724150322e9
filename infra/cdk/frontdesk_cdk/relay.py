"""What carries the events of one table to the bus: the mapping of its stream, and the queue for what the bus refuses.

A batch that fails is halved and tried again, then goes whole to the bucket of failures; the sweep publishes it later.
"""

from aws_cdk import aws_lambda, aws_s3
from constructs import Construct

from frontdesk_cdk import manifest
from frontdesk_cdk.accepted import accept
from frontdesk_cdk.function import Function
from frontdesk_cdk.names import Names
from frontdesk_cdk.queue import queue
from frontdesk_cdk.table import Table


class Parking(Construct):
    """The queue that keeps what the bus refused of one service."""

    def __init__(self, scope: Construct, service: str, names: Names) -> None:
        super().__init__(scope, service)
        self.queue = queue(self, "Queue", names.parked(service))
        accept(
            self.queue,
            "SQS3",
            "It is an end: the sweep takes out of it what it could pass on, and nothing else.",
        )


class Relay(Construct):
    """A stream of the manifest."""

    def __init__(
        self,
        scope: Construct,
        declared: manifest.Stream,
        table: Table,
        function: Function,
        failures: aws_s3.CfnBucket,
    ) -> None:
        super().__init__(scope, declared["table"])
        mapping = aws_lambda.CfnEventSourceMapping
        self.mapping = mapping(
            self,
            "Mapping",
            event_source_arn=table.resource.attr_stream_arn,
            function_name=function.name,
            starting_position="TRIM_HORIZON",
            batch_size=declared["batch"],
            bisect_batch_on_function_error=True,
            maximum_retry_attempts=declared["retries"],
            maximum_record_age_in_seconds=declared["age"],
            function_response_types=["ReportBatchItemFailures"],
            filter_criteria=mapping.FilterCriteriaProperty(
                filters=[mapping.FilterProperty(pattern=pattern) for pattern in declared["filters"]]
            ),
            destination_config=mapping.DestinationConfigProperty(
                on_failure=mapping.OnFailureProperty(destination=failures.attr_arn)
            ),
        )
        self.mapping.add_resource_dependency(function.resource)
