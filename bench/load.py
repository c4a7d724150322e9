"""Drive one server with wrk, and count every answer."""

import json
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.errors import BenchError
from bench.host import stolen_seconds
from bench.processes import Running

SCRIPT = Path(__file__).with_name("orders.lua")
TIMEOUT = "30s"  # slower answers count as broken; the usual stack keeps some waiting for seconds
CONNECTIONS = 64

NO_WRK = """wrk is not installed; it makes the load.
  Debian, Ubuntu:  sudo apt-get install wrk
  Fedora:          sudo dnf install wrk
  elsewhere:       https://github.com/wg/wrk"""


@dataclass(frozen=True, slots=True)
class Load:
    """What came of a load. `rate` counts answers of 201 and nothing else; CPU is that of the whole stack."""

    seconds: float
    answers: dict[str, int]  # by status
    broken: int  # connections refused, cut or timed out
    rate: float  # orders a second
    p50_ms: float
    p99_ms: float
    max_ms: float
    cpu_cores: float
    cpu_micros: float  # for each order
    stolen: float  # processors that the host kept back meanwhile

    @property
    def placed(self) -> int:
        """How many orders were answered with 201."""
        return self.answers.get("201", 0)

    def complaints(self) -> str:
        """Return what was answered otherwise, as words; empty when nothing was."""
        found = [f"{count} x {status}" for status, count in sorted(self.answers.items()) if status != "201"]
        return ", ".join([*found, f"{self.broken} broken"] if self.broken else found)


@dataclass(frozen=True, slots=True)
class Client:
    """Who sends the orders: with which tokens, for how many products."""

    tokens: Path
    products: int

    def drive(
        self, server: Running, seconds: int, *, connections: int = CONNECTIONS, rate: float | None = None
    ) -> Load:
        """Keep so many connections busy, each with one order at a time.

        With `rate` so many orders a second come by the clock, and each takes a connection that is free.
        Raises BenchError when not one was placed.
        """
        gap_ms = 1000 / rate if rate else 0
        cpu, stolen = server.cpu_seconds(), stolen_seconds()
        found = json.loads(self._wrk(server, seconds, connections, gap_ms).splitlines()[-1])
        cpu, stolen = server.cpu_seconds() - cpu, stolen_seconds() - stolen
        placed = found["answers"].get("201", 0)
        if not placed:
            raise BenchError(f"No order was placed; the answers were {found['answers'] or 'none at all'}.")
        return Load(
            seconds=round(found["seconds"], 3),
            answers=found["answers"],
            broken=found["broken"],
            rate=round(placed / found["seconds"], 1),
            p50_ms=found["p50"] / 1000,
            p99_ms=found["p99"] / 1000,
            max_ms=found["max"] / 1000,
            cpu_cores=round(cpu / found["seconds"], 2),
            cpu_micros=round(cpu / placed * 1e6, 1),
            stolen=round(stolen / found["seconds"], 2),
        )

    def _wrk(self, server: Running, seconds: int, connections: int, gap_ms: float) -> str:
        options = ["-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", TIMEOUT, "-s", str(SCRIPT)]
        words = [str(self.tokens), secrets.token_hex(6), str(self.products), f"{gap_ms:.6f}"]
        command = ["wrk", *options, server.url, "--", *words]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            raise BenchError(f"wrk failed: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout


def check_wrk() -> None:
    """Raise BenchError when there is no wrk."""
    if shutil.which("wrk") is None:
        raise BenchError(NO_WRK)
