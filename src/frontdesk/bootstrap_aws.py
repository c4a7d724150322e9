"""The composition root of the Lambda functions: settings in, the parts of one function out.

A function imports its own service and the adapters that it uses, and nothing more: a cold start is a feature. So what
only some functions need is imported where it is made.
"""

# ruff: noqa: PLC0415 - see above

import os.path
from collections.abc import Callable, Coroutine, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

import msgspec

from frontdesk.adapters.aws.client import AwsClient, AwsSettings
from frontdesk.adapters.aws.clock import BlockingClock, SystemChance
from frontdesk.adapters.aws.credentials import from_environment
from frontdesk.adapters.aws.names import Names
from frontdesk.adapters.aws.queues import Queue, QueueParking
from frontdesk.adapters.aws.store import DynamoStore
from frontdesk.config import StageSettings, aws_credentials, ca_file, stage_from_environment
from frontdesk.kernel.bus import Bus
from frontdesk.kernel.ports import Clock
from frontdesk.kernel.services import Service
from frontdesk.manifest.shape import Function, Manifest

if TYPE_CHECKING:
    from frontdesk.adapters.aws.events import EventBus
    from frontdesk.adapters.aws.keys import ParameterKeys
    from frontdesk.adapters.aws.letters import DynamoLetters, SideBySide
    from frontdesk.adapters.aws.objects import Bucket
    from frontdesk.adapters.aws.rescan import Part
    from frontdesk.adapters.aws.timers import Timers
    from frontdesk.adapters.tokens.tokens import Tokens
    from frontdesk.adapters.tokens.withdrawn import Run, SeenWithdrawals

IDENTITY = "identity"  # the service that signs people and clients in
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

    def parking(self, service: str) -> QueueParking:
        """Return where a service's relay parks."""
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

        services = {queue.name: queue.service for queue in self.manifest.deployment.queues if queue.mapped}
        stores = {name: self.store(name) for name in services.values()}
        return DynamoLetters(stores, services, self.queue, side_by_side)

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

    @staticmethod
    def waiting_clock() -> Clock:
        """Return a clock for a function with an event loop, which goes on while somebody sleeps."""
        from frontdesk.adapters.embedded.clock import MachineClock

        return MachineClock()


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
        AwsSettings(
            region=settings.region,
            credentials=credentials,
            endpoint=settings.endpoint or None,
            ca_file=ca_file(),
        )
    )
    return Stage(settings, manifest, client)


def _keys(stage: Stage) -> "ParameterKeys":
    from frontdesk.adapters.aws.keys import ParameterKeys
    from frontdesk.adapters.aws.parameters import Parameters

    return ParameterKeys(Parameters(stage.client), stage.names.parameter("keys"), stage.clock)


def _passwords(_: Stage) -> Any:
    from frontdesk.adapters.passwords.argon2 import Argon2Passwords, here

    return Argon2Passwords(here)


def _seals(stage: Stage) -> Any:
    from frontdesk.adapters.tokens.seals import KeyedSeals

    return KeyedSeals(_keys(stage))


def _messenger(stage: Stage) -> Any:
    from frontdesk.adapters.outbox.kept import KeptOutbox

    return KeptOutbox(stage.store(IDENTITY), stage.clock)


def _withdrawals(stage: Stage) -> Any:
    from frontdesk.adapters.tokens.withdrawn import NotedWithdrawals
    from frontdesk.services.identity.acts import KNOWN_FOR, reach_of

    store = stage.store(IDENTITY)
    return NotedWithdrawals(store, stage.clock, lambda name: KNOWN_FOR[reach_of(name)], _send)


def _send(work: Coroutine[Any, Any, Any]) -> None:
    """Run what never suspends."""
    try:
        work.send(None)
    except StopIteration:
        return
    raise RuntimeError("a store of AWS does not suspend")


def _webhook_sender(stage: Stage) -> Any:
    from frontdesk.adapters.http_sender.sender import HttpSender

    return HttpSender(stage.settings.webhook_networks)


def tokens(stage: Stage) -> "Tokens":
    """Return the issuer of a stage, making its keys the first time."""
    from frontdesk.adapters.tokens.keys import KeyRing
    from frontdesk.adapters.tokens.tokens import Tokens

    ring = KeyRing(_keys(stage), stage.clock)
    return Tokens(ring, issuer=stage.settings.issuer, clock=stage.clock, chance=stage.chance)


_OUTSIDE: Mapping[str, Make] = {
    "Passwords": _passwords,
    "Seals": _seals,
    "Messenger": _messenger,
    "SigningKeys": tokens,
    "Withdrawals": _withdrawals,
    "Site": lambda stage: stage.settings,
    "WebhookSender": _webhook_sender,
}
"""What makes the outside parties, by the name of the port: to import a port is to import its service."""
