"""50,000 orders in one burst: each is answered, what is accepted ends right, and memory stays bounded."""

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rich.console import Console

from tests.crash.errands import PLENTY, errand, fill
from tests.journeys.agreement import reconciled
from tests.journeys.running import RunningDesk
from tests.soak.burst import Answers, burst, request

ORDERS = 50_000
CUSTOMERS = 2_000  # connections that begin at once; each sends its orders one after the other
QUICK_SECONDS = 3.0  # in which 99 of 100 must be told to come again
MOST_MIB = 512  # of memory
SAMPLE_SECONDS = 0.05
SETTLE_SECONDS = 300.0


@contextmanager
def memory_of(pid: int) -> Iterator[list[float]]:
    """Give the resident memory of a process in MiB, sampled until the end."""
    samples: list[float] = []
    over = threading.Event()

    def sample() -> None:
        while not over.wait(SAMPLE_SECONDS):
            status = Path(f"/proc/{pid}/status").read_text().partition("VmRSS:")[2]
            samples.append(int(status.split()[0]) / 1024)

    thread = threading.Thread(target=sample)
    thread.start()
    try:
        yield samples
    finally:
        over.set()
        thread.join()


def requests(desk: RunningDesk) -> list[list[bytes]]:
    """Return what each customer sends."""
    token = desk.token("orders:write", "crowd")
    made = []
    for number in range(ORDERS):
        wish = errand(5, number)
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": wish.key}
        made.append(request(desk.url, "/orders", wish.body, headers))
    return [made[first::CUSTOMERS] for first in range(CUSTOMERS)]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_burst_of_50000_orders_is_answered_and_what_is_accepted_ends_right(tmp_path: Path) -> None:
    with RunningDesk(tmp_path, "--demo") as desk:
        fill(desk, PLENTY)
        desk.wait_until_settled()
        crowd = requests(desk)
        with memory_of(desk.pid) as samples:
            answers = asyncio.run(burst(desk.url, crowd))
            desk.wait_until_settled(SETTLE_SECONDS)
        found = reconciled(desk)
        stored = desk.standings()
    ends = Counter(stored.values())
    _tell(answers, samples, ends)

    assert answers.count(201) + answers.count(503) == ORDERS, answers.seconds.keys()
    assert (answers.broken, answers.without_advice) == (0, 0)
    assert set(stored) == set(answers.accepted)
    assert found.compared["order"] == answers.count(201)
    assert set(ends) <= {"PROCESSED", "REJECTED", "BACKORDERED"}
    assert answers.percentile(0.99, 503) < QUICK_SECONDS
    assert max(samples) < MOST_MIB


def _tell(answers: Answers, samples: list[float], ends: Counter[str]) -> None:
    console = Console()
    console.print(f"{ORDERS} orders from {CUSTOMERS} connections, answered in {answers.took:.1f} s")
    for status in sorted(answers.seconds):
        times = [
            f"p{share * 100:g} {answers.percentile(share, status):.3f} s" for share in (0.5, 0.99, 0.999)
        ]
        console.print(f"{status}: {answers.count(status)}, {', '.join(times)}")
    console.print(f"all: p99 {answers.percentile(0.99):.3f} s; ends: {dict(ends)}")
    console.print(
        f"memory: {samples[0]:.0f} MiB before, {max(samples):.0f} at most, {samples[-1]:.0f} at rest"
    )
