"""A business at rest, and the empty tables of a stage."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import boto3
import pytest

from frontdesk.adapters.aws.tables import table_definition
from frontdesk.transfer.entries import Belongings
from frontdesk.transfer.tables import StageTables
from tests.emulator import REGION, credentials, emulator_url
from tests.unit.reconciliation.world import SERVICES, built

__all__ = ["emulator_url"]

PREFIX = "frontdesk-dev"
_ACCOUNTS = count(700_000_000_001)  # each test has one of its own


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a data folder with an order in every state. Nobody may change it."""
    folder = tmp_path_factory.mktemp("business")
    built(folder)
    return folder


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def dynamodb(emulator_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Give a client of an account with the tables of a stage and nothing in them; every tool of AWS finds it."""
    account = credentials(str(next(_ACCOUNTS)))
    for name, value in {"AWS_ENDPOINT_URL": emulator_url, "AWS_REGION": REGION, **account}.items():
        monkeypatch.setenv(name, value)
    client = boto3.Session(region_name=REGION).client("dynamodb")
    for service in SERVICES:
        client.create_table(**table_definition(f"{PREFIX}-{service.name}", service.kinds))
    yield client
    client.close()


@pytest.fixture
def tables(dynamodb: Any) -> StageTables:
    names = {service.name: f"{PREFIX}-{service.name}" for service in SERVICES}
    return StageTables(dynamodb, names, Belongings(SERVICES), sleep=lambda _: None)
