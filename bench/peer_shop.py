"""What the peers have in common: their Python, a key and tokens, a PostgreSQL with the shop in it, a web server."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bench.errors import BenchError
from bench.processes import Running, free_port, process, wait_until_ready
from bench.servers import Postgres, init_postgres, postgres
from bench.shop import peer_rows
from bench.tokens import peer_tokens

PYTHON = Path(".venv-bench/bin/python")
PACKAGES = (
    "asyncpg",
    "celery",
    "fastapi",
    "psycopg",
    "pydantic",
    "pyjwt",
    "redis",
    "sqlalchemy",
    "uvicorn",
    "uvloop",
)
SCHEMAS = [Path(__file__).parent / "peers" / name for name in ("schema.sql", "handwritten.sql")]


@dataclass(frozen=True)  # no slots: what is prepared once is kept
class PeerShop:
    """What the peers have in common: their Python, a key, tokens, and a cluster with the shop in it."""

    work: Path
    python: Path
    products: int

    @cached_property
    def _keys(self) -> tuple[Path, Path]:
        return peer_tokens(self.work)

    @property
    def public_key(self) -> Path:
        """What tokens are checked with."""
        return self._keys[0]

    @property
    def tokens(self) -> Path:
        """One token a line."""
        return self._keys[1]

    @cached_property
    def cluster(self) -> Path:
        """A PostgreSQL cluster at rest, with the shop in it."""
        data = self.work / "postgres"
        init_postgres(data)
        with postgres(data, self.work / "postgres.log") as server:
            for schema in SCHEMAS:
                server.run(schema.read_text(encoding="utf-8") + peer_rows(self.products))
        return data

    def versions(self) -> dict[str, str]:
        """Return the versions of the peers' packages. Raises BenchError when they are not installed."""
        code = "import importlib.metadata as m, json, sys; print(json.dumps({n: m.version(n) for n in sys.argv[1:]}))"
        try:
            said = subprocess.run(
                [str(self.python), "-c", code, *PACKAGES], check=True, capture_output=True, text=True
            )
        except (OSError, subprocess.CalledProcessError):
            place = self.python.parent.parent
            raise BenchError(f"The peers are not installed in {place}; `make bench` does it.") from None
        found: dict[str, str] = json.loads(said.stdout)
        return found


@contextmanager
def web(
    shop: PeerShop,
    app: str,
    folder: Path,
    environment: Mapping[str, str],
    others: tuple[int, ...] = (),
    *,
    workers: int = 1,
) -> Iterator[Running]:
    """Serve an application of the peers; `others` are the servers behind it."""
    log = folder / "server.log"
    with serve_app(shop.python, app, log, environment, others, workers=workers) as server:
        yield server


@contextmanager
def serve_app(
    python: Path,
    app: str,
    log: Path,
    environment: Mapping[str, str],
    others: tuple[int, ...] = (),
    *,
    workers: int = 1,
) -> Iterator[Running]:
    """Serve `bench.peers.<app>` with uvicorn."""
    port = free_port()
    options = ["--port", str(port), "--workers", str(workers), "--http", "httptools", "--loop", "uvloop"]
    quiet = ["--no-access-log", "--log-level", "warning"]
    command = [str(python), "-m", "uvicorn", f"bench.peers.{app}:app", *options, *quiet]
    with process(command, log, environment) as running:
        server = Running(port, (running.pid, *others))
        wait_until_ready(server, app, running, log)
        yield server


@contextmanager
def database(shop: PeerShop, folder: Path, *, fresh: bool) -> Iterator[Postgres]:
    """Serve a copy of the shop's cluster, or what became of it."""
    data = folder / "postgres"
    if fresh:
        subprocess.run(
            ["cp", "-a", str(shop.cluster), str(data)], check=True
        )  # keeps owners, as a copy here would not
    with postgres(data, folder / "postgres.log") as server:
        yield server
