"""A service of jars on shelves: the smallest that has everything a unit of work can do."""

from datetime import UTC, datetime
from typing import Any, ClassVar

import msgspec

from frontdesk.adapters.memory.clock import FixedClock, SeededChance
from frontdesk.adapters.memory.store import MemoryStore
from frontdesk.kernel.callers import Caller
from frontdesk.kernel.kinds import Index, Kind
from frontdesk.kernel.messages import Event
from frontdesk.kernel.unit import Unit

NOW = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
ANA = Caller("usr_ana")


class Jar(msgspec.Struct, frozen=True):
    """A jar of sweets. One without a shelf is listed nowhere."""

    sweets: int = 0
    shelf: str = "top"


class Lid(msgspec.Struct, frozen=True):
    """What closes a jar."""

    tight: bool = True


JARS = Kind(
    "jar",
    Jar,
    indexes=(Index("by_shelf", lambda jar: jar.shelf or None, lambda jar: f"{jar.sweets:05}"),),
    as_created=lambda jar: Jar(0, jar.shelf),
)
LIDS = Kind("lid", Lid)


class Filled(Event, frozen=True):
    """A jar was filled."""

    NAME: ClassVar[str] = "Jar Filled"
    jar: str
    sweets: int = 1


class Spoilt(Event, frozen=True):
    """A jar's time is over."""

    NAME: ClassVar[str] = "Jar Spoilt"
    jar: str


class Bench:
    """A store, and units of work on it."""

    def __init__(self) -> None:
        self.clock = FixedClock(NOW)
        self.chance = SeededChance(1)
        self.store = MemoryStore(self.clock)

    def unit(self, **given: Any) -> Unit:
        """Return a unit of the service `jars`."""
        usual: dict[str, Any] = {
            "service": "jars",
            "store": self.store,
            "now": self.clock.now(),
            "chance": self.chance,
            "caller": ANA,
            "correlation_id": "req_1",
        }
        return Unit(**(usual | given))
