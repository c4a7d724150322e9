"""PostgreSQL and Redis for the peers: from folders of their own, as a user without rights, no system service."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.errors import BenchError
from bench.processes import START_SECONDS, process, tail

PLACES = "/usr/lib/postgresql/*/bin"  # where Debian keeps them, off the path
USERS = ("postgres", "nobody")  # PostgreSQL does not run as root
SUPERUSER = "postgres"
DATABASE = "postgres"
_PSQL = ("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1")

# As a good engineer would set it for a machine that is its own: everything in memory, rare checkpoints, no query is
# large enough to be compiled. What makes a commit durable (fsync, full_page_writes, synchronous_commit) is at its
# strict default, and said here so that nobody has to look it up.
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "1GB",
    "wal_buffers": "64MB",
    "min_wal_size": "1GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "random_page_cost": "1.1",
    "jit": "off",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
}


@dataclass(frozen=True, slots=True)
class Postgres:
    """A PostgreSQL that runs; `socket` is the folder of its Unix socket."""

    pid: int
    socket: Path

    @property
    def dsn(self) -> str:
        """How drivers find it."""
        return f"postgresql://{SUPERUSER}@/{DATABASE}?host={self.socket}"

    def run(self, sql: str) -> None:
        """Run statements, each by itself. Raises BenchError."""
        self._psql(sql)

    def ask(self, sql: str) -> str:
        """Return the one value that a query gives. Raises BenchError."""
        return self._psql(sql, "-t", "-A").strip()

    def copy(self, table: str, lines: Iterable[str]) -> None:
        """Add rows to a table, written as COPY reads them: the quickest way in. Raises BenchError."""
        command = [*_PSQL, "-d", self.dsn, "-c", f"copy {table} from stdin"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
            assert running.stdin is not None
            assert running.stderr is not None
            with suppress(BrokenPipeError):
                running.stdin.writelines(f"{line}\n" for line in lines)
            with suppress(BrokenPipeError):
                running.stdin.close()
            said = running.stderr.read()
        if running.returncode:
            raise BenchError(f"PostgreSQL refused rows of {table}: {said.strip()}")

    def _psql(self, sql: str, *options: str) -> str:
        command = [*_PSQL, *options, "-d", self.dsn]
        done = subprocess.run(command, check=False, input=sql, capture_output=True, text=True)
        if done.returncode:
            raise BenchError(f"PostgreSQL refused a statement: {done.stderr.strip()}")
        return done.stdout


def check_servers(*, redis: bool) -> None:
    """Raise BenchError when a server is not installed."""
    missing = [
        name
        for name, found in (("postgresql", _binary("postgres")), ("psql", shutil.which("psql")))
        if not found
    ]
    if redis and not shutil.which("redis-server"):
        missing.append("redis-server")
    if missing:
        raise BenchError(
            f"Not installed: {', '.join(missing)}. `make bench` installs them on Debian and Ubuntu when root runs it;"
            " else: sudo apt-get install postgresql redis-server"
        )


def init_postgres(data: Path) -> None:
    """Make an empty cluster. Raises BenchError."""
    give_away(data)
    with TemporaryDirectory() as quiet:
        log = Path(quiet) / "initdb.log"
        options = ["-D", str(data), "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C"]
        with process([_postgres("initdb"), *options], log, user=_user()) as made:
            if made.wait(60):
                raise BenchError(f"initdb failed: {tail(log)}")


@contextmanager
def postgres(data: Path, log: Path) -> Iterator[Postgres]:
    """Serve a cluster until the block ends. Raises BenchError when it does not start."""
    with TemporaryDirectory(
        prefix="pg-", ignore_cleanup_errors=True
    ) as name:  # short: a socket's path has 107 bytes
        socket = Path(name)
        give_away(socket)
        options = [word for key, value in SETTINGS.items() for word in ("-c", f"{key}={value}")]
        command = [_postgres("postgres"), "-D", str(data), "-k", str(socket), *options]
        with process(command, log, user=_user(), end=signal.SIGINT) as server:  # at once, clients or not
            found = Postgres(server.pid, socket)
            _wait(
                lambda: (
                    subprocess.run(["pg_isready", "-q", "-h", name, "-U", SUPERUSER], check=False).returncode
                    == 0
                ),
                server,
                log,
            )
            yield found


@contextmanager
def redis(folder: Path, log: Path) -> Iterator[tuple[int, str]]:
    """Serve a Redis that answers once a write is on disk, and give its process and its URL."""
    with TemporaryDirectory(prefix="redis-", ignore_cleanup_errors=True) as name:
        socket = Path(name) / "redis.sock"
        give_away(Path(name))
        give_away(folder)
        options = ["--port", "0", "--unixsocket", str(socket), "--dir", str(folder), "--save", ""]
        options += ["--appendonly", "yes", "--appendfsync", "always"]
        with process(["redis-server", *options], log, user=_user()) as server:
            _wait(socket.exists, server, log)
            yield server.pid, f"redis+socket://{socket}"


def give_away(folder: Path) -> None:
    """Make a folder that the servers' user owns."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    user = _user()
    if user is not None:
        found = pwd.getpwnam(user)
        os.chown(folder, found.pw_uid, found.pw_gid)


def postgres_version() -> str:
    """Return what PostgreSQL says it is."""
    said = subprocess.run([_postgres("postgres"), "--version"], check=True, capture_output=True, text=True)
    return said.stdout.split()[2]


def redis_version() -> str:
    """Return what Redis says it is."""
    said = subprocess.run(["redis-server", "--version"], check=True, capture_output=True, text=True)
    return said.stdout.partition("v=")[2].split()[0]


def _user() -> str | None:
    """Return as whom servers run when we are root, else None: as ourselves."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in USERS if name in known)


def _postgres(name: str) -> str:
    found = _binary(name)
    assert found is not None  # `check_servers` has looked
    return found


def _binary(name: str) -> str | None:
    found = shutil.which(name)
    if found is None:
        folders = Path("/").glob(PLACES.lstrip("/"))
        found = next(
            (str(folder / name) for folder in sorted(folders, reverse=True) if (folder / name).exists()), None
        )
    return found


def _wait(is_ready: Callable[[], bool], server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_ready():
        if server.poll() is not None or time.monotonic() > deadline:
            raise BenchError(f"A server of a peer did not start. Its log ends:\n{tail(log)}")
        time.sleep(0.02)
