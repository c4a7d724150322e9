"""Two kills in the middle of some hundred orders; the long one kills ten times in the middle of 5,000."""

from pathlib import Path

import pytest

from tests.crash.loop import crash_loop


def test_a_killed_server_loses_and_doubles_nothing(tmp_path: Path) -> None:
    *_, last = crash_loop(tmp_path, cycles=2, orders=400, seed=7)

    assert last.is_clean, last
    assert last.answered == 800
    assert last.replays > 0
    assert {end for end, _ in last.ends} == {"PROCESSED", "REJECTED", "CANCELLED"}


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_ten_kills_in_the_middle_of_5000_orders_lose_and_double_nothing(tmp_path: Path) -> None:
    *_, last = crash_loop(tmp_path, cycles=10, orders=5_000, seed=11)

    assert last.is_clean, last
    assert last.answered == 50_000
