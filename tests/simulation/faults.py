"""What can go wrong at a port call, and how often it did: the one place where chance strikes.

    before ── error, crash ──► the call did nothing
    the call itself ── partial, duplicate: as that port can
    after ── error, crash ──► the call did it, and its caller does not know

Faults stop at a moment of virtual time; what the desk has accepted by then must reach its end after it.
"""

from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from random import Random
from typing import TypeVar

from frontdesk.kernel.errors import Unavailable
from tests.simulation.scheduler import Crash, Pause, Scheduler

T = TypeVar("T")


class Fault(StrEnum):
    """One way for a call to go wrong."""

    DELAY = "delay"
    ERROR_BEFORE = "error before"
    ERROR_AFTER = "error after"
    CRASH_BEFORE = "crash before"
    CRASH_AFTER = "crash after"
    DUPLICATE = "duplicate"
    PARTIAL = "partial"


CALL = (Fault.DELAY, Fault.ERROR_BEFORE, Fault.ERROR_AFTER, Fault.CRASH_BEFORE, Fault.CRASH_AFTER)
NETWORK = (Fault.DELAY, Fault.ERROR_BEFORE, Fault.ERROR_AFTER, Fault.DUPLICATE)
DELIVERY = (Fault.DELAY, Fault.DUPLICATE)
PUBLISH = (*CALL, Fault.PARTIAL, Fault.DUPLICATE)

Site = tuple[str, str, str]  # runtime, who calls, port and method

# Every place where the code meets the outside, and what can happen there. A run fails when a pair was never met.
SITES: dict[Site, tuple[Fault, ...]] = {
    ("aws", "client", "http.ask"): NETWORK,
    ("aws", "request", "store.get"): CALL,
    ("aws", "request", "store.get_many"): CALL,
    ("aws", "request", "store.query"): CALL,
    ("aws", "request", "store.commit"): CALL,
    ("aws", "relay", "stream.read"): CALL,
    ("aws", "relay", "bus.publish"): PUBLISH,
    ("aws", "relay", "parking.park"): CALL,
    ("aws", "relay", "scheduler.set"): CALL,
    ("aws", "relay", "stream.move"): CALL,
    ("aws", "redrive", "bus.publish"): PUBLISH,
    ("aws", "redrive", "parking.park"): CALL,
    ("aws", "redrive", "parking.forget"): CALL,
    ("aws", "timer", "queue.send"): DELIVERY,
    ("aws", "bus", "queue.send"): DELIVERY,
    ("aws", "reaction", "store.get"): CALL,
    ("aws", "reaction", "store.get_many"): CALL,
    ("aws", "reaction", "store.counts"): CALL,
    ("aws", "reaction", "store.commit"): CALL,
    ("aws", "reaction", "queue.delete"): CALL,
    ("embedded", "client", "http.ask"): NETWORK,
    ("embedded", "request", "store.get"): CALL,
    ("embedded", "request", "store.get_many"): CALL,
    ("embedded", "request", "store.query"): CALL,
    ("embedded", "request", "store.commit"): CALL,
    ("embedded", "subscriber", "log.pending"): CALL,
    ("embedded", "subscriber", "store.get"): CALL,
    ("embedded", "subscriber", "store.get_many"): CALL,
    ("embedded", "subscriber", "store.counts"): CALL,
    ("embedded", "subscriber", "store.claim"): CALL,
    ("embedded", "subscriber", "log.settle"): CALL,
    ("embedded", "timer", "timers.fire"): CALL,
}
SORE_RATE = 0.3  # every history has one call that goes wrong so often, so that none is left out
_SLOW = 40  # a delayed call takes so many times the usual time
_AFTER_OUTAGES = frozenset(
    {
        ("relay", "parking.park"),
        ("redrive", "bus.publish"),
        ("redrive", "parking.park"),
        ("redrive", "parking.forget"),
    }
)
_TIRED = 8  # and on some days all calls of one caller do that much, so that others get ahead of it
_CRASHES = frozenset({Fault.CRASH_BEFORE, Fault.CRASH_AFTER})


class Faults:
    """The weather of one history: which faults occur, how often, and until when."""

    def __init__(self, runtime: str, scheduler: Scheduler, random: Random) -> None:
        self.tally: Counter[tuple[Site, Fault]] = Counter()
        self.trace: list[tuple[int, str, str]] = []
        self._runtime = runtime
        self._scheduler = scheduler
        self._random = random
        self._rate = random.choice((0.0, 0.02, 0.05, 0.1, 0.2))
        self._crash_share = random.choice((0.1, 0.5))  # of the crashes drawn, how many happen
        self._usual_micros = random.choice((500, 5_000, 50_000))
        self._kinds = frozenset(fault for fault in Fault if random.random() < 0.8)  # most of them
        self.sore = random.choice([site for site in SITES if site[0] == runtime])
        self._tired = random.choice((self.sore[1], ""))
        self._until = random.randrange(2_000_000, 25_000_000)
        begins = random.randrange(2_000_000) if random.random() < self._outage_chance() else self._until
        self._outage = range(begins, min(begins + 8_000_000, self._until))

    @property
    def outage(self) -> bool:
        """Whether the bus refuses everything now."""
        return self._scheduler.micros in self._outage

    def _outage_chance(self) -> float:
        return 1.0 if self.sore[1:] in _AFTER_OUTAGES else 0.2

    def usual(self, times: int = 1) -> int:
        """Return the microseconds that something takes this time, or so many times as long."""
        return int(self._random.random() * 2 * self._usual_micros * times)

    def strikes(self, method: str, fault: Fault, actor: str = "") -> bool:
        """Say whether this goes wrong with this call."""
        site = (self._runtime, actor or self._scheduler.actor, method)
        sore = site == self.sore
        if self._random.random() >= (SORE_RATE if sore else self._rate) or self._over():
            return False
        if fault not in self._kinds and not sore:
            return False
        self._met(site, fault)
        return True

    def note(self, what: str, actor: str = "") -> None:
        """Write down what happened, for the trace."""
        self.trace.append((self._scheduler.micros, actor or self._scheduler.actor, what))

    async def call(self, method: str, effect: Callable[[], T]) -> T:
        """Make a port call whose effect happens at one instant. Raises Unavailable, Crash, and what `effect` raises."""
        fault = self._draw(method)
        slow = _SLOW if fault is Fault.DELAY else _TIRED if self._scheduler.actor == self._tired else 1
        await Pause(self.usual(slow))
        if fault is Fault.ERROR_BEFORE:
            raise Unavailable
        if fault is Fault.CRASH_BEFORE:
            raise Crash
        self.note(method)
        result = effect()
        if fault is not None or self._random.random() < 0.5:  # now and then the answer is slow
            await Pause(self.usual(slow))
        if fault is Fault.ERROR_AFTER:
            raise Unavailable
        if fault is Fault.CRASH_AFTER:
            raise Crash
        return result

    def _draw(self, method: str) -> Fault | None:
        site = (self._runtime, self._scheduler.actor, method)
        sore = site == self.sore
        if self._random.random() >= (SORE_RATE if sore else self._rate) or self._over():
            return None
        fault = self._random.choice(CALL)
        if not sore and (fault not in self._kinds or self._is_spared(fault)):
            return None
        self._met(site, fault)
        return fault

    def _is_spared(self, fault: Fault) -> bool:
        return fault in _CRASHES and self._random.random() > self._crash_share

    def _over(self) -> bool:
        return self._scheduler.micros >= self._until

    def _met(self, site: Site, fault: Fault) -> None:
        self.tally[site, fault] += 1
        self.note(f"{site[2]}: {fault}", site[1])
