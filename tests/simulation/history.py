"""One history: a world from a seed, clients that come and go, faults that stop, and the laws over all of it."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from random import Random

from frontdesk.kernel.bus import Bus
from tests.simulation.aws import AwsDesk
from tests.simulation.clients import Clients
from tests.simulation.design import REAL, Design, Desk, World
from tests.simulation.embedded import EmbeddedDesk
from tests.simulation.errands import Errands
from tests.simulation.faults import Fault, Faults, Site
from tests.simulation.laws import Laws, require
from tests.simulation.opening import open_shop
from tests.simulation.rest import judge_rest
from tests.simulation.scheduler import Scheduler, Violation
from tests.simulation.world import DrawnChance, VirtualClock

RUNTIMES: Mapping[str, Callable[[World], Desk]] = {"aws": AwsDesk, "embedded": EmbeddedDesk}
MAX_STEPS = 20_000  # the longest of 20,000 histories took a tenth of this


@dataclass(frozen=True, slots=True)
class History:
    """What became of one seed. `broken` is the law that was broken, or empty."""

    seed: int
    runtime: str
    broken: str
    steps: int
    faults: Counter[tuple[Site, Fault]]
    trace: list[tuple[int, str, str]]

    @property
    def digest(self) -> str:
        """What stands for all that happened: equal for the same seed, always."""
        return blake2b(repr((self.broken, self.trace)).encode(), digest_size=16).hexdigest()


def run_history(seed: int, design: Design = REAL) -> History:
    """Live one history from its seed. Even seeds are the AWS runtime's, odd ones the embedded runtime's."""
    runtime = tuple(RUNTIMES)[seed % len(RUNTIMES)]
    world = _world(seed, runtime, design)
    desk = RUNTIMES[runtime](world)
    clients = Clients(world, desk)
    Errands(world, clients).begin()
    broken, steps = "", 0
    try:
        steps = world.scheduler.run(MAX_STEPS)
        require(steps < MAX_STEPS, "the desk does not come to rest")
        require(not clients.left, "a client was never answered")
        desk.at_rest()
        judge_rest(world.laws, world.database)
    except Violation as violation:
        broken = str(violation)
    finally:
        world.scheduler.close()
    return History(seed, runtime, broken, steps, world.faults.tally, world.faults.trace)


def _world(seed: int, runtime: str, design: Design) -> World:
    random = Random(seed)  # noqa: S311 - a history must repeat itself
    scheduler = Scheduler()
    faults = Faults(runtime, scheduler, random)
    clock = VirtualClock(scheduler)
    database = design.database(clock, lag=random.choice((0, 0, 3)))
    open_shop(database)
    bus = Bus(clock, DrawnChance(random))
    return World(design, scheduler, random, faults, clock, bus, database, Laws(database, clock))
