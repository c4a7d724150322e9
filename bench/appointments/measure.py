"""The measurement: the stacks in turns, pair after pair, each searched for the highest rate that it holds."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from random import Random
from time import monotonic

from bench.appointments.requests import Load, Request
from bench.appointments.results import ClinicResults, Found, Window, window_of
from bench.appointments.search import highest_rate
from bench.appointments.sending import Sender, departures
from bench.appointments.stacks import Stack
from bench.appointments.world import FREE_OF_DAY, World
from bench.disk import fdatasyncs_a_second
from bench.errors import BenchError
from bench.processes import HOST, Running

SETTLE_SECONDS = 0.5  # of each window: these answers do not count
WARM_RATE, WARM_SECONDS = 600.0, 4.0  # after each start: what is started for a crowd has started then
FIRST_RATE = 600.0  # requests a second that are tried first; later pairs begin below what was found before
BELOW = 1.25
TAKEN = 409
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to measure, and where."""

    folder: Path
    world: World
    stacks: Sequence[Stack]
    pairs: int
    seconds: float  # of one window, once it has settled


def measure(plan: Plan, facts: Mapping[str, object], say: Say) -> ClinicResults:
    """Fill every stack and measure all in turns. Raises BenchError and then leaves logs behind."""
    _fill(plan, say)
    loads = {stack.name: iter(Load(plan.world, stack.token, stack.id, turn=0)) for stack in plan.stacks}
    titles = {stack.name: stack.title for stack in plan.stacks}
    results = ClinicResults(facts, titles, plan.world.visits)
    for pair in range(plan.pairs):
        label = f"pair {pair + 1} of {plan.pairs}"
        results.fdatasyncs.append(fdatasyncs_a_second(plan.folder))
        say(f"{label}: the disk, {results.fdatasyncs[-1]:,.0f} fdatasync/s")
        for stack in plan.stacks[:: 1 if pair % 2 == 0 else -1]:
            before = results.found.setdefault(stack.name, [])
            start = before[-1].rate / BELOW if before else FIRST_RATE
            before.append(_found(plan, stack, loads[stack.name], start))
            say(f"{label}: {stack.title}: {_told(before[-1])}")
    for stack in plan.stacks:
        _check_guard(plan.world, stack)
    return results


def _fill(plan: Plan, say: Say) -> None:
    """Fill all stacks at once, each in a process of its own."""
    say(f"storing {plan.world.visits:,} appointments ...")
    begun = monotonic()
    with ProcessPoolExecutor(len(plan.stacks), get_context("spawn")) as pool:
        for filled in [pool.submit(stack.fill, plan.world) for stack in plan.stacks]:
            filled.result()
    for stack in plan.stacks:
        stack.prepare(plan.world)
    say(f"stored in {monotonic() - begun:.0f} s")


def _found(plan: Plan, stack: Stack, load: Iterator[Request], start: float) -> Found:
    held: list[Window] = []
    with stack.serve() as server, closing(Sender(server.port)) as sender:
        chance = Random(1)  # the same moments for every stack

        def window(rate: float, seconds: float) -> Window:
            times = departures(rate, SETTLE_SECONDS + seconds, chance)
            requests = list(islice(load, len(times)))
            cpu = server.cpu_seconds()
            heard = sender.send(requests, times, SETTLE_SECONDS)
            return window_of(rate, heard, server.cpu_seconds() - cpu)

        def holds(rate: float) -> bool:
            tried = window(rate, plan.seconds)
            if tried.held:
                held.append(tried)
            return tried.held

        window(WARM_RATE, WARM_SECONDS)
        rate, tried = highest_rate(holds, start)
        memory = server.memory_bytes()
    if not rate:
        raise BenchError(
            f"{stack.title} did not hold any rate; it was tried down to {tried[-1].rate:.0f} a second."
        )
    return Found(round(rate, 1), held[-1] if held[-1].rate == round(rate, 1) else _best(held), tried, memory)


def _best(held: Sequence[Window]) -> Window:
    return max(held, key=lambda one: one.rate)


def _check_guard(world: World, stack: Stack) -> None:
    """Raise BenchError where a doctor has been booked twice, or would be for whoever asks for a time that is taken."""
    slot = replace(world.slot(0), place=FREE_OF_DAY - 1)  # the load's first, asked for by somebody else
    with stack.serve() as server:
        status = _status(server, Load(world, stack.token, stack.id, turn=1).book(slot))
    if status != TAKEN:
        raise BenchError(f"{stack.title} answered {status} to whoever asked for a time that is taken.")
    if doubles := stack.doubles():
        raise BenchError(f"{stack.title} has {doubles} doctors with two visits at one moment.")


def _status(server: Running, request: bytes) -> int:
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, path, _ = first.split(" ")
    with closing(HTTPConnection(HOST, server.port, timeout=30)) as connection:
        connection.request(method, path, body, dict(line.split(": ", 1) for line in lines))
        return connection.getresponse().status


def _told(found: Found) -> str:
    best = found.best
    times = ", ".join(f"{kind} {millis:.0f}" for kind, millis in best.kinds_ms.items())
    return f"{found.rate:,.0f} requests/s; p95 {best.p95_ms:.1f} ms ({times}); CPU {best.cpu_micros:,.0f} µs a request"
