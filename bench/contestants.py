"""Who is compared: what each stack must be able to do, and ours. The peers are in `rivals`."""

import json
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from bench.processes import HOST, Running, free_port, process, wait_until_ready
from bench.shop import stock_shop
from bench.tokens import our_tokens
from frontdesk.services.accounting.model import Occasion, entry_id

SERVICES = "catalogue,orders,inventory,accounting"
DATABASE = "frontdesk.db"

# What is stored, in the words of `Counts`. A reservation keeps what its order wants, line by line.
_COUNTS = """
select (select count(*) from r_order),
  (select count(*) from r_order where json_extract(body, '$.steps[#-1].status') = 'PROCESSED'),
  (select count(*) from r_entry where id like '%:paid'),
  (select total(json_extract(line.value, '$.quantity')) from r_reservation, json_each(body, '$.lines') line
     where json_extract(body, '$.state') = 'RESERVED'),
  (select total(json_extract(line.value, '$.quantity')) from r_order, json_each(body, '$.lines') line
     where json_extract(body, '$.steps[#-1].status') = 'PROCESSED')
"""
_FINISHED = """
select 1 from r_order, r_entry
  where r_order.id = ? and json_extract(r_order.body, '$.steps[#-1].status') = 'PROCESSED' and r_entry.id = ?
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """What a stack holds: orders, those at their end, their journal entries, and pieces reserved and wanted."""

    stored: int
    finished: int
    journalled: int
    reserved: int
    wanted: int

    @property
    def is_whole(self) -> bool:
        """Whether every order came to its end, with its journal entry and its stock."""
        return self.stored == self.finished == self.journalled and self.reserved == self.wanted


class Stack(Protocol):
    """A stack that takes `POST /orders`, and answers `GET /health` with 200 as soon as orders can come."""

    @property
    def name(self) -> str:
        """What `--stacks` calls it."""

    @property
    def title(self) -> str:
        """What tables and pictures call it."""

    @property
    def tokens(self) -> Path:
        """A file with one access token a line."""

    def prepare(self) -> None:
        """Make what every start begins with: a shop, its products, plenty of stock. Once for each run."""

    def serve(self, folder: Path, *, fresh: bool = True) -> AbstractContextManager[Running]:
        """Serve from a folder, made anew or as an earlier start left it. Raises BenchError."""

    def waiting(self, server: Running) -> int:
        """Return how much is accepted and not yet at its end; 0 for none."""

    def watch(self, server: Running, folder: Path) -> AbstractContextManager[Callable[[str], bool]]:
        """Lend something that says, time after time, whether an order is PROCESSED and in the journal."""

    def counts(self, server: Running, folder: Path) -> Counts:
        """Return what is stored."""


@dataclass(frozen=True)  # no slots: `tokens` is kept
class Frontdesk:
    """Ours, as everybody starts it. `work` holds what is prepared; `products` is how many it sells."""

    work: Path
    products: int
    services: str = SERVICES
    hold_reactions: bool = False
    name: str = "frontdesk"
    title: str = "frontdesk"

    @property
    def template(self) -> Path:
        """The data that every start begins with."""
        return self.work / "frontdesk"

    @cached_property
    def tokens(self) -> Path:
        """See `Stack`."""
        return our_tokens(self.template, self.work / "frontdesk.tokens")

    def prepare(self) -> None:
        """See `Stack`. The shop is set up through the API, and every service must have heard of it."""
        with self._serve(self.template, self.work / "prepare.log", hold=False) as server:
            stock_shop(server, self.template, self.products)
            while self.waiting(server):
                time.sleep(0.05)

    @contextmanager
    def serve(self, folder: Path, *, fresh: bool = True) -> Iterator[Running]:
        """See `Stack`."""
        if fresh:
            shutil.copytree(self.template, folder / "data")
        with self._serve(folder / "data", folder / "server.log", hold=self.hold_reactions) as server:
            yield server

    def _serve(self, data: Path, log: Path, *, hold: bool) -> AbstractContextManager[Running]:
        return serve_desk(data, log, self.services, self.title, hold=hold)

    def waiting(self, server: Running) -> int:
        """See `Stack`: the events that the slowest subscriber has before it."""
        events: dict[str, int] = json.loads(server.get("/health")[1])["backlog"]
        return max(events.values(), default=0)

    @contextmanager
    def watch(self, server: Running, folder: Path) -> Iterator[Callable[[str], bool]]:
        """See `Stack`. It reads beside the server, whom it costs nothing."""
        with closing(_beside(folder)) as connection:
            yield lambda order_id: bool(
                connection.execute(_FINISHED, (order_id, entry_id(order_id, Occasion.PAID))).fetchall()
            )

    def counts(self, server: Running, folder: Path) -> Counts:
        """See `Stack`."""
        with closing(_beside(folder)) as connection:
            return Counts(*map(int, connection.execute(_COUNTS).fetchone()))


def _beside(folder: Path) -> sqlite3.Connection:
    path = (folder / "data" / DATABASE).resolve().as_uri()
    return sqlite3.connect(f"{path}?mode=ro", uri=True)


@contextmanager
def serve_desk(data: Path, log: Path, services: str, title: str, *, hold: bool) -> Iterator[Running]:
    """Serve a data folder as everybody does; perhaps only accepting. Raises BenchError."""
    port = free_port()
    options = ["--data", str(data), "--host", HOST, "--port", str(port), "--services", services]
    if hold:
        options.append("--hold-reactions")
    command = [sys.executable, "-m", "frontdesk", "up", *options, "--log-level", "warning"]
    with process(command, log) as running:
        server = Running(port, (running.pid,))
        wait_until_ready(server, title, running, log)
        yield server
