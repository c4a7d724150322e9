"""Time and chance without an event loop."""

import time
from datetime import UTC, datetime, timedelta

from frontdesk.adapters.aws.clock import BlockingClock, SystemChance
from tests.unit.driver import run


def test_the_clock_tells_the_time_in_utc_and_sleeps_without_a_loop() -> None:
    clock = BlockingClock()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert clock.now().tzinfo is UTC
    started = time.monotonic()
    run(clock.sleep(0.02))
    assert time.monotonic() - started >= 0.02


def test_chance_gives_out_nothing_twice_and_stays_within_its_bounds() -> None:
    chance = SystemChance()
    assert len({chance.bytes(16) for _ in range(1_000)}) == 1_000
    drawn = [chance.fraction() for _ in range(2_000)]
    assert all(0 <= one < 1 for one in drawn)
    assert 0.4 < sum(drawn) / len(drawn) < 0.6
    assert len(set(drawn)) == len(drawn)
