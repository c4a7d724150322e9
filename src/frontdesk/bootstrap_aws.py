"""The composition root of the Lambda functions: settings in, the parts of one function out.

A function imports its own service and the adapters that it uses, and nothing more: a cold start is a feature. So what
only some functions need is imported where it is made.
"""

import os.path
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from importlib import import_module
from typing import Any

import msgspec

from frontdesk.adapters.aws.client import AwsClient, AwsSettings
from frontdesk.adapters.aws.clock import BlockingClock, SystemChance
from frontdesk.adapters.aws.credentials import from_environment
from frontdesk.adapters.aws.names import Names
from frontdesk.adapters.aws.queues import Queue
from frontdesk.adapters.aws.store import DynamoStore
from frontdesk.config import StageSettings, aws_credentials, stage_from_environment
from frontdesk.kernel.bus import Bus
from frontdesk.kernel.ports import Clock
from frontdesk.kernel.services import Service
from frontdesk.manifest.shape import Function, Manifest

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - pathlib costs 4 ms


class Stage:
    """What the functions of one stage are made of. Parts are made when they are first asked for."""

    def __init__(self, settings: StageSettings, manifest: Manifest, client: AwsClient) -> None:
        self.settings = settings
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

    def store(self, service: str) -> DynamoStore:
        """Return where a service keeps its records."""
        return DynamoStore(self.client, self.names.table(service), self.clock, self.chance)

    def bus(self, service: Service, clock: Clock | None = None) -> Bus:
        """Return what runs the handlers of a service."""
        made = {port: _OUTSIDE[port.__name__] for port in service.needs}
        return Bus(clock or self.clock, self.chance, Providers(self, made))

    def queue(self, subscriber: str) -> Queue:
        """Return a subscriber's queue."""
        return Queue(self.client, self.names.queue_url(self.names.queue(subscriber)))

    def parked(self, service: str) -> Queue:
        """Return the queue of what the bus refused of a service."""
        return Queue(self.client, self.names.queue_url(self.names.parked(service)))


Make = Callable[[Stage], Any]


class Providers(Mapping[type, Any]):
    """Outside parties by port, each made when a handler first asks for it."""

    def __init__(self, stage: Stage, made: Mapping[type, Make]) -> None:
        self._stage = stage
        self._make = made
        self._made: dict[type, Any] = {}

    def __getitem__(self, port: type) -> Any:
        """Return the one that fulfils a port. Raises KeyError."""
        if port not in self._made:
            self._made[port] = self._make[port](self._stage)
        return self._made[port]

    def __iter__(self) -> Iterator[type]:
        """Yield the ports."""
        return iter(self._make)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._make)


def this_stage() -> Stage:
    """Return the stage that this function was deployed to. Raises KeyError where it was not."""
    settings = stage_from_environment()
    with open(os.path.join(_PACKAGE, "manifest.json"), "rb") as file:  # noqa: PTH118, PTH123 - as above
        manifest = msgspec.json.decode(file.read(), type=Manifest)
    credentials = from_environment(aws_credentials())
    client = AwsClient(
        AwsSettings(region=settings.region, credentials=credentials, endpoint=settings.endpoint or None)
    )
    return Stage(settings, manifest, client)


_OUTSIDE: dict[str, Make] = {}
