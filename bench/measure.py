"""The measurements: pairs of bursts in turns, then a long load on ours with the processor at work."""

import json
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench.contestants import Contestant, Frontdesk
from bench.disk import fdatasyncs_a_second
from bench.errors import BenchError
from bench.load import WARM_UP_SECONDS, Load, drive
from bench.processes import Running, serving
from bench.results import BURST_BAR, Contest, Results, Sustained

CONNECTIONS = 64
DRAIN_LIMIT_SECONDS = 60.0
POLL_SECONDS = 0.01
BUSY = "503"  # an honest "come again"; any other refusal voids the run
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to measure, where, and with which tokens."""

    pairs: int
    seconds: int
    sustained_seconds: int
    folder: Path
    tokens: Path


@dataclass(frozen=True, slots=True)
class Burst:
    """One start of one server: one connection, then many."""

    single: Load
    many: Load


def measure(
    plan: Plan, held: Frontdesk, peers: tuple[Contestant, Contestant], facts: Mapping[str, Any], say: Say
) -> Results:
    """Measure everything; the peers are the tutorial's form and the tuned one.

    Raises BenchError and then leaves the server's folder, with its log, behind.
    """
    disk: list[float] = []
    ours: list[Burst] = []
    theirs: list[Burst] = []
    tuned: list[Burst] = []
    for number in range(plan.pairs):
        label = f"pair {number + 1} of {plan.pairs}"
        disk.append(fdatasyncs_a_second(plan.folder))
        say(f"{label}: the disk, {disk[-1]:,.0f} fdatasync/s")
        turn: list[tuple[Contestant, list[Burst]]] = [(held, ours), (peers[0], theirs), (peers[1], tuned)]
        for contestant, bursts in turn if number % 2 == 0 else reversed(turn):
            bursts.append(_burst(plan, contestant))
            many, single = bursts[-1].many, bursts[-1].single
            say(
                f"{label}: {contestant.name}, {many.rate:,.0f} orders/s; one connection {single.rate:,.0f}"
                f"{_but(many)}"
            )
    peer_rate = median(burst.many.rate for burst in theirs)
    say(f"sustained: {plan.sustained_seconds} s with the processor at work ...")
    sustained = _sustained(plan, Frontdesk(held.key), peer_rate)
    say(f"sustained: {sustained.load.rate:,.0f} orders/s{_but(sustained.load)}")
    return Results(facts, disk, *_contests(ours, theirs, tuned), sustained)


def _contests(
    ours: Sequence[Burst], peer: Sequence[Burst], tuned: Sequence[Burst]
) -> tuple[Contest, Contest, Contest]:
    title = f"Burst, {CONNECTIONS} connections"
    many = [burst.many for burst in ours]
    single = [burst.single for burst in ours]
    return (
        Contest(title, many, [burst.many for burst in peer], BURST_BAR),
        Contest(f"{title}, the peer tuned", many, [burst.many for burst in tuned]),
        Contest("One connection", single, [burst.single for burst in peer]),
    )


def _burst(plan: Plan, contestant: Contestant) -> Burst:
    folder = plan.folder / "server"
    with serving(contestant, folder) as server:
        warm = _drive(plan, contestant, server, WARM_UP_SECONDS)
        single = _drive(plan, contestant, server, plan.seconds, connections=1)
        many = _drive(plan, contestant, server, plan.seconds)
    _check_kept(contestant, folder, [warm, single, many])
    shutil.rmtree(folder)
    return Burst(single, many)


def _sustained(plan: Plan, ours: Frontdesk, peer_rate: float) -> Sustained:
    folder = plan.folder / "server"
    with serving(ours, folder) as server:
        warm = _drive(plan, ours, server, WARM_UP_SECONDS)
        load = _drive(plan, ours, server, plan.sustained_seconds)
        backlog, drain = _drain(server)
        single = _drive(plan, ours, server, plan.seconds, connections=1)
        _drain(server)
    stored = _check_kept(ours, folder, [warm, load, single])
    processed = ours.processed(folder)
    shutil.rmtree(folder)
    return Sustained(load, single, peer_rate, backlog, round(drain, 3), stored, processed)


def _drive(
    plan: Plan, contestant: Contestant, server: Running, seconds: int, connections: int = CONNECTIONS
) -> Load:
    load = drive(server, plan.tokens, connections=connections, seconds=seconds)
    if isinstance(contestant, Frontdesk) and load.answers.keys() - {"201", BUSY}:
        raise BenchError(f"{contestant.name} answered orders it should take with {load.complaints()}.")
    return load


def _drain(server: Running) -> tuple[int, float]:
    """Return how many events waited, and how many seconds it took until none did."""
    start = time.monotonic()
    first = waiting = _backlog(server)
    while waiting and time.monotonic() - start < DRAIN_LIMIT_SECONDS:
        time.sleep(POLL_SECONDS)
        waiting = _backlog(server)
    return first, time.monotonic() - start


def _backlog(server: Running) -> int:
    events: dict[str, int] = json.loads(server.health()[1])["backlog"]
    return max(events.values(), default=0)


def _check_kept(contestant: Contestant, folder: Path, loads: Sequence[Load]) -> int:
    """Return how many orders are stored. Requests cut off when a load ends may be among them, unanswered."""
    stored, placed = contestant.stored(folder), sum(load.placed for load in loads)
    if stored < placed:
        raise BenchError(f"{contestant.name} answered {placed} orders with 201 and kept {stored}.")
    return stored


def _but(load: Load) -> str:
    return f" ({load.complaints()})" if load.complaints() else ""
