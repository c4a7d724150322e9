"""Templates of two stages, made once: the whole shop, and one with every option."""

from pathlib import Path
from typing import Any

import pytest

from tests.infra.cdk.synth import OPTIONS, cdk_or_skip, synthesised, variables, whole_shop

SMALLEST = "catalogue identity"


@pytest.fixture(scope="session")
def whole() -> dict[str, Any]:
    """Return the template of a whole shop."""
    cdk_or_skip()
    return whole_shop()


@pytest.fixture(scope="session")
def rich(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the template of a production that uses every option."""
    cdk_or_skip()
    return synthesised(variables(tmp_path_factory.mktemp("rich"), "production", SMALLEST, **OPTIONS))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests that share these templates in one process."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("cdk"))
