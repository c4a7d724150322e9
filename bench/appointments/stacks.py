"""Who is compared: ours, as everybody starts it and only accepting, and the honest rival."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Protocol

from bench.appointments.filling import appointment_id, fill_ours, fill_rival
from bench.appointments.world import World, clinic_id, uuid_of
from bench.contestants import DATABASE, serve_desk
from bench.peer_shop import PeerShop, serve_app
from bench.processes import Running
from bench.servers import init_postgres, postgres
from bench.tokens import HOURS, SignKey
from frontdesk import bootstrap
from frontdesk.config import Settings

SERVICES = ("appointments",)
SCOPES = ("appointments:read", "appointments:write")
POOL = 8  # connections of each of the rival's web processes, as for its orders
PEERS = Path(__file__).parents[1] / "peers"
OURS, HELD, RIVAL = "frontdesk", "frontdesk-held", "rival"
_KEEPS_TIME = "('held', 'pending', 'confirmed', 'arrived', 'checked_in', 'fulfilled', 'no_show')"
_DOUBLE = f"""
select count(*) from (select by_doctor_p, substr(by_doctor_s, 1, instr(by_doctor_s, '~')) as start from r_appointment
  where json_extract(body, '$.state') in {_KEEPS_TIME} group by 1, 2 having count(*) > 1)
"""  # noqa: S608 - words of our own
_DOUBLE_OF_RIVAL = f"""
select count(*) from (select doctor_id, lower(during) from clinic.appointments where state in {_KEEPS_TIME}
  group by 1, 2 having count(*) > 1) doubled
"""  # noqa: S608 - words of our own


class Stack(Protocol):
    """A stack that has all visits of a world, and serves them."""

    @property
    def name(self) -> str:
        """What figures call it."""

    @property
    def title(self) -> str:
        """What tables and pictures call it."""

    def fill(self, world: World) -> None:
        """Store the visits. Once for each run, and in a process of its own: what it changes must be on disk."""

    def prepare(self, world: World) -> None:
        """Make what else is needed, once it is filled: tokens."""

    def serve(self) -> AbstractContextManager[Running]:
        """Serve what is stored, with all that earlier loads have changed. Raises BenchError."""

    def token(self, clinic: int) -> str:
        """Return the access token of a clinic's desk."""

    def id(self, n: int) -> str:
        """Return what this stack calls the n-th visit."""

    def doubles(self) -> int:
        """Return how many doctors have two visits at one moment."""


@dataclass(frozen=True)  # no slots: tokens are kept
class Frontdesk:
    """Ours. `held`: it accepts, and nobody is reminded, told, or offered a freed time meanwhile."""

    work: Path
    held: bool = False
    filled: "Frontdesk | None" = None  # what to copy, instead of filling it once more

    @property
    def name(self) -> str:
        """See `Stack`."""
        return HELD if self.held else OURS

    @property
    def title(self) -> str:
        """See `Stack`."""
        return "frontdesk" if self.held else "frontdesk, followed up"

    @property
    def data(self) -> Path:
        """Its data folder."""
        return self.work / self.name

    @cached_property
    def _tokens(self) -> dict[int, str]:
        return {}

    def fill(self, world: World) -> None:
        """See `Stack`."""
        if self.filled is None:
            fill_ours(world, self.data, SERVICES)

    def prepare(self, world: World) -> None:
        """See `Stack`."""
        if self.filled is not None:
            shutil.copytree(self.filled.data, self.data)
        issuer = bootstrap.tokens(Settings(data=self.data))
        for clinic in range(world.clinics):
            grants = {f"clinic:{clinic_id(clinic)}": "reception"}
            self._tokens[clinic] = issuer.issue(f"desk-{clinic}", SCOPES, grants, timedelta(hours=HOURS))

    def serve(self) -> AbstractContextManager[Running]:
        """See `Stack`."""
        log = self.work / f"{self.name}.log"
        return serve_desk(self.data, log, ",".join(SERVICES), self.title, hold=self.held)

    def token(self, clinic: int) -> str:
        """See `Stack`."""
        return self._tokens[clinic]

    def id(self, n: int) -> str:
        """See `Stack`."""
        return appointment_id(n)

    def doubles(self) -> int:
        """See `Stack`."""
        path = (self.data / DATABASE).resolve().as_uri()
        with closing(sqlite3.connect(f"{path}?mode=ro", uri=True)) as connection:
            found: int = connection.execute(_DOUBLE).fetchone()[0]
        return found


@dataclass(frozen=True)  # no slots: key and tokens are kept
class Rival:
    """FastAPI, asyncpg and PostgreSQL, in `workers` web processes."""

    work: Path
    python: Path
    workers: int = 2
    name: str = RIVAL
    title: str = "the honest rival"

    @cached_property
    def _key(self) -> SignKey:
        return SignKey()

    @cached_property
    def _tokens(self) -> dict[int, str]:
        return {}

    @property
    def _cluster(self) -> Path:
        return self.work / "clinic-postgres"

    def fill(self, world: World) -> None:
        """See `Stack`."""
        init_postgres(self._cluster)
        with postgres(self._cluster, self.work / "clinic-postgres.log") as server:
            server.run((PEERS / "clinic.sql").read_text(encoding="utf-8"))
            fill_rival(world, server)
            server.run((PEERS / "clinic_keys.sql").read_text(encoding="utf-8"))

    def prepare(self, world: World) -> None:
        """See `Stack`."""
        for clinic in range(world.clinics):
            grants = {f"clinic:{clinic_id(clinic)}": "reception"}
            self._tokens[clinic] = self._key.token(f"desk-{clinic}", " ".join(SCOPES), grants)
        (self.work / "clinic.pem").write_bytes(self._key.public)

    @contextmanager
    def serve(self) -> Iterator[Running]:
        """See `Stack`."""
        with postgres(self._cluster, self.work / "clinic-postgres.log") as kept:
            environment = {
                "PEER_DSN": kept.dsn,
                "PEER_POOL": str(POOL),
                "PEER_PUBLIC_KEY": str(self.work / "clinic.pem"),
            }
            log = self.work / f"{self.name}.log"
            with serve_app(
                self.python, "clinic", log, environment, (kept.pid,), workers=self.workers
            ) as server:
                yield server

    def token(self, clinic: int) -> str:
        """See `Stack`."""
        return self._tokens[clinic]

    def id(self, n: int) -> str:
        """See `Stack`."""
        return str(uuid_of(n))

    def doubles(self) -> int:
        """See `Stack`."""
        with postgres(self._cluster, self.work / "clinic-postgres.log") as server:
            return int(server.ask(_DOUBLE_OF_RIVAL))


def versions(python: Path, work: Path) -> dict[str, str]:
    """Return the versions of the rival's packages. Raises BenchError when they are not installed."""
    return PeerShop(work, python, 0).versions()
