"""What the machine's host keeps back: on a shared one, others take turns on the same processors."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
_STEAL_FIELD = 8  # of the first line of /proc/stat, which is of all processors (proc(5))


def stolen_seconds(stat: Path = Path("/proc/stat")) -> float:
    """Return for how long, since the start, processors had work here and the host gave them to others."""
    with stat.open(encoding="ascii") as lines:
        return int(lines.readline().split()[_STEAL_FIELD]) / TICKS
