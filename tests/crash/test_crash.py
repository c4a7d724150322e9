"""A short crash loop; `make soak` runs twenty cycles."""

from pathlib import Path

from tests.crash.loop import crash_loop


def test_a_killed_server_loses_and_doubles_nothing(tmp_path: Path) -> None:
    *_, last = crash_loop(tmp_path, cycles=4, seed=7)

    assert last.is_clean, last
    assert last.answered > 50
