"""The import contracts hold, and each of them can break: a contract that never fails proves nothing."""

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.architecture.sources import HOUSE, ROOT

CONTRACTS = ROOT / ".importlinter"
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")


class Plant(NamedTuple):
    """A line of code that a contract must refuse at the end of a module (made if it is not there)."""

    contract: str
    module: str
    line: str


VIOLATIONS = {
    "the kernel knows a service": Plant("layers", "kernel/errors", "import frontdesk.services.planted.model"),
    "the kernel knows an adapter": Plant("layers", "kernel/errors", "import frontdesk.adapters.memory"),
    "an adapter knows a service": Plant(
        "layers", "adapters/memory/planted", "import frontdesk.services.planted.model"
    ),
    "a service knows an adapter": Plant(
        "layers", "services/planted/model", "import frontdesk.adapters.memory"
    ),
    "an adapter knows the wiring": Plant("layers", "adapters/memory/planted", "import frontdesk.bootstrap"),
    "the wiring knows an entry": Plant("layers", "bootstrap", "import frontdesk.entrypoints.http"),
    "a module has no place in the house": Plant("layers", "utils", ""),
    "a service calls another": Plant(
        "services", "services/planted/handlers", "import frontdesk.services.second.handlers"
    ),
    "a model reads another service's events": Plant(
        "services", "services/planted/model", "import frontdesk.services.second.events"
    ),
    "events know their model": Plant(
        "events", "services/planted/events", "import frontdesk.services.planted.model"
    ),
    "events know another service's": Plant(
        "events", "services/planted/events", "import frontdesk.services.second.events"
    ),
    "an SDK in the kernel": Plant("pure", "kernel/errors", "import boto3"),
    "an event loop in the kernel": Plant("pure", "kernel/errors", "import asyncio"),
    "a database in a service": Plant("pure", "services/planted/handlers", "import sqlite3"),
    "HTTP in a service": Plant("pure", "services/planted/model", "import urllib.request"),
    "one runtime leans on the other": Plant(
        "adapters", "adapters/aws/planted", "import frontdesk.adapters.embedded"
    ),
    "an SDK inside Lambda": Plant("lambda", "adapters/aws/planted", "import botocore.session"),
}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Copy the sources, with two more services, each of them allowed."""
    copy = tmp_path / "frontdesk"
    shutil.copytree(HOUSE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for service in ("planted", "second"):
        folder = copy / "services" / service
        folder.mkdir()
        for module in ("__init__", "events", "handlers", "model"):
            (folder / f"{module}.py").touch()
    return copy


def plant(house: Path, module: str, line: str) -> None:
    """Write a line at the end of a module."""
    with (house / f"{module}.py").open("a") as file:
        file.write(f"\n{line}\n")


def broken_contracts(house: Path) -> set[str]:
    """Return the keys of the contracts that a copy of the house breaks."""
    run = subprocess.run(
        [LINT_IMPORTS, "--config", CONTRACTS, "--no-cache", "--no-logo"],
        cwd=house.parent,  # the copy is imported from here, before the installed package
        env={**os.environ, "PYTHONPATH": str(house.parent), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    contracts = configparser.ConfigParser()
    contracts.read(CONTRACTS)
    names = {part.rpartition(":")[2]: contracts[part]["name"] for part in contracts.sections() if ":" in part}
    broken = {key for key, name in names.items() if f"{name} BROKEN" in run.stdout}
    assert all(f"{name} KEPT" in run.stdout for key, name in names.items() if key not in broken), run.stdout
    assert run.returncode == (1 if broken else 0), run.stdout + run.stderr
    return broken


def test_the_house_keeps_every_contract(house: Path) -> None:
    assert broken_contracts(house) == set()


def test_services_may_meet_through_events(house: Path) -> None:
    plant(house, "services/planted/handlers", "import frontdesk.services.second.events")
    plant(house, "services/planted/service", "import frontdesk.services.second.events")

    assert broken_contracts(house) == set()


@pytest.mark.parametrize("planted", VIOLATIONS.values(), ids=VIOLATIONS.keys())
def test_a_planted_violation_breaks_its_contract(house: Path, planted: Plant) -> None:
    plant(house, planted.module, planted.line)

    assert planted.contract in broken_contracts(house)
