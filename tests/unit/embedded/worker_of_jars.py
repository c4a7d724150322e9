"""A worker whose service counts sweets into jars; some jars break it. A process of its own, as a desk starts it."""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from frontdesk.adapters.embedded.clock import MachineChance, MachineClock
from frontdesk.adapters.embedded.worker_frames import Setup
from frontdesk.adapters.embedded.worker_side import Parts, work
from frontdesk.kernel.bus import Bus
from frontdesk.kernel.errors import Rejected
from frontdesk.kernel.services import Reaction, Service
from frontdesk.kernel.unit import Unit
from tests.unit.embedded.engine import JARS
from tests.unit.embedded.reacting import NAME, Filled, count

COMMAND = (sys.executable, "-m", "tests.unit.embedded.worker_of_jars")


class Full(Rejected):
    """There is no room in a jar."""


async def in_worker(unit: Unit, event: Filled) -> None:
    """Count as the desk does, on a shelf that shows who did. What a jar is called says how it goes wrong."""
    match event.jar:
        case "poison":
            raise ValueError(event.jar)
        case "full":
            raise Full
        case "deadly":
            os._exit(7)
        case "stuck":
            await asyncio.sleep(60)
        case _:
            await count(unit, event)


@contextmanager
def parts(_: Setup) -> Iterator[Parts]:
    """Lend the service and its bus."""
    service = Service("jars", (JARS,), reactions=(Reaction(Filled, in_worker, NAME),), events=(Filled,))
    yield [service], Bus(MachineClock(), MachineChance())


if __name__ == "__main__":
    work(int(sys.argv[1]), parts)
