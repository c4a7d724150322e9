"""A message that can never succeed, because somebody has spoilt a row: seen, mended, redriven, with a good end."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.agreement import reconciled
from tests.journeys.desk import Desk
from tests.journeys.running import RunningDesk
from tests.journeys.shops import Shop

WAIT_SECONDS = 120.0  # for a message to fail eight times; an unruly desk needs a second
SHELF = "spoilt:soap"


@pytest.fixture(params=[1, *[pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 6)]])
def desk(request: pytest.FixtureRequest, stage: Desk | None, tmp_path: Path) -> Iterator[Desk]:
    """Give an unruly desk whose data can be spoilt."""
    if stage is not None:
        yield stage
        return
    with RunningDesk(tmp_path, program=("tests.journeys.unruly", str(request.param))) as running:
        yield running


def told(desk: Desk, *words: str) -> Any:
    """Return what a command tells as JSON."""
    done = desk.command(*words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def letters_of(desk: Desk, orders: list[str]) -> list[Any]:
    """Return what inventory could not take in of these orders, once there is a letter of each."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        found = told(desk, "dead-letters", "list", "--subscriber", "inventory")
        letters = [letter for letter in found if letter["source"] in orders]
        if len(letters) == len(orders):
            return letters
        if time.monotonic() > deadline:
            raise TimeoutError(f"{len(letters)} dead letters, not {len(orders)}")
        time.sleep(0.2)


@contextmanager
def spoilt(desk: Desk) -> Iterator[None]:
    """Let nobody read a shelf meanwhile."""
    whole = desk.overwrite("shelf", SHELF, '{"shop_id": "spoilt", "sku"')
    try:
        yield
    finally:
        desk.overwrite("shelf", SHELF, whole)


def test_what_a_spoilt_row_kept_from_succeeding_succeeds_once_it_is_mended(desk: Desk) -> None:
    Shop(desk, "spoilt").set_up({"soap": 10, "mop": 10}).close()
    with spoilt(desk), Shop(desk, "spoilt") as shop:
        stuck = [shop.buy({"mop": 1, "soap": 2}) for _ in range(3)]
        lively = [shop.buy({"mop": 1}) for _ in range(3)]
        letters = letters_of(desk, stuck)
        desk.wait_until_settled()
        shown = told(desk, "dead-letters", "show", letters[0]["id"])
        meanwhile = [shop.status(id) for id in (*stuck, *lively)]
        judged = desk.command("reconcile", "--json")
        explained = {found.subject: found.cause for found in desk.compared(shop.id).differences}
    ids = [letter["id"] for letter in letters]
    redriven = told(desk, "dead-letters", "redrive", *ids, "--reason", "row mended")
    with Shop(desk, "spoilt") as shop:
        found = reconciled(desk, shop.id)

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
