"""The peers: the honest rival on PostgreSQL, Celery with a queue in Redis, and the usual stack on SQLite."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from bench.contestants import Counts
from bench.peer_shop import PeerShop, database, web
from bench.processes import HOST, Running, process
from bench.servers import redis

POOL = 16  # connections of each web worker: more or fewer were not faster
HANDWRITTEN_POOL = 8  # likewise, for the form that holds a connection longer
CELERY_PROCESSES = 2
HANDWRITTEN = "handwritten"


@dataclass(frozen=True, slots=True)
class Rival:
    """FastAPI and one transaction on PostgreSQL that does the whole work.

    `form` is HANDWRITTEN (`peers.handwritten`), or one of the two of `peers.postgres`.
    """

    shop: PeerShop
    form: str
    name: str
    title: str
    workers: int = 2

    @property
    def tokens(self) -> Path:
        """See `Stack`."""
        return self.shop.tokens

    def prepare(self) -> None:
        """See `Stack`."""
        assert self.shop.cluster.exists()

    @contextmanager
    def serve(self, folder: Path, *, fresh: bool = True) -> Iterator[Running]:
        """See `Stack`."""
        with database(self.shop, folder, fresh=fresh) as kept:
            environment = {
                "PEER_DSN": kept.dsn,
                "PEER_FORM": self.form,
                "PEER_POOL": str(HANDWRITTEN_POOL if self.form == HANDWRITTEN else POOL),
                "PEER_PUBLIC_KEY": str(self.shop.public_key),
            }
            app = "handwritten" if self.form == HANDWRITTEN else "postgres"
            with web(self.shop, app, folder, environment, (kept.pid,), workers=self.workers) as server:
                yield server

    def waiting(self, server: Running) -> int:
        """See `Stack`: a 201 is the end of the story."""
        return 0

    @contextmanager
    def watch(self, server: Running, folder: Path) -> Iterator[Callable[[str], bool]]:
        """See `Stack`: a 201 is the end of the story."""
        yield lambda _: True

    def counts(self, server: Running, folder: Path) -> Counts:
        """See `Stack`."""
        return Counts(**json.loads(server.get("/counts")[1]))


@dataclass(frozen=True, slots=True)
class CeleryStack:
    """FastAPI stores an order, Redis (each write on disk before it is confirmed) carries it, Celery ends the story."""

    shop: PeerShop
    name: str = "celery"
    title: str = "Celery + Redis"

    @property
    def tokens(self) -> Path:
        """See `Stack`."""
        return self.shop.tokens

    def prepare(self) -> None:
        """See `Stack`."""
        assert self.shop.cluster.exists()

    @contextmanager
    def serve(self, folder: Path, *, fresh: bool = True) -> Iterator[Running]:
        """See `Stack`."""
        with ExitStack() as servers:
            kept = servers.enter_context(database(self.shop, folder, fresh=fresh))
            redis_pid, broker = servers.enter_context(redis(folder / "redis", folder / "redis.log"))
            environment = {
                "PEER_DSN": kept.dsn,
                "PEER_BROKER": broker,
                "PEER_PUBLIC_KEY": str(self.shop.public_key),
            }
            options = ["--concurrency", str(CELERY_PROCESSES), "--loglevel", "warning"]
            quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
            command = [str(self.shop.python), "-m", "celery", "-A", "bench.peers.celery_worker", "worker"]
            log = folder / "worker.log"
            worker = servers.enter_context(process([*command, *options, *quiet], log, environment))
            others = (kept.pid, redis_pid, worker.pid)
            yield servers.enter_context(web(self.shop, "celery_web", folder, environment, others))

    def waiting(self, server: Running) -> int:
        """See `Stack`."""
        return int(server.get("/waiting")[1])

    @contextmanager
    def watch(self, server: Running, folder: Path) -> Iterator[Callable[[str], bool]]:
        """See `Stack`: the journal entry is of the same transaction."""
        with closing(HTTPConnection(HOST, server.port, timeout=60)) as connection:

            def is_finished(order_id: str) -> bool:
                connection.request("GET", f"/orders/{order_id}")
                found: dict[str, str] = json.loads(connection.getresponse().read())
                return found["status"] == "PROCESSED"

            yield is_finished

    def counts(self, server: Running, folder: Path) -> Counts:
        """See `Stack`."""
        return Counts(**json.loads(server.get("/counts")[1]))


@dataclass(frozen=True, slots=True)
class UsualStack:
    """FastAPI + SQLAlchemy + SQLite. It only stores: nothing is checked, reserved, booked or followed up."""

    shop: PeerShop
    form: str
    name: str
    title: str

    @property
    def tokens(self) -> Path:
        """See `Stack`."""
        return self.shop.tokens

    def prepare(self) -> None:
        """See `Stack`: it knows no shop."""

    @contextmanager
    def serve(self, folder: Path, *, fresh: bool = True) -> Iterator[Running]:
        """See `Stack`."""
        environment = {"PEER_DATABASE": str(folder / "peer.db"), "PEER_FORM": self.form}
        with web(self.shop, "sqlite", folder, environment) as server:
            yield server

    def waiting(self, server: Running) -> int:
        """See `Stack`: nothing follows."""
        return 0

    @contextmanager
    def watch(self, server: Running, folder: Path) -> Iterator[Callable[[str], bool]]:
        """See `Stack`: nothing follows."""
        yield lambda _: True

    def counts(self, server: Running, folder: Path) -> Counts:
        """See `Stack`."""
        path = (folder / "peer.db").resolve().as_uri()
        with closing(sqlite3.connect(f"{path}?mode=ro", uri=True)) as connection:
            stored: int = connection.execute("select count(*) from orders").fetchone()[0]
        return Counts(stored, 0, 0, 0, 0)
