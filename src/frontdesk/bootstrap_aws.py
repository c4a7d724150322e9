"""The composition root of the Lambda functions: settings in, the parts of one function out.

A function imports its own service and the adapters that it uses, and nothing more: a cold start is a feature. So what
only some functions need is imported where it is made.
"""

# ruff: noqa: PLC0415 - see above

import os.path
from contextlib import AbstractContextManager
from datetime import datetime
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING

import msgspec

from frontdesk.adapters.aws.client import DYNAMODB, AwsClient, AwsSettings
from frontdesk.adapters.aws.clock import BlockingClock, SystemChance
from frontdesk.adapters.aws.credentials import from_environment
from frontdesk.adapters.aws.names import Names
from frontdesk.adapters.aws.store import DynamoStore
from frontdesk.config import StageSettings, aws_credentials, ca_file, stage_from_environment
from frontdesk.kernel.bus import Bus
from frontdesk.kernel.ports import Clock
from frontdesk.kernel.services import Service
from frontdesk.manifest.running import Function, Manifest
from frontdesk.outside_aws import IDENTITY, Providers

if TYPE_CHECKING:
    from frontdesk.adapters.aws.events import EventBus
    from frontdesk.adapters.aws.letters import DynamoLetters, SideBySide
    from frontdesk.adapters.aws.objects import Bucket
    from frontdesk.adapters.aws.queues import Queue, QueueParking
    from frontdesk.adapters.aws.rescan import Part
    from frontdesk.adapters.aws.timers import Timers
    from frontdesk.adapters.tokens.withdrawn import Run, SeenWithdrawals

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - pathlib costs 4 ms


class Stage:
    """What the functions of one stage are made of. Parts are made when they are first asked for."""

    def __init__(self, settings: StageSettings, manifest: Manifest, client: AwsClient) -> None:
        self.settings: StageSettings = settings
        self.manifest = manifest
        self.client = client
        self.clock = BlockingClock()
        self.chance = SystemChance()
        self.names = Names(settings.prefix, settings.region, settings.account, settings.endpoint or None)

    @cached_property
    def function(self) -> Function:
        """What the manifest says of the function that runs here. Raises LookupError."""
        for function in self.manifest.deployment.functions:
            if function.name == self.settings.function:
                return function
        raise LookupError(f"the manifest knows no function {self.settings.function}")

    def service(self, name: str) -> Service:
        """Import a service."""
        found: Service = import_module(f"frontdesk.services.{name}.service").SERVICE
        return found

    def opening_store(self) -> AbstractContextManager[None]:
        """Return a block beside which the connection to all records is opened: for what imports its service in it."""
        return self.client.opening(DYNAMODB)

    def store(self, service: str) -> DynamoStore:
        """Return where a service keeps its records."""
        return DynamoStore(self.client, self.names.table(service), self.clock, self.chance)

    def bus(self, service: Service, clock: Clock | None = None) -> Bus:
        """Return what runs the handlers of a service."""
        return Bus(clock or self.clock, self.chance, Providers(self, service.needs))

    def queue(self, name: str) -> "Queue":
        """Return the queue that the manifest calls so."""
        return self._queue(self.names.queue(name))

    def parked(self, service: str) -> "Queue":
        """Return the queue of what the bus refused of a service."""
        return self._queue(self.names.parked(service))

    def parking(self, service: str) -> "QueueParking":
        """Return where a service's relay parks."""
        from frontdesk.adapters.aws.queues import QueueParking

        return QueueParking(self.parked(service), service)

    def event_bus(self, service: str) -> "EventBus":
        """Return the bus, for what a service publishes."""
        from frontdesk.adapters.aws.events import EventBus

        return EventBus(self.client, self.settings.bus, service)

    def timers(self, service: str) -> "Timers":
        """Return where a service's timers go: to those of its own subscribers who wait for them."""
        from frontdesk.adapters.aws.schedules import Schedules
        from frontdesk.adapters.aws.timers import Timers

        listeners: dict[str, list[str]] = {}
        for queue in self.manifest.deployment.queues:
            for event in queue.timers if queue.service == service else ():
                listeners.setdefault(event, []).append(queue.name)
        schedules = Schedules(self.client, self.settings.schedules, self.names.scheduler_role())
        return Timers(
            service, listeners, names=self.names, queue=self.queue, schedules=schedules, clock=self.clock
        )

    def failures(self) -> "Bucket":
        """Return what keeps the records that a relay failed on for good."""
        from frontdesk.adapters.aws.objects import Bucket

        return Bucket(self.client, self.names.failures())

    def rescan(self, service: str, since: datetime, until: datetime, after: str | None) -> "Part":
        """Return what a part of a service's table tells of a stretch of the past."""
        from frontdesk.adapters.aws.rescan import part

        return part(self.client, self.names.table(service), since, until, after)

    def letters(self, side_by_side: "SideBySide") -> "DynamoLetters":
        """Return the dead letters of every service that reacts to something."""
        from frontdesk.adapters.aws.letters import DynamoLetters

        heard = [queue for queue in self.manifest.deployment.queues if queue.mapped]
        queues = {subscriber: queue for queue in heard for subscriber in (queue.name, *queue.subscribers)}
        services = {subscriber: queue.service for subscriber, queue in queues.items()}
        stores = {name: self.store(name) for name in services.values()}
        return DynamoLetters(stores, services, lambda one: self.queue(queues[one].name), side_by_side)

    def withdrawals(self, run: "Run") -> "SeenWithdrawals | None":
        """Return what is known of withdrawn tokens, None where no one signs in here. `run` drives a coroutine."""
        if all(service.name != IDENTITY for service in self.manifest.services):
            return None
        from frontdesk.adapters.tokens.withdrawn import SeenWithdrawals

        return SeenWithdrawals(self.store(IDENTITY), self.clock, run)

    def operations_bus(self, side_by_side: "SideBySide") -> Bus:
        """Return what runs the operator's handlers."""
        from frontdesk.letters import DeadLetters

        return Bus(self.clock, self.chance, {DeadLetters: self.letters(side_by_side)})

    def once(self, region: str) -> AwsClient:
        """Return a client that tries once, in a region or ("") the stage's own: for what cannot tell a repeat."""
        return AwsClient(aws_settings(self.settings, region, attempts=1))

    def _queue(self, full_name: str) -> "Queue":
        from frontdesk.adapters.aws.queues import Queue

        return Queue(self.client, self.names.queue_url(full_name))

    @staticmethod
    def waiting_clock() -> Clock:
        """Return a clock for a function with an event loop, which goes on while somebody sleeps."""
        from frontdesk.adapters.embedded.clock import MachineClock

        return MachineClock()


def this_stage() -> Stage:
    """Return the stage that this function was deployed to. Raises KeyError where it was not."""
    settings = stage_from_environment()
    with open(os.path.join(_PACKAGE, "manifest.json"), "rb") as file:  # noqa: PTH118, PTH123 - as above
        manifest = msgspec.json.decode(file.read(), type=Manifest)
    return Stage(settings, manifest, AwsClient(aws_settings(settings)))


def aws_settings(settings: StageSettings, region: str = "", attempts: int = 4) -> AwsSettings:
    """Return how a function of a stage reaches AWS."""
    return AwsSettings(
        region=region or settings.region,
        credentials=from_environment(aws_credentials()),
        endpoint=settings.endpoint or None,
        ca_file=ca_file(),
        attempts=attempts,
    )
