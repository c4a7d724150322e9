"""How many processors a desk may use: by affinity, and by the quotas of the groups around it."""

from pathlib import Path

import pytest

from frontdesk.adapters.embedded import processors as module
from frontdesk.adapters.embedded.processors import processors

FOUR = {0, 1, 2, 3}


@pytest.fixture
def groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder for the system's control groups, on a machine with four processors."""
    monkeypatch.setattr("os.sched_getaffinity", lambda _: FOUR)
    monkeypatch.setattr(module, "GROUPS", tmp_path)
    monkeypatch.setattr(module, "OWN_GROUP", tmp_path / "own")
    return tmp_path


def put(groups: Path, own: str, quotas: dict[str, str]) -> None:
    """Put a process into a group, and set what groups may use."""
    (groups / "own").write_text(f"3:cpuset:/elsewhere\n0::{own}\n")
    for group, quota in quotas.items():
        (groups / group).mkdir(parents=True, exist_ok=True)
        (groups / group / "cpu.max").write_text(quota + "\n")


@pytest.mark.parametrize(
    ("own", "quotas", "found"),
    [
        ("/", {}, 4),
        ("/", {".": "max 100000"}, 4),
        ("/", {".": "150000 100000"}, 1.5),
        ("/", {".": "50000 50000"}, 1),
        ("/", {".": "900000 100000"}, 4),
        ("/shops/desk", {"shops": "max 100000", "shops/desk": "200000 100000"}, 2),
        ("/shops/desk", {"shops": "100000 100000", "shops/desk": "200000 100000"}, 1),
        ("/shops/desk", {"shops": "100000 100000"}, 1),
        ("/shops/desk", {"clinics": "100000 100000"}, 4),
    ],
)
def test_the_narrowest_limit_counts(groups: Path, own: str, quotas: dict[str, str], found: float) -> None:
    put(groups, own, quotas)
    assert processors() == found


@pytest.mark.parametrize("own", ["", "4:cpu,cpuacct:/desk\n"], ids=["no groups", "version 1"])
def test_where_there_is_no_quota_to_read_affinity_counts(groups: Path, own: str) -> None:
    if own:
        (groups / "own").write_text(own)
    assert processors() == len(FOUR)
