"""The fixture `desk`: inventory on each store, with the workers or batches of its runtime."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.in_dynamodb import open_dynamodb
from tests.contract.in_memory import open_memory
from tests.contract.inventory.rush import Desk, Workers, open_batches


@pytest.fixture(params=["memory", "sqlite", pytest.param("dynamodb", marks=pytest.mark.emulator)])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """Return inventory on an empty store."""
    if request.param == "sqlite":
        with open_batches(tmp_path) as batches:
            yield batches
        return
    is_local = request.param == "memory"
    with open_memory() if is_local else open_dynamodb(request.getfixturevalue("emulator_url")) as store:
        yield Workers(store, store.clock)
