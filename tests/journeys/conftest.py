"""Desks that all journeys of a test process share: an orderly one with the demo shop, and unruly ones.

With `--runtime terraform` or `cdk` both are one stage on the emulator. Journeys that kill or stop a desk start their
own, and are marked `embedded` where only a process of our own can be treated so.
"""

import signal
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.journeys.desk import Desk
from tests.journeys.running import RunningDesk
from tests.unit.channels.mail_server import mail_server
from tests.whatsapp.cloud import WhatsAppCloud, whatsapp_cloud

CUSTOMER = "orders:write orders:read"
SEEDS = 3  # of unruly desks; a long run has MORE_SEEDS besides
MORE_SEEDS = 12
STAGE_SECONDS = 900.0  # for one test on a stage; the first one waits for its deployment


def pytest_configure() -> None:
    """Hear Ctrl-C, which a shell takes from what it runs in the background: else a stage's emulator stays behind."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _seed(number: int) -> Any:
    marks = [pytest.mark.xdist_group(f"unruly {number}")]  # one desk serves all journeys of a seed
    return pytest.param(number, marks=marks if number < SEEDS else [*marks, pytest.mark.slow])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Go through every unruly journey once with each seed; a stage is unruly without one, and there is one stage."""
    if "unruly" in metafunc.fixturenames:
        is_embedded = metafunc.config.getoption("--runtime") == "embedded"
        seeds = map(_seed, range(SEEDS + MORE_SEEDS if is_embedded else 1))
        metafunc.parametrize("unruly", list(seeds), indirect=True, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give a stage more time."""
    if config.getoption("--runtime") != "embedded":
        for item in items:
            item.add_marker(pytest.mark.timeout(STAGE_SECONDS))


@pytest.fixture(scope="session")
def cloud() -> Iterator[WhatsAppCloud]:
    """Give what stands in for WhatsApp."""
    with whatsapp_cloud() as found:
        yield found


@pytest.fixture(scope="session")
def stage(request: pytest.FixtureRequest, cloud: WhatsAppCloud) -> Iterator[Desk | None]:
    """Give the stage that all journeys go through, or None where they are embedded."""
    tool = request.config.getoption("--runtime")
    if tool == "embedded":
        yield None
        return
    from tests.stage.deployed import deployed, load_demo  # noqa: PLC0415 - it needs Terraform or Node

    with mail_server() as mail, deployed(tool) as desk:
        for name, value in (cloud.settings() | mail.settings()).items():
            place = f"/{desk.stage.prefix}/channels/{name}"
            desk.aws("ssm").put_parameter(Name=place, Value=value, Type="SecureString")
        load_demo(desk)
        yield desk


@pytest.fixture(scope="session")
def desk(stage: Desk | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    if stage is not None:
        yield stage
        return
    with RunningDesk(tmp_path_factory.mktemp("desk"), "--demo") as running:
        yield running
        running.stop()


@pytest.fixture(scope="session")
def ana(desk: Desk) -> Iterator[httpx.Client]:
    with desk.client(desk.token(CUSTOMER, "ana")) as client:
        yield client


@pytest.fixture(scope="session")
def ben(desk: Desk) -> Iterator[httpx.Client]:
    with desk.client(desk.token(CUSTOMER, "ben")) as client:
        yield client


@pytest.fixture(scope="session")
def owner(desk: Desk) -> Iterator[httpx.Client]:
    token = desk.token(f"{CUSTOMER} catalogue:write", "olga", ["shop:corner-snacks=owner"])
    with desk.client(token) as client:
        yield client


@pytest.fixture(scope="session")
def unruly(
    request: pytest.FixtureRequest, stage: Desk | None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """Give a desk whose subscribers get their events shuffled and doubled, and that has no shop of the test's name."""
    if stage is not None:
        yield stage
        return
    program = ("tests.journeys.unruly", str(request.param))
    with RunningDesk(tmp_path_factory.mktemp("unruly"), program=program) as running:
        yield running
        running.stop()
