"""How many processors there are for this process."""

import os
from collections.abc import Iterator
from pathlib import Path

GROUPS = Path("/sys/fs/cgroup")
OWN_GROUP = Path("/proc/self/cgroup")
_VERSION_2 = "0::"  # how the line of the group begins that such a quota is set for
_UNLIMITED = "max"


def processors() -> float:
    """Return how many: those it may run on, and no more than a container or a unit of systemd may use of them.

    Such a quota may be a fraction. It is that of control groups of version 2, `cpu.max` in the kernel's documents.
    """
    return min(len(os.sched_getaffinity(0)), *_quotas())


def _quotas() -> Iterator[float]:
    """Yield what each group around this process may use, the innermost first; it counts for all that are in it."""
    yield float("inf")
    group = _own_group()
    while group is not None:
        quota, _, period = _said(group / "cpu.max").partition(" ")
        if quota and quota != _UNLIMITED:
            yield int(quota) / int(period)
        group = group.parent if group != GROUPS else None


def _own_group() -> Path | None:
    for line in _said(OWN_GROUP).splitlines():
        if line.startswith(_VERSION_2):
            return GROUPS / line.removeprefix(_VERSION_2).lstrip("/")
    return None


def _said(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError:  # the outermost group has no such file, and not every system has groups
        return ""
