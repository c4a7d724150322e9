"""That the unruly desk is unruly: else the journeys on it would prove little."""

import json
from pathlib import Path

import pytest

from tests.journeys.agreement import reconciled
from tests.journeys.running import RunningDesk
from tests.journeys.shops import Shop
from tests.journeys.test_command_line import frontdesk

pytestmark = pytest.mark.embedded

ORDERS = 60


@pytest.mark.parametrize("worker", ["never", "always"])
def test_events_are_shuffled_doubled_held_and_told_again_and_reconcile_finds_no_difference(
    tmp_path: Path, worker: str
) -> None:
    with RunningDesk(tmp_path, "--worker", worker, program=("tests.journeys.unruly", "7")) as desk:
        with Shop(desk, "unruly").set_up({"soap": 40, "mop": 1_000}) as shop:
            orders = shop.buy_at_once(ORDERS, {"soap": 1, "mop": 1})
            reconciled(desk)
            ends = [shop.status(id) for id in orders]
        desk.stop()

    judged = frontdesk(desk.data, "reconcile")

    tally = json.loads(desk.last_words.splitlines()[-1])
    assert set(tally) == {"shuffled", "doubled", "tripled", "held", "again"}
    assert min(tally.values()) >= 5, tally
    assert sorted(ends) == ["PROCESSED"] * 40 + ["REJECTED"] * 20
    assert judged.returncode == 0, judged.stdout
    assert f"agree: {ORDERS} orders, " in judged.stderr
