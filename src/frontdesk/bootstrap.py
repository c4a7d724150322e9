"""The composition root: settings in, a wired desk out. The only module that knows every concrete class."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from frontdesk import __version__
from frontdesk.adapters.aws.client import AwsClient, AwsSettings
from frontdesk.adapters.aws.credentials import from_environment
from frontdesk.adapters.aws.text_messages import TextMessages
from frontdesk.adapters.channels.desk import DeskChannels, DeskEar
from frontdesk.adapters.channels.outbox import FileOutbox
from frontdesk.adapters.channels.settings import ChannelSettings, ChannelSettingsError, SmsSettings, read
from frontdesk.adapters.embedded.backup_files import check_outside
from frontdesk.adapters.embedded.clock import MachineChance, MachineClock
from frontdesk.adapters.embedded.copy import ContinuousCopy
from frontdesk.adapters.embedded.copy_target import FolderTarget
from frontdesk.adapters.embedded.directory import DataDirectory
from frontdesk.adapters.embedded.news import News
from frontdesk.adapters.embedded.processors import processors
from frontdesk.adapters.embedded.runtime import EmbeddedRuntime
from frontdesk.adapters.embedded.worker import CROWD, WorkerProcess
from frontdesk.adapters.embedded.worker_desk import Hands
from frontdesk.adapters.embedded.worker_frames import Setup
from frontdesk.adapters.http_sender.sender import HttpSender
from frontdesk.adapters.notifier.handing_over import HandedOver, LettersHandedOver
from frontdesk.adapters.notifier.own_desk import OwnDesk
from frontdesk.adapters.notifier.written import WrittenDown
from frontdesk.adapters.outbox.outbox import Outbox
from frontdesk.adapters.passwords.argon2 import Argon2Passwords
from frontdesk.adapters.passwords.threads import Threads
from frontdesk.adapters.telemetry.bus import TracedBus
from frontdesk.adapters.tokens.files import FileKeys
from frontdesk.adapters.tokens.keys import KeyRing
from frontdesk.adapters.tokens.seals import KeyedSeals
from frontdesk.adapters.tokens.tokens import Tokens
from frontdesk.config import Settings, aws_credentials, channels_from_environment, without_secrets
from frontdesk.declarations import check_needs, check_services
from frontdesk.kernel.bus import Bus
from frontdesk.kernel.ports import Store
from frontdesk.kernel.services import Service
from frontdesk.services.appointments.ports import Notifier
from frontdesk.services.appointments.ports import Seals as PatientSeals
from frontdesk.services.appointments.ports import Site as PatientSite
from frontdesk.services.identity.ports import Messenger, Passwords, Seals, SigningKeys, Site, Withdrawals
from frontdesk.services.notifications.ports import Channels, InboundVerifier
from frontdesk.services.notifications.ports import Seals as AddressSeals
from frontdesk.services.notifications.ports import Site as LettersSite
from frontdesk.services.webhooks.ports import WebhookSender

if TYPE_CHECKING:  # imported only where a collector is named
    from frontdesk.adapters.telemetry.spans import OtlpSpans

LETTERS = "desk:people"  # on whose behalf letters about accounts are sent: nobody is granted to read them
WORKER_CPUS = 2  # with fewer, a worker would only take the processor from its desk
KEYS = "keys"  # the folder of everything secret in a data directory

# Every service of the house. A new one is a folder in `services`, with its SERVICE in service.py, and a line here.
SERVICES = (
    "catalogue",
    "orders",
    "identity",
    "inventory",
    "accounting",
    "webhooks",
    "appointments",
    "notifications",
)


class UnknownServiceError(Exception):
    """A name that no service has."""


class OtherVersionError(Exception):
    """What is installed is not what the desk runs."""


class MissingPackagesError(Exception):
    """What was switched on needs packages that are not installed."""


def choose(names: Sequence[str] = ()) -> tuple[Service, ...]:
    """Return the services of these names, or all. Raises UnknownServiceError, DeclarationError."""
    unknown = [name for name in names if name not in SERVICES]
    if unknown:
        raise UnknownServiceError(
            f"There is no service {', '.join(unknown)}. There are: {', '.join(SERVICES)}."
        )
    chosen = tuple(_load(name) for name in names or SERVICES)
    check_services(chosen)
    return chosen


def _load(name: str) -> Service:
    service: Service = import_module(f"frontdesk.services.{name}.service").SERVICE
    return service


def tokens(settings: Settings) -> Tokens:
    """Return the issuer of a data directory, making its key the first time."""
    directory = DataDirectory(settings.data)
    directory.create()
    clock = MachineClock()
    ring = KeyRing(FileKeys(directory.path / KEYS, earlier=directory.signing_key), clock)
    return Tokens(ring, issuer=settings.issuer, clock=clock, chance=MachineChance())


def outside(settings: Settings, issuer: Tokens, sender: OwnDesk | None = None) -> dict[type, Any]:
    """Return the outside parties that services need, by port. `sender` is asked to send to people, if it is there.

    Raises ChannelSettingsError.
    """
    outbox = _outbox(settings)
    said = channel_settings()
    return {
        **_near(settings, sender),
        Passwords: Argon2Passwords(Threads()),
        Messenger: LettersHandedOver(sender.ask, LETTERS) if sender else Outbox(outbox),
        Channels: DeskChannels(said, publisher=_publisher, outbox=partial(FileOutbox, outbox)),
        InboundVerifier: DeskEar(said.whatsapp),
        SigningKeys: issuer,
        Withdrawals: issuer,
        WebhookSender: HttpSender(settings.webhook_networks),
    }


def _near(settings: Settings, sender: OwnDesk | None) -> dict[type, Any]:
    """Return those that are in the data directory: every process of a desk may have them."""
    seals = KeyedSeals(FileKeys(DataDirectory(settings.data).path / KEYS))
    return {
        Seals: seals,
        PatientSeals: seals,
        AddressSeals: seals,
        Notifier: HandedOver(sender.ask) if sender else WrittenDown(Outbox(_outbox(settings)).send),
        Site: settings,
        LettersSite: settings,
        PatientSite: settings,
    }


def _outbox(settings: Settings) -> Path:
    return DataDirectory(settings.data).path / "outbox"


def channel_settings() -> ChannelSettings:
    """Return what the environment says about channels to people. Raises ChannelSettingsError."""
    try:
        said = read(channels_from_environment())
    except OSError as error:
        raise ChannelSettingsError(f"{error.filename} cannot be read: {error.strerror}.") from None
    if said.sms is not None and not said.sms.region:  # on AWS it is the stage's own
        raise ChannelSettingsError("Also needed: SMS_REGION.")
    return said


def _publisher(sms: SmsSettings) -> TextMessages:
    """Return what sends text messages by SNS, in the name of whoever the environment says that we are."""
    settings = AwsSettings(region=sms.region, credentials=from_environment(aws_credentials()), attempts=1)
    return TextMessages(AwsClient(settings), sms.sender)


def _sender(services: Sequence[Service]) -> OwnDesk | None:
    """Return what asks this desk to send messages to people, None where no service does that."""
    found = next((service for service in services if service.name == "notifications"), None)
    return OwnDesk(found, "send_message") if found else None


def spans(settings: Settings) -> "OtlpSpans | None":
    """Return where a server's spans go, if they go anywhere. Raises MissingPackagesError."""
    if not settings.otlp:
        return None
    try:
        from frontdesk.adapters.telemetry.spans import OtlpSpans  # noqa: PLC0415 - see above
    except ModuleNotFoundError:
        raise MissingPackagesError("Tracing needs more packages: pip install 'frontdesk[otel]'.") from None
    return OtlpSpans(settings.otlp, __version__)


