"""One running desk with the demo shop for all journeys of a test process; those that kill it start their own."""

from collections.abc import Iterator

import httpx
import pytest

from tests.journeys.running import RunningDesk

CUSTOMER = "orders:write orders:read"


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
