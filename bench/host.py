"""What the machine's host keeps back: on a shared one, others take turns on the same processors."""

from pathlib import Path

from bench.processes import TICKS

_STEAL_FIELD = 8  # of the first line of /proc/stat, which is of all processors (proc(5))


def stolen_seconds(stat: Path = Path("/proc/stat")) -> float:
    """Return for how long, since the start, processors had work here and the host gave them to others."""
    with stat.open(encoding="ascii") as lines:
        return int(lines.readline().split()[_STEAL_FIELD]) / TICKS
