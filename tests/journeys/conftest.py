"""Running desks that all journeys of a test process share: an orderly one with the demo shop, and unruly ones.

Those journeys that kill or stop a desk start their own.
"""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.journeys.running import RunningDesk

CUSTOMER = "orders:write orders:read"
SEEDS = 3  # of unruly desks; a long run has MORE_SEEDS besides
MORE_SEEDS = 12


def _seed(number: int) -> Any:
    marks = [pytest.mark.xdist_group(f"unruly {number}")]  # one desk serves all journeys of a seed
    return pytest.param(number, marks=marks if number < SEEDS else [*marks, pytest.mark.slow])


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    running = RunningDesk(tmp_path_factory.mktemp("desk"), "--demo").start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def ana(desk: RunningDesk) -> Iterator[httpx.Client]:
    with desk.client(desk.token(CUSTOMER, "ana")) as client:
        yield client


@pytest.fixture(scope="session")
def ben(desk: RunningDesk) -> Iterator[httpx.Client]:
    with desk.client(desk.token(CUSTOMER, "ben")) as client:
        yield client


@pytest.fixture(scope="session")
def owner(desk: RunningDesk) -> Iterator[httpx.Client]:
    token = desk.token(f"{CUSTOMER} catalogue:write", "olga", ["shop:corner-snacks=owner"])
    with desk.client(token) as client:
        yield client


@pytest.fixture(scope="session", params=map(_seed, range(SEEDS + MORE_SEEDS)))
def unruly(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    """Give a desk without shops, whose subscribers get their events shuffled and doubled."""
    folder = tmp_path_factory.mktemp("unruly")
    running = RunningDesk(folder, program=("tests.journeys.unruly", str(request.param))).start()
    yield running
    running.stop()
