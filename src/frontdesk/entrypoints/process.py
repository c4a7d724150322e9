"""What this process uses of the machine, as Linux tells."""

import os
import resource
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_SELF = Path("/proc/self")
_STARTED_FIELD = (
    19  # of /proc/self/stat after the name in parentheses: ticks from boot to start (proc(5), field 22)
)


@dataclass(frozen=True, slots=True)
class Process:
    """Processor seconds, bytes, numbers of files, and seconds since the epoch."""

    cpu_seconds: float
    resident_bytes: int
    open_files: int
    max_files: int
    started_at: float


def process() -> Process:
    """Look. It takes some 50 microseconds."""
    pages = int((_SELF / "statm").read_text().split()[1])
    return Process(
        cpu_seconds=time.process_time(),
        resident_bytes=pages * resource.getpagesize(),
        open_files=sum(1 for _ in (_SELF / "fd").iterdir()),
        max_files=resource.getrlimit(resource.RLIMIT_NOFILE)[0],
        started_at=_started_at(),
    )


@cache
def _started_at() -> float:
    _, _, fields = (_SELF / "stat").read_text().rpartition(")")
    ticks = int(fields.split()[_STARTED_FIELD])
    booted = next(line for line in Path("/proc/stat").read_text().splitlines() if line.startswith("btime"))
    return int(booted.split()[1]) + ticks / os.sysconf("SC_CLK_TCK")