def runtime(
    settings: Settings,
    services: Sequence[Service],
    issuer: Tokens | None = None,
    told: "OtlpSpans | None" = None,
    news: News | None = None,
) -> EmbeddedRuntime:
    """Return the embedded runtime, not started; `issuer` is what its server verifies with. Raises DeclarationError."""
    sender = _sender(services)
    bus = _bus(outside(settings, issuer or tokens(settings), sender), told)
    check_needs(services, bus.providers)
    directory = DataDirectory(settings.data)
    copy = None
    if settings.copy_to is not None:
        check_outside(directory, settings.copy_to)
        copy = ContinuousCopy(directory, FolderTarget(settings.copy_to), bus.clock)
    made = EmbeddedRuntime(
        directory,
        services,
        bus,
        hold_reactions=settings.hold_reactions,
        copy=copy,
        news=news,
    )
    if sender is not None:
        sender.open(bus, lambda: made.store)
    return made


def worker(settings: Settings, services: Sequence[Service], hands: Hands, news: News) -> WorkerProcess | None:
    """Return the process that answers requests, not started; None where it would have no processor of its own."""
    if settings.worker == "never" or (settings.worker == "auto" and processors() < WORKER_CPUS):
        return None
    setup = Setup(
        version=__version__,
        data=str(settings.data),
        services=tuple([service.name for service in services]),
        issuer=settings.issuer,
        host=settings.host,
        port=settings.port,
        log_level=settings.log_level,
        otlp=settings.otlp,
    )
    command = (sys.executable, "-P", "-m", "frontdesk.entrypoints.worker")
    crowd = 0 if settings.worker == "always" else CROWD
    return WorkerProcess(command, setup, hands, news, environment=without_secrets(), crowd=crowd)


@dataclass(frozen=True, slots=True)
class WorkerParts:
    """What a worker answers with. `left` are the services that it leaves to the desk; `open` comes before any call."""

    services: Sequence[Service]
    left: frozenset[str]
    bus: Bus
    tokens: Tokens
    open: Callable[[Store], None]


@contextmanager
def worker_parts(setup: Setup) -> Iterator[WorkerParts]:
    """Lend what a worker answers with: what is in the data directory, and nobody outside.

    Raises OtherVersionError when another version was installed since the desk was started.
    """
    if setup.version != __version__:
        raise OtherVersionError(
            f"The desk is {setup.version}, and {__version__} is installed: restart the desk."
        )
    settings = Settings(
        Path(setup.data), host=setup.host, port=setup.port, issuer=setup.issuer, otlp=setup.otlp
    )
    services = choose(setup.services)
    sender = _sender(services)
    told = spans(settings)
    bus = _bus(_near(settings, sender), told)
    try:
        yield WorkerParts(
            services,
            frozenset(service.name for service in services if not bus.providers.keys() >= {*service.needs}),
            bus,
            tokens(settings),
            lambda store: sender.open(bus, lambda: store) if sender else None,
        )
    finally:
        if told is not None:
            told.close()


def _bus(providers: Mapping[type, Any], told: "OtlpSpans | None") -> Bus:
    clock, chance = MachineClock(), MachineChance()
    if told is None:
        return Bus(clock, chance, providers)
    return TracedBus(clock, chance, providers, spans=told)
