"""A stage on the emulator with its functions in this process: all real but the API, and what carries batches to them.

The emulator's own delivery forgets a record that a relay reports as failed, so streams are read here, as Lambda would.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import msgspec

from frontdesk.adapters.aws.burial import KINDS
from frontdesk.adapters.aws.client import DYNAMODB, EVENTS, S3, SQS, AwsClient, AwsSettings, Service
from frontdesk.adapters.aws.credentials import from_environment
from frontdesk.adapters.aws.names import Names
from frontdesk.adapters.aws.tables import table_definition
from frontdesk.bootstrap import choose
from frontdesk.bootstrap_aws import Stage
from frontdesk.config import StageSettings
from frontdesk.entrypoints.lambdas.http import service_function
from frontdesk.entrypoints.lambdas.oauth import oauth_function
from frontdesk.entrypoints.lambdas.operations import operations_function
from frontdesk.entrypoints.lambdas.queue import subscriber_function
from frontdesk.entrypoints.lambdas.relay import relay_function
from frontdesk.entrypoints.lambdas.sweeper import sweeper_function
from frontdesk.entrypoints.operations import OPERATIONS
from frontdesk.manifest.author import manifest
from tests.emulator import ACCOUNT, CREDENTIALS, REGION
from tests.unit.lambdas.stage import Time, sqs_record

STREAMS = Service("dynamodb", "DynamoDBStreams_20120810", "1.0")
SERVICES = ("catalogue", "orders", "inventory", "accounting", "identity")
SITE = "https://desk.example"


class Deployed:
    """Some services on the emulator."""

    def __init__(self, client: AwsClient, endpoint: str, prefix: str) -> None:
        self.client = client
        self.names = Names(prefix, REGION, ACCOUNT, endpoint)
        self._endpoint = endpoint
        self.manifest = manifest(choose(SERVICES), OPERATIONS)
        self._kinds = {function.name: function.kind for function in self.manifest.deployment.functions}
        self._places: dict[str, str] = {}
        self._made: dict[str, Any] = {}

    def create(self) -> None:
        """Make what the infrastructure would make."""
        for service in choose(SERVICES):
            definition = table_definition(self.names.table(service.name), (*service.kinds, *KINDS))
            self.client.call(DYNAMODB, "CreateTable", definition)
        self.client.call(EVENTS, "CreateEventBus", {"Name": self.names.prefix})
        for name in self.manifest.deployment.parked:
            soon = {
                "VisibilityTimeout": "1"
            }  # what a sweep could not publish again is there for the next one
            queue = {"QueueName": self.names.parked(name), "Attributes": soon}
            self.client.call(SQS, "CreateQueue", queue)
        for heard in self.manifest.deployment.queues:
            queue_name = self.names.queue(heard.name)
            self.client.call(SQS, "CreateQueue", {"QueueName": queue_name})
            rule = {"EventBusName": self.names.prefix, "Rule": queue_name}
            pattern = json.dumps({"detail-type": list(heard.events)})
            self.client.call(EVENTS, "PutRule", {**rule, "Name": queue_name, "EventPattern": pattern})
            target = {"Id": "queue", "Arn": self.names.queue_arn(queue_name)}
            self.client.call(EVENTS, "PutTargets", {**rule, "Targets": [target]})
        place = f"<LocationConstraint>{REGION}</LocationConstraint>"
        body = f"<CreateBucketConfiguration>{place}</CreateBucketConfiguration>".encode()
        self.client.send(S3, "PUT", f"/{self.names.failures()}", body=body)

    def stage(self, function: str) -> Stage:
        """Return the stage as one function sees it."""
        settings = StageSettings(
            prefix=self.names.prefix,
            stage="test",
            account=ACCOUNT,
            region=REGION,
            bus=self.names.prefix,
            schedules="default",
            function=function,
            issuer=SITE,
            site=SITE,
            endpoint=self._endpoint,
        )
        return Stage(settings, self.manifest, self.client)

    def function(self, name: str) -> Any:
        """Return a function, made by its own module."""
        if name not in self._made:
            stage = self.stage(name)
            make = {
                "http": service_function,
                "operations": operations_function,
                "queue": subscriber_function,
                "stream": relay_function,
                "schedule": sweeper_function,
                "oauth": oauth_function,
            }[self._kinds[name]]
            self._made[name] = make(stage)
        return self._made[name]

    def close(self) -> None:
        """End the loops of the functions that have one."""
        for made in self._made.values():
            for part in vars(made).values():
                if type(part).__name__ == "KeptLoop":
                    part.close()

    def relay(self, service: str) -> None:
        """Hand what a stream tells to its relay."""
        records = list(self.unread(service))
        if records:
            answer = self.function(f"{service}-relay").pass_on({"Records": records}, Time())
            assert answer == {"batchItemFailures": []}

    def deliver(self, subscriber: str) -> int:
        """Hand what is in a queue to its subscriber, and return how much that was."""
        queue = self.stage(subscriber).queue(subscriber)
        deliveries = queue.receive(visibility_seconds=1)
        if not deliveries:
            return 0
        records = [{**sqs_record(d.id, d.body, d.tries), "receiptHandle": d.handle} for d in deliveries]
        answer = self.function(subscriber).take_in({"Records": records}, Time())
        again = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        for delivery in deliveries:
            if delivery.id not in again:
                queue.delete(delivery.handle)
        return len(deliveries)

    def settle(self) -> None:
        """Let everything happen that has to happen."""
        quiet = 0
        while quiet < 2:
            for service in self.manifest.deployment.parked:
                self.relay(service)
            mapped = [queue.name for queue in self.manifest.deployment.queues if queue.mapped]
            quiet = 0 if sum(map(self.deliver, mapped)) else quiet + 1

    def unread(self, service: str) -> Iterator[Mapping[str, Any]]:
        """Yield what a stream tells from where it was left."""
        table = self.names.table(service)
        if service not in self._places:
            (stream,) = self.client.call(STREAMS, "ListStreams", {"TableName": table})["Streams"]
            arn = {"StreamArn": stream["StreamArn"]}
            described = self.client.call(STREAMS, "DescribeStream", arn)
            (shard,) = described["StreamDescription"]["Shards"]
            start = {**arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
            self._places[service] = self.client.call(STREAMS, "GetShardIterator", start)["ShardIterator"]
        place = self._places[service]
        while (answer := self.client.call(STREAMS, "GetRecords", {"ShardIterator": place}))["Records"]:
            place = self._places[service] = answer["NextShardIterator"]
            for record in answer["Records"]:
                image = record["dynamodb"].get("NewImage", {})
                if "e" in image or "t" in image:  # the filter of the stream
                    yield record


def opened(endpoint: str, prefix: str) -> Iterator[Deployed]:
    """Open a stage of its own."""
    settings = AwsSettings(region=REGION, credentials=from_environment(CREDENTIALS), endpoint=endpoint)
    with closing(AwsClient(settings)) as client:
        deployed = Deployed(client, endpoint, prefix)
        deployed.create()
        yield deployed
        deployed.close()


def body_of(answer: Mapping[str, Any]) -> Any:
    """Return an answer's body as plain data."""
    return msgspec.json.decode(answer["body"])
