"""What the figures depend on: the machine and the versions. No host name and no path."""

import os
import platform
import sqlite3
import subprocess
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.disk import filesystem
from frontdesk import __version__


def machine_facts(folder: Path, peers: Mapping[str, str]) -> dict[str, Any]:
    """Return what a reader must know to judge the figures; `load_average` is that of the minute before."""
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpus": os.cpu_count(),
        "cpu": _cpu(),
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
        "filesystem": filesystem(folder),
        "load_average": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "python_pace": _python_pace(),
        "sqlite": sqlite3.sqlite_version,
        "wrk": _wrk_version(),
        "frontdesk": __version__,
        "peers": dict(peers),
    }


def _python_pace() -> float:
    """Return how many million turns of a small loop the interpreter makes in a second of CPU time.

    A build without profile-guided optimisation, as version managers make by default, is a quarter slower than that of
    a distribution, and whoever decides in Python feels it more than whoever waits for a database.
    """
    turns, best = 200_000, float("inf")
    for _ in range(5):
        kept: dict[int, int] = {}
        began = time.process_time()
        for turn in range(turns):
            kept[turn & 63] = turn + kept.get(turn & 31, 1)
        best = min(best, time.process_time() - began)
    return round(turns / best / 1e6, 1)


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()


def _wrk_version() -> str:
    """Return the second word of what `wrk -v` says; it ends with status 1 whatever one asks."""
    said = subprocess.run(["wrk", "-v"], check=False, capture_output=True, text=True)
    words = (said.stdout + said.stderr).split()
    return words[1] if len(words) > 1 else "unknown"
