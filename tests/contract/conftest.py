"""The fixture `store`: an empty store of each sort, one after the other."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.in_dynamodb import open_dynamodb
from tests.contract.in_memory import open_memory
from tests.contract.in_sqlite import open_sqlite
from tests.contract.in_worker import open_worker
from tests.contract.stores import StoreUnderTest
from tests.emulator import emulator_url

__all__ = ["emulator_url", "store"]

LAG = 3  # commits


@pytest.fixture(
    params=[
        "memory",
        "memory-lagging",
        "sqlite",
        "worker",
        pytest.param("dynamodb", marks=pytest.mark.emulator),
    ]
)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoreUnderTest]:
    """Return an empty store."""
    if request.param == "dynamodb":
        opened = open_dynamodb(request.getfixturevalue("emulator_url"))
    elif request.param == "sqlite":
        opened = open_sqlite(tmp_path)
    elif request.param == "worker":
        opened = open_worker(tmp_path)
    else:
        opened = open_memory(LAG if request.param == "memory-lagging" else 0)
    with opened as store:
        yield store
