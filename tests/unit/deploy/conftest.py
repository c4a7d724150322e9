"""An emulator of AWS in which each test is signed in to an account of its own."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from frontdesk.entrypoints.cli.stage_session import Session
from frontdesk.entrypoints.cli.stages import Stage
from tests.emulator import REGION, credentials, emulator_url

__all__ = ["emulator_url", "session", "stage"]

_ACCOUNTS = count(200_000_000_001)


@pytest.fixture
def session(emulator_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """Sign in to an empty account, in a folder where nothing was deployed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator_url)
    monkeypatch.setenv("AWS_REGION", REGION)
    for name, value in credentials(str(next(_ACCOUNTS))).items():
        monkeypatch.setenv(name, value)
    made = Session()
    yield made
    made.close()


@pytest.fixture
def stage(session: Session) -> Stage:
    """Return a stage of this account, as if it had been deployed."""
    url = "https://dev.example"
    return Stage(
        name="dev", region=REGION, account=session.account(), url=url, issuer=url, bus="frontdesk-dev"
    )
