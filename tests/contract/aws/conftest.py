"""What every test of the AWS adapters needs: an emulator, a client, and names that nobody else uses."""

from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import pytest

from frontdesk.adapters.aws.client import AwsClient, AwsSettings
from frontdesk.adapters.aws.credentials import from_environment
from frontdesk.adapters.aws.names import Names
from tests.emulator import ACCOUNT, CREDENTIALS, REGION, emulator_url

__all__ = ["client", "emulator_url", "names"]


@pytest.fixture
def client(emulator_url: str) -> Iterator[AwsClient]:
    """Return a client of the emulator."""
    settings = AwsSettings(region=REGION, credentials=from_environment(CREDENTIALS), endpoint=emulator_url)
    with closing(AwsClient(settings)) as made:
        yield made


@pytest.fixture
def names(emulator_url: str) -> Names:
    """Return the names of a stage that is this test's own."""
    return Names(f"test-{uuid4().hex[:12]}", REGION, ACCOUNT, emulator_url)
