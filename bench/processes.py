"""A server as a real process, from an empty folder to a clean stop."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from bench.contestants import Contestant
from bench.errors import BenchError

HOST = "127.0.0.1"
START_SECONDS = 20.0
STOP_SECONDS = 5.0  # between SIGTERM and SIGKILL
LOG_TAIL_CHARS = 2_000


@dataclass(frozen=True, slots=True)
class Running:
    """A server that takes orders."""

    port: int
    process: "subprocess.Popen[bytes]"

    @property
    def url(self) -> str:
        """Where orders go."""
        return f"http://{HOST}:{self.port}/orders"

    def health(self) -> tuple[int, bytes]:
        """Return status and body of `GET /health`. Raises OSError or HTTPException when nobody answers."""
        connection = HTTPConnection(HOST, self.port, timeout=5)
        try:
            connection.request("GET", "/health")
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def cpu_seconds(self) -> float:
        """Return the processor time that the server has used so far, of all its threads."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8")
        user, system = stat.rpartition(")")[2].split()[11:13]  # fields 14 and 15 of proc(5)
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(contestant: Contestant, folder: Path) -> Iterator[Running]:
    """Serve from a fresh folder, which is left behind.

    Raises BenchError, with the end of the server's log, when it does not start.
    """
    folder.mkdir(parents=True)
    port = _free_port()
    start = contestant.start(folder, port)
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            start.command, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, **start.environment}
        )
    running = Running(port, process)
    try:
        _wait_until_ready(running, contestant, log)
        yield running
    finally:
        _stop(process)


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as found:
        port: int = found.getsockname()[1]
    return port


def _wait_until_ready(running: Running, contestant: Contestant, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and running.process.poll() is None:
        try:
            if running.health()[0] == 200:
                return
        except (OSError, HTTPException):
            pass
        time.sleep(0.05)
    tail = log.read_text(encoding="utf-8", errors="replace")[-LOG_TAIL_CHARS:]
    how = "ended at once" if running.process.poll() is not None else f"was not ready in {START_SECONDS:.0f} s"
    raise BenchError(f"{contestant.name} {how}. Its log ends:\n{tail}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
