"""Who is compared, and how each is started: the same question to both, put to a real process over HTTP."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from bench.errors import BenchError

TOKENS = 20  # people of the shop's staff, taking orders for the 5,000 customers of orders.lua
SHOP = "shop:corner-snacks=staff"
TOKEN_HOURS = "12"
COUNT_PROCESSED = "select count(*) from r_order where json_extract(body, '$.steps[#-1].status') = 'PROCESSED'"
PEER_PYTHON = Path(".venv-bench/bin/python")
PEER_PACKAGES = ("fastapi", "httptools", "pydantic", "sqlalchemy", "uvicorn")


@dataclass(frozen=True, slots=True)
class Start:
    """A command line, and what its environment has besides ours."""

    command: Sequence[str]
    environment: Mapping[str, str]


class Contestant(Protocol):
    """A stack that takes `POST /orders`. Everything of one start is kept in the folder that is handed in."""

    @property
    def name(self) -> str:
        """What tables and pictures call it."""

    def start(self, folder: Path, port: int) -> Start:
        """Return how to serve on a port, with `GET /health` answering 200 as soon as orders can come."""

    def stored(self, folder: Path) -> int:
        """Return how many orders are in its database."""


@dataclass(frozen=True, slots=True)
class Frontdesk:
    """Ours. `key` is a folder that holds a signing key, so that one set of tokens is good for every start."""

    key: Path
    hold_reactions: bool = False
    name: str = "frontdesk"

    def start(self, folder: Path, port: int) -> Start:
        """See `Contestant`."""
        data = folder / "data"
        shutil.copytree(self.key, data)
        options = ["--data", str(data), "--port", str(port), "--services", "orders", "--demo"]
        if self.hold_reactions:
            options.append("--hold-reactions")
        return Start([sys.executable, "-m", "frontdesk", "up", *options], {})

    def stored(self, folder: Path) -> int:
        """See `Contestant`."""
        return _number(folder / "data" / "frontdesk.db", "select count(*) from r_order")

    def processed(self, folder: Path) -> int:
        """Return how many orders came to their end state."""
        return _number(folder / "data" / "frontdesk.db", COUNT_PROCESSED)


@dataclass(frozen=True, slots=True)
class UsualStack:
    """FastAPI + SQLAlchemy + SQLite, in an environment of its own: see `peer_fastapi` for its two forms."""

    python: Path
    form: str = "tutorial"

    @property
    def name(self) -> str:
        """See `Contestant`."""
        return f"FastAPI + SQLAlchemy, {self.form} form"

    def start(self, folder: Path, port: int) -> Start:
        """See `Contestant`."""
        options = ["--port", str(port), "--http", "httptools", "--no-access-log", "--log-level", "warning"]
        command = [str(self.python), "-m", "uvicorn", "bench.peer_fastapi:app", *options]
        return Start(command, {"PEER_DATABASE": str(folder / "peer.db"), "PEER_FORM": self.form})

    def stored(self, folder: Path) -> int:
        """See `Contestant`."""
        return _number(folder / "peer.db", "select count(*) from orders")

    def versions(self) -> dict[str, str]:
        """Return the versions of its packages. Raises BenchError when they are not installed."""
        code = "import importlib.metadata as m, json, sys; print(json.dumps({n: m.version(n) for n in sys.argv[1:]}))"
        try:
            found: dict[str, str] = json.loads(_output([str(self.python), "-c", code, *PEER_PACKAGES]))
        except (OSError, subprocess.CalledProcessError):
            raise BenchError(
                f"The peer is not installed in {self.python.parent.parent}; `make bench` does it."
            ) from None
        return found


def issue_tokens(key: Path) -> Path:
    """Make a signing key and tokens; return the file that has one token a line."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        first = _issue(key, 0)  # makes the key
        others = pool.map(partial(_issue, key), range(1, TOKENS))
        tokens = [first, *others]
    path = key.with_name("tokens")
    path.write_text("".join(f"{token}\n" for token in tokens), encoding="utf-8")
    path.chmod(0o600)
    return path


def _issue(key: Path, number: int) -> str:
    options = ["--scope", "orders:write orders:read", "--subject", f"till-{number}", "--grant", SHOP]
    command = [sys.executable, "-m", "frontdesk", "token", *options, "--hours", TOKEN_HOURS, "--json"]
    token: str = json.loads(_output([*command, "--data", str(key)]))["access_token"]
    return token


def _output(command: Sequence[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _number(database: Path, query: str) -> int:
    connection = sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)
    try:
        row: Sequence[Any] = connection.execute(query).fetchone()
    finally:
        connection.close()
    return int(row[0])
