"""A service that does not run makes nobody wait but those who need it; started again, it catches up by itself."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.wire import Wire
from tests.journeys.agreement import reconciled
from tests.journeys.desk import Desk
from tests.journeys.running import RunningDesk
from tests.journeys.shops import CUSTOMER, Shop

CONNECTIONS = 32
PAUSE_SECONDS = 0.05  # of a client that is told to come again
CATCH_UP_SECONDS = 120.0


@pytest.fixture
def desk(stage: Desk | None, tmp_path: Path) -> Iterator[Desk]:
    """Give an unruly desk of which a service can be stopped."""
    if stage is not None:
        yield stage
        return
    with RunningDesk(tmp_path, program=("tests.journeys.unruly", "11")) as running:
        yield running


def test_without_inventory_tracked_orders_wait_and_others_go_through(desk: Desk) -> None:
    Shop(desk, "half-open").set_up({"soap": 10, "mop": 1, "leaflet": None}).close()
    with desk.without("inventory"), Shop(desk, "half-open") as shop:
        tracked = [shop.buy({"soap": 1, "leaflet": 1}) for _ in range(5)]
        short, untracked = shop.buy({"mop": 2}), shop.buy({"leaflet": 3})
        called_off = shop.buy({"soap": 4})
        assert shop.customer.post(f"/orders/{called_off}/cancel", json={}).status_code == 200
        desk.wait_until_settled()
        meanwhile = [shop.status(id) for id in (*tracked, short, untracked)]
        missing = desk.compared(shop.id)
    with Shop(desk, "half-open") as shop:
        reconciled(desk, shop.id)

        assert meanwhile == ["NEW"] * 6 + ["PROCESSED"]
        assert missing.agrees
        causes = {found.cause for found in missing.on_its_way}
        assert "inventory has not taken in Order Created" in causes
        assert all(cause.startswith("inventory has not taken in Order ") for cause in causes)
        assert [shop.status(id) for id in (*tracked, short, untracked)] == ["PROCESSED"] * 5 + [
            "REJECTED",
            "PROCESSED",
        ]
        assert shop.status(called_off) == "CANCELLED"
        assert shop.stock("soap") == (10, 5)


@pytest.mark.embedded  # how fast a stage answers here is the emulator's affair
@pytest.mark.parametrize("seconds", [3, pytest.param(60, marks=[pytest.mark.slow, pytest.mark.timeout(600)])])
def test_without_accounting_nothing_waits_at_full_load_and_the_books_are_complete_afterwards(
    desk: Desk, seconds: int
) -> None:
    Shop(desk, "busy").set_up({"soap": 1_000_000, "mop": 1_000_000}).close()
    with desk.without("accounting"), Shop(desk, "busy") as shop:
        answers = asyncio.run(_load(shop, seconds))
        desk.wait_until_settled()
        unbooked = desk.compared(shop.id)
        before = Counter(desk.standings().values())
    desk.wait_until_settled(CATCH_UP_SECONDS)
    found = reconciled(desk)

    assert set(answers) <= {201, 503}
    assert answers[201] > 100 * seconds
    assert before == {"PROCESSED": answers[201]}
    assert unbooked.agrees
    assert unbooked.arriving
    assert found.compared["entry"] == found.compared["order"] == answers[201]


async def _load(shop: Shop, seconds: float) -> Counter[int]:
    """Order as fast as the desk answers; return how often each status came."""
    answers: Counter[int] = Counter()
    deadline = time.monotonic() + seconds
    headers = {"Authorization": f"Bearer {shop.desk.token(CUSTOMER, 'crowd')}"}

    async def client() -> None:
        wire = Wire(shop.desk.url)
        while time.monotonic() < deadline:
            answer = await wire.post("/orders", shop.body({"soap": 1, "mop": 2}), headers)
            answers[answer.status] += 1
            if answer.status != 201:
                await asyncio.sleep(PAUSE_SECONDS)
        wire.close()

    await asyncio.gather(*(client() for _ in range(CONNECTIONS)))
    return answers
