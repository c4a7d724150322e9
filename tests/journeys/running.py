"""A real desk: the server as its own process, in a folder of its own, reached over HTTP."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Self

import httpx

from frontdesk import bootstrap
from frontdesk.adapters.embedded.directory import DataDirectory
from frontdesk.adapters.embedded.reader import Reader
from frontdesk.config import Settings
from frontdesk.kernel.services import subscribers
from frontdesk.reconciliation.report import Report, report
from frontdesk.services.orders.model import ORDERS
from tests.journeys.desk import client_of

START_SECONDS = 15.0
STOP_SECONDS = 15.0
STEP_SECONDS = 0.03
READINGS = 3  # in a row that must find nothing: what is on its way from the log into a retry may escape one
_ADDRESS = re.compile(r"open at (http://\S+)")


class RunningDesk:
    """A `desk.Desk`. Start it, talk to it, kill it, start it again on the same data.

    As a context it is running, and gone in the end. `program` is what is run in place of `frontdesk`: a module, and
    words that come before `up`.
    """

    has_gateway = False
    at_once = 50

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
        """See `Desk`."""
        return client_of(self.url, token)

    def command(self, *words: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        """See `Desk`."""
        line = [sys.executable, "-m", "frontdesk", *words, "--data", str(self.data)]
        return subprocess.run(line, capture_output=True, text=True, timeout=50, check=False, input=stdin)

    def wait_until_settled(self, seconds: float = 30.0) -> None:
        """See `Desk`."""
        deadline = time.monotonic() + seconds
        quiet = 0
        while quiet < READINGS:
            retries = self._count("retries where due is not null")
            if time.monotonic() > deadline:
                raise TimeoutError(f"still at work: {self.health()}, {retries} to try again")
            backlog = self.health()["backlog"]
            assert isinstance(backlog, dict)
            is_quiet = not any(backlog.values()) and not retries
            quiet = quiet + 1 if is_quiet else 0
            time.sleep(0 if is_quiet else STEP_SECONDS)

    def compared(self, shop: str = "") -> Report:
        """See `Desk`."""
        hearing = {
            name: [r.on.NAME for r in heard] for name, (_, heard) in subscribers(bootstrap.choose()).items()
        }
        with Reader(self.data, hearing) as reader:
            return report(reader, shop)

    def standings(self) -> dict[str, str]:
        """See `Desk`."""
        with Reader(self.data, {}) as reader:
            return {record.id: ORDERS.load(record).value.status.value for record in reader.scan(ORDERS.name)}

    @contextmanager
    def without(self, service: str) -> Iterator[None]:
        """See `Desk`. It is started again without the service, and then with all."""
        self.stop()
        self.start("--services", ",".join(name for name in bootstrap.SERVICES if name != service))
        yield
        self.stop()
        self.start()

    def overwrite(self, kind: str, id: str, body: str) -> str:
        """See `Desk`. It is stopped meanwhile."""
        self.stop()
        with closing(sqlite3.connect(DataDirectory(self.data).database)) as database, database:
            was: str = database.execute(f"select body from r_{kind} where id=?", (id,)).fetchone()[0]  # noqa: S608
            database.execute(f"update r_{kind} set body=? where id=?", (body, id))  # noqa: S608
        self.start()
        return was

    def _count(self, rows: str) -> int:
        where = f"{DataDirectory(self.data).database.as_uri()}?mode=ro"
        with closing(sqlite3.connect(where, uri=True)) as database:
            count: int = database.execute(f"select count(*) from {rows}").fetchone()[0]  # noqa: S608
        return count

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
