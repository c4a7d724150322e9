"""A real desk: the server as its own process, in a folder of its own, reached over HTTP."""

import os
import re
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import httpx

from frontdesk import bootstrap
from frontdesk.config import Settings

START_SECONDS = 15.0
STOP_SECONDS = 15.0
NO_TLS = ssl.SSLContext(
    ssl.PROTOCOL_TLS_CLIENT
)  # spares every client the reading of the system's certificates
_ADDRESS = re.compile(r"open at (http://\S+)")


class RunningDesk:
    """Start it, talk to it, kill it, start it again on the same data; as a context it is running, and gone in the end.

    `program` is what is run in place of `frontdesk`: a module, and words that come before `up`.
    """

    def __init__(self, folder: Path, *arguments: str, program: Sequence[str] = ("frontdesk",)) -> None:
        self.data = folder / "data"
        self.log = folder / "log.jsonl"
        self.url = ""
        self.last_words = ""  # what it printed after its address, once it has ended
        self._arguments = arguments
        self._program = program
        self._process: subprocess.Popen[str] | None = None
        self._http: httpx.Client | None = None  # kept: making one costs more than a request

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self, *arguments: str) -> Self:
        """Return when the desk is ready to take requests."""
        command = [sys.executable, "-m", *self._program, "up", "--data", str(self.data), "--port", "0"]
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                [*command, *self._arguments, *arguments],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            found = _ADDRESS.search(line)
            if found:
                self.url = found[1]
                break
        else:
            raise RuntimeError(f"the desk did not start: {self.log.read_text()[-2000:]}")
        self.wait_until_ready()
        return self

    def wait_until_ready(self) -> None:
        """Return when `/health` says so."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                if self._look().status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.02)
        raise TimeoutError("the desk did not become ready")

    def health(self) -> dict[str, object]:
        """Return what `/health` says."""
        found: dict[str, object] = self._look().json()
        return found

    def _look(self) -> httpx.Response:
        if self._http is None:
            self._http = self.client()
        return self._http.get("/health")

    def wait_until_quiet(self, seconds: float = 30.0) -> None:
        """Return when every subscriber has taken in every event."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            backlog = self.health()["backlog"]
            if isinstance(backlog, dict) and not any(backlog.values()):
                return
            time.sleep(0.02)
        raise TimeoutError(f"still at work: {self.health()}")

    def token(self, scopes: str, subject: str = "ana", grants: Sequence[str] = ()) -> str:
        """Return a token, as `frontdesk token` makes one beside the server."""
        given = dict(grant.split("=") for grant in grants)
        return bootstrap.tokens(Settings(data=self.data)).issue(subject, scopes.split(), given)

    def client(self, token: str = "") -> httpx.Client:
        """Return an HTTP client that speaks for a token."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, verify=NO_TLS)

    @property
    def pid(self) -> int:
        """Which process serves. Raises RuntimeError when none does."""
        if self._process is None:
            raise RuntimeError("the desk is not running")
        return self._process.pid

    def kill(self) -> None:
        """SIGKILL: no chance to tidy up."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM, as an operator stops it. Returns the exit status."""
        return self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> int:
        if self._http is not None:
            self._http.close()
            self._http = None
        if self._process is None:
            return 0
        self._process.send_signal(how)
        try:
            self._process.wait(STOP_SECONDS)
        finally:
            if self._process.poll() is None:
                self._process.kill()
                self._process.wait()
            if self._process.stdout is not None:
                self.last_words = self._process.stdout.read()
                self._process.stdout.close()
        status = self._process.returncode
        self._process = None
        return status
