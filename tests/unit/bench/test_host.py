"""What the host keeps back is read where Linux tells it."""

from pathlib import Path

import pytest

from bench.host import stolen_seconds
from bench.processes import TICKS


def test_what_the_host_kept_back_is_told_in_seconds_of_processors(tmp_path: Path) -> None:
    stat = tmp_path / "stat"
    stat.write_text(f"cpu  1 2 3 4 5 6 7 {TICKS * 3 // 2} 0 0\ncpu0 1 2 3 4 5 6 7 {TICKS} 0 0\n")
    assert stolen_seconds(stat) == pytest.approx(1.5)


def test_this_machine_tells_it_and_it_never_goes_back() -> None:
    before = stolen_seconds()
    assert 0 <= before <= stolen_seconds()
