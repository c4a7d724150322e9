"""Which runtime the journeys go through: `pytest tests/journeys --runtime terraform`."""

import pytest

RUNTIMES = ("embedded", "terraform", "cdk")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--runtime",
        choices=RUNTIMES,
        default="embedded",
        help="where the journeys run: one process here, or a stage on the AWS emulator, deployed by this tool",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On a stage, leave out what speaks of the embedded process itself."""
    if config.getoption("--runtime") == "embedded":
        return
    left_out = [item for item in items if item.get_closest_marker("embedded")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]
