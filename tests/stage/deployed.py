"""A stage on the emulator, deployed as anybody deploys one: with `frontdesk deploy`."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.journeys.desk import Desk


@contextmanager
def deployed(tool: str) -> Iterator[Desk]:
    """Give a fresh stage, with nothing on it."""
    raise NotImplementedError


def load_demo(desk: Desk) -> None:
    """Set up the demo shops through the API, as `up --demo` does."""
    raise NotImplementedError
