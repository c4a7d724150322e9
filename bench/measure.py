"""The measurements: all stacks in turns, pair after pair, each from a fresh start."""

import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.contestants import Counts, Frontdesk, Stack
from bench.disk import fdatasyncs_a_second
from bench.errors import BenchError
from bench.fill import Filled, fill
from bench.lag import measure_lag
from bench.load import Client, Load
from bench.processes import Running
from bench.results import HELD, OURS, Burst, Growth, Results, Sustained
from bench.rivals import Rival

BUSY = "503"  # an honest "come again"; any other refusal voids the run
DRAIN_LIMIT_SECONDS = 600.0
POLL_SECONDS = 0.01
SETTLE_SECONDS = 2  # of load before a long one
LAG_LOAD = 0.5  # of the rate that was sustained
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to measure, and where. Each measurement names the stacks that take part in it, in their order."""

    folder: Path
    products: int
    pairs: int
    burst_seconds: int
    single_seconds: int
    sustained_seconds: int
    lag_seconds: int
    burst: Sequence[Stack]
    sustained: Sequence[Stack]
    growth: Sequence[Frontdesk | Rival]
    few: int  # orders that are stored before the growth is measured
    many: int


def measure(plan: Plan, facts: Mapping[str, object], say: Say) -> Results:
    """Measure everything. Raises BenchError and then leaves the server's folder, with its log, behind."""
    taking_part = [*plan.burst, *plan.sustained, *plan.growth]
    for stack in taking_part:
        stack.prepare()
    filled = {stack.name: _filled(plan, stack, say) for stack in plan.growth}
    results = Results(facts, {stack.name: stack.title for stack in taking_part})
    for number in range(plan.pairs):
        label = f"pair {number + 1} of {plan.pairs}"
        results.fdatasyncs.append(fdatasyncs_a_second(plan.folder))
        say(f"{label}: the disk, {results.fdatasyncs[-1]:,.0f} fdatasync/s")
        step = 1 if number % 2 == 0 else -1
        for stack in plan.burst[::step]:
            burst = _burst(plan, stack)
            results.burst.setdefault(stack.name, []).append(burst)
            say(
                f"{label}: burst, {stack.title}: {_told(burst.many)}; one connection {burst.single.rate:,.0f}"
            )
        for stack in plan.sustained[::step]:
            sustained = _sustained(plan, stack)
            results.sustained.setdefault(stack.name, []).append(sustained)
            say(
                f"{label}: sustained, {stack.title}: {sustained.rate:,.0f} to their end; {_told(sustained.load)}"
                f"; drained in {sustained.drain_seconds:.2f} s"
            )
        for stack in plan.growth[::step]:
            growth = _growth(plan, stack, filled[stack.name])
            results.growth.setdefault(stack.name, []).append(growth)
            say(
                f"{label}: growth, {stack.title}: p99 {growth.few.p99_ms:.1f} ms, then {growth.many.p99_ms:.1f} ms"
            )
    return results


def _burst(plan: Plan, stack: Stack) -> Burst:
    with _fresh(plan) as folder, stack.serve(folder) as server:
        loads = [
            _drive(plan, stack, server, seconds, connections=connections)
            for seconds, connections in ((1, None), (plan.single_seconds, 1), (plan.burst_seconds, None))
        ]
        _check_kept(stack, stack.counts(server, folder), loads)
    return Burst(loads[1], loads[2])


def _sustained(plan: Plan, stack: Stack) -> Sustained:
    with _fresh(plan) as folder, stack.serve(folder) as server:
        settle = _drive(plan, stack, server, SETTLE_SECONDS)
        _drain(stack, server)
        load = _drive(plan, stack, server, plan.sustained_seconds)
        drain = _drain(stack, server)
        memory = server.memory_bytes()
        lag = None
        if plan.lag_seconds:
            rate = LAG_LOAD * load.placed / (load.seconds + drain)
            client = Client(stack.tokens, plan.products)
            lag = measure_lag(stack, client, server, folder, rate=rate, seconds=plan.lag_seconds)
            _drain(stack, server)
        counts = stack.counts(server, folder)
        _check_kept(stack, counts, [settle, load])
        if not counts.is_whole:
            raise BenchError(f"{stack.title} did not bring every order to its end: {counts}.")
    return Sustained(load, round(drain, 3), counts, memory, lag)


def _growth(plan: Plan, stack: Stack, filled: Filled) -> Growth:
    loads = []
    for folder in (filled.few, filled.many):
        with stack.serve(folder, fresh=False) as server:
            _drive(plan, stack, server, 1)
            loads.append(_drive(plan, stack, server, plan.burst_seconds))
            _drain(stack, server)
    return Growth(*loads)


def _filled(plan: Plan, stack: Frontdesk | Rival, say: Say) -> Filled:
    found = Filled(plan.folder / f"{stack.name}-few", plan.folder / f"{stack.name}-many")
    for folder, orders in ((found.few, plan.few), (found.many, plan.many)):
        say(f"{stack.title}: storing {orders:,} orders ...")
        start = time.monotonic()
        fill(stack, folder, orders)
        say(f"{stack.title}: stored {orders:,} orders in {time.monotonic() - start:.0f} s")
    return found


@contextmanager
def _fresh(plan: Plan) -> Iterator[Path]:
    """Lend an empty folder; it is left behind when something fails."""
    folder = plan.folder / "server"
    folder.mkdir(mode=0o711)
    yield folder
    shutil.rmtree(folder)


def _drive(plan: Plan, stack: Stack, server: Running, seconds: int, connections: int | None = None) -> Load:
    client = Client(stack.tokens, plan.products)
    load = client.drive(server, seconds, **({"connections": connections} if connections else {}))
    if stack.name in {OURS, HELD} and load.answers.keys() - {"201", BUSY}:
        raise BenchError(f"{stack.title} answered orders it should take with {load.complaints()}.")
    return load


def _drain(stack: Stack, server: Running) -> float:
    """Return how many seconds it took until nothing waited."""
    start = time.monotonic()
    while stack.waiting(server):
        if time.monotonic() - start > DRAIN_LIMIT_SECONDS:
            raise BenchError(f"{stack.title} did not catch up within {DRAIN_LIMIT_SECONDS:.0f} s.")
        time.sleep(POLL_SECONDS)
    return time.monotonic() - start


def _check_kept(stack: Stack, counts: Counts, loads: Sequence[Load]) -> None:
    """Raise BenchError when answers were broken. Requests cut off as a load ends may be stored, unanswered."""
    placed = sum(load.placed for load in loads)
    if counts.stored < placed:
        raise BenchError(f"{stack.title} answered {placed} orders with 201 and kept {counts.stored}.")


def _told(load: Load) -> str:
    words = f"{load.rate:,.0f} orders/s, p99 {load.p99_ms:.0f} ms, {load.stolen:.2f} processors kept back"
    return f"{words} ({load.complaints()})" if load.complaints() else words
