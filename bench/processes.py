"""Servers as real processes: from a command line to a clean stop, with what they use of the machine."""

import os
import pwd
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from bench.errors import BenchError

HOST = "127.0.0.1"
START_SECONDS = 30.0
STOP_SECONDS = 10.0  # between the request to stop and SIGKILL
LOG_TAIL_CHARS = 2_000
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Running:
    """A stack that takes orders: its web server's port, and the first process of each of its servers."""

    port: int
    roots: tuple[int, ...]

    @property
    def url(self) -> str:
        """Where orders go."""
        return f"http://{HOST}:{self.port}/orders"

    def get(self, path: str) -> tuple[int, bytes]:
        """Return status and body of an answer. Raises OSError or HTTPException when there is none."""
        connection = HTTPConnection(HOST, self.port, timeout=60)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def cpu_seconds(self) -> float:
        """Return the processor time that all processes of the stack have used so far, the ended ones included."""
        ticks = 0
        for pid in self._pids():
            try:
                stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
            except OSError:
                continue  # it has ended since
            own_and_ended = stat.rpartition(")")[2].split()[11:15]  # fields 14 to 17 of proc(5)
            ticks += sum(map(int, own_and_ended))
        return ticks / TICKS

    def memory_bytes(self) -> int:
        """Return what all processes of the stack hold in memory. What several share is counted once."""
        kilobytes = 0
        for pid in self._pids():
            try:
                text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
            except OSError:
                continue
            kilobytes += sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
        return kilobytes * 1024

    def _pids(self) -> list[int]:
        children: dict[int, list[int]] = {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                try:
                    stat = (folder / "stat").read_text(encoding="utf-8")
                except OSError:
                    continue
                children.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(folder.name))
        found = list(self.roots)
        for pid in found:  # grows while it is walked
            found += children.get(pid, [])
        return found


@contextmanager
def process(
    command: Sequence[str],
    log: Path,
    environment: Mapping[str, str] | None = None,
    *,
    user: str | None = None,
    end: signal.Signals = signal.SIGTERM,
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a server until the block ends; what it writes goes to a file. Only root may name a user."""
    with log.open("ab") as output:
        running = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
            start_new_session=True,  # Ctrl-C is for the benchmark, which then stops its servers
        )
    try:
        yield running
    finally:
        _stop(running, end)


def wait_until_ready(server: Running, name: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Return when `GET /health` answers 200. Raises BenchError, with the end of the log, when it never does."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if server.get("/health")[0] == 200:
                return
        except (OSError, HTTPException):
            pass
        time.sleep(0.05)
    how = "ended at once" if process.poll() is not None else f"was not ready in {START_SECONDS:.0f} s"
    raise BenchError(f"{name} {how}. Its log ends:\n{tail(log)}")


def tail(log: Path) -> str:
    """Return how a log ends."""
    return log.read_text(encoding="utf-8", errors="replace")[-LOG_TAIL_CHARS:]


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.create_server((HOST, 0)) as found:
        port: int = found.getsockname()[1]
    return port


def _stop(process: "subprocess.Popen[bytes]", end: signal.Signals) -> None:
    """Ask, then end it and whatever it started."""
    process.send_signal(end)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
