"""A message that can never succeed, because somebody has spoilt a row: seen, mended, redriven, with a good end."""

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.agreement import compared, reconciled
from tests.journeys.running import RunningDesk
from tests.journeys.shops import Shop
from tests.journeys.test_command_line import frontdesk, told

WAIT_SECONDS = 20.0
SHELF = "spoilt:soap"


@pytest.fixture(params=[1, *[pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 6)]])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningDesk]:
    """Give an unruly desk to stop and start."""
    running = RunningDesk(tmp_path, program=("tests.journeys.unruly", str(request.param))).start()
    yield running
    running.kill()


def write_shelf(desk: RunningDesk, body: bytes) -> bytes:
    """Replace what is stored of a shelf, with the desk stopped meanwhile; return what it was."""
    desk.stop()
    with sqlite3.connect(desk.data / "frontdesk.db") as database:
        was: bytes = database.execute("select body from r_shelf where id=?", (SHELF,)).fetchone()[0]
        database.execute("update r_shelf set body=? where id=?", (body, SHELF))
    database.close()
    desk.start()
    return was


def wait_for_letters(desk: RunningDesk, count: int) -> None:
    """Return when so many messages are dead."""
    deadline = time.monotonic() + WAIT_SECONDS
    while desk.health()["dead_letters"] != count:
        if time.monotonic() > deadline:
            raise TimeoutError(f"not {count} dead letters: {desk.health()}")
        time.sleep(0.05)


def test_what_a_spoilt_row_kept_from_succeeding_succeeds_once_it_is_mended(desk: RunningDesk) -> None:
    with Shop(desk, "spoilt").set_up({"soap": 10, "mop": 10}):
        whole = write_shelf(desk, b'{"shop_id": "spoilt", "sku"')
    with Shop(desk, "spoilt") as shop:
        stuck = [shop.buy({"mop": 1, "soap": 2}) for _ in range(3)]
        lively = [shop.buy({"mop": 1}) for _ in range(3)]
        wait_for_letters(desk, len(stuck))
        letters = told(desk.data, "dead-letters", "list", "--subscriber", "inventory")
        shown = told(desk.data, "dead-letters", "show", letters[0]["id"])
        meanwhile = [shop.status(id) for id in (*stuck, *lively)]
        judged = frontdesk(desk.data, "reconcile", "--json")
        explained = {found.subject: found.cause for found in compared(desk, shop.id).differences}
    write_shelf(desk, whole)
    redriven = told(
        desk.data, "dead-letters", "redrive", "--subscriber", "inventory", "--reason", "row mended"
    )
    with Shop(desk, "spoilt") as shop:
        found = reconciled(desk, shop.id)

        assert {letter["source"] for letter in letters} == set(stuck)
        assert {(letter["event"], letter["cause"]) for letter in letters} == {
            ("Order Created", "DecodeError")
        }
        assert shown["body"]["order_id"] == letters[0]["source"]
        assert meanwhile == ["NEW"] * 3 + ["PROCESSED"] * 3
        assert judged.returncode == 1
        assert set(stuck) <= set(explained), explained
        assert len(redriven["items"]) == len(stuck)
        assert found.dead_letters == {}
        assert {shop.status(id) for id in (*stuck, *lively)} == {"PROCESSED"}
        assert (shop.stock("soap"), shop.stock("mop")) == ((10, 4), (10, 4))
