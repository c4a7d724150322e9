"""Which part stands in each place. The real design is the default; a mutant has one part that is wrong."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Protocol

from frontdesk.adapters.aws.relay import Publisher
from frontdesk.adapters.embedded.settlement import Settlement
from frontdesk.kernel.bus import Bus
from frontdesk.kernel.errors import FrontdeskError
from frontdesk.kernel.http import Answer, Call, Route
from frontdesk.kernel.services import Service
from frontdesk.services.catalogue.service import SERVICE as CATALOGUE
from frontdesk.services.orders.service import SERVICE as ORDERS
from tests.simulation.faults import Faults
from tests.simulation.kiosk.service import SERVICE as KIOSK
from tests.simulation.laws import Laws
from tests.simulation.scheduler import Promise, Scheduler
from tests.simulation.world import Database, StorePort, VirtualClock

Outcome = Answer | FrontdeskError


def same(publisher: Publisher) -> Publisher:
    """Let the relay talk to the bus itself."""
    return publisher


def whole(settlement: Settlement) -> Sequence[Settlement]:
    """Store effects and cursor in one transaction."""
    return (settlement,)


@dataclass(frozen=True, slots=True)
class Design:
    """The parts of a desk that a mutant can exchange. `early` is how long before their time timers fire."""

    database: type[Database] = Database
    store: type[StorePort] = StorePort
    publisher: Callable[[Publisher], Publisher] = same
    settle: Callable[[Settlement], Sequence[Settlement]] = whole
    acknowledge_first: bool = False
    services: tuple[Service, ...] = (CATALOGUE, ORDERS, KIOSK)
    early: timedelta = timedelta(0)


REAL = Design()


@dataclass(frozen=True, slots=True)
class World:
    """One history's own copy of everything outside the desk."""

    design: Design
    scheduler: Scheduler
    random: Random
    faults: Faults
    clock: VirtualClock
    bus: Bus
    database: Database
    laws: Laws


class Desk(Protocol):
    """A runtime in the simulation."""

    def ask(self, service: Service, route: Route, call: Call) -> Promise[Outcome]:
        """Take in a request. The promise is kept with the answer, or with Unavailable when the process falls."""

    def at_rest(self) -> None:
        """Raise Violation when something still waits to be delivered."""
