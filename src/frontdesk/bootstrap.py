"""The composition root: settings in, a wired desk out. The only module that knows every concrete class."""

from collections.abc import Sequence
from importlib import import_module

from frontdesk.adapters.embedded.clock import MachineChance, MachineClock
from frontdesk.adapters.embedded.copy import ContinuousCopy
from frontdesk.adapters.embedded.copy_target import FolderTarget
from frontdesk.adapters.embedded.directory import DataDirectory
from frontdesk.adapters.embedded.runtime import EmbeddedRuntime
from frontdesk.adapters.tokens.keys import load_or_create
from frontdesk.adapters.tokens.tokens import Tokens
from frontdesk.config import Settings
from frontdesk.declarations import check_needs, check_services
from frontdesk.kernel.bus import Bus
from frontdesk.kernel.services import Service

# Every service of the house. A new one is a folder in `services`, with its SERVICE in service.py, and a line here.
SERVICES = (
    "orders",
)  # fmt: skip


class UnknownServiceError(Exception):
    """A name that no service has."""


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
    key = load_or_create(directory.signing_key)
    return Tokens(key, issuer=settings.issuer, clock=MachineClock(), chance=MachineChance())


def runtime(settings: Settings, services: Sequence[Service]) -> EmbeddedRuntime:
    """Return the embedded runtime, not started. Raises DeclarationError."""
    bus = Bus(MachineClock(), MachineChance())
    check_needs(services, bus.providers)
    directory = DataDirectory(settings.data)
    copy = None
    if settings.copy_to is not None:
        copy = ContinuousCopy(directory, FolderTarget(settings.copy_to), bus.clock)
    return EmbeddedRuntime(directory, services, bus, hold_reactions=settings.hold_reactions, copy=copy)
