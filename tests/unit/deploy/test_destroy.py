"""A stage is taken away only by somebody who says which, and twice for production."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from frontdesk.entrypoints.cli import destroy as command
from frontdesk.entrypoints.cli.main import app
from frontdesk.entrypoints.cli.mending import CommandError


@pytest.fixture(autouse=True)
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stand in an empty folder, signed in; return what would have been taken away."""
    gone: list[str] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "ready", lambda *_: None)
    monkeypatch.setattr(command, "_take_away", lambda name, *_: gone.append(name))
    monkeypatch.setattr("frontdesk.entrypoints.cli.stage_leftovers.left_of", lambda *_: LEFT.copy())
    LEFT.clear()
    return gone


LEFT: list[tuple[str, str]] = []


def destroyed(*words: str, typed: str = "") -> Result:
    """Run the command, at whose question this is typed."""
    return CliRunner().invoke(app, ["destroy", *words], input=typed)


def test_production_is_refused_without_being_asked_for(asked: list[str]) -> None:
    done = destroyed("--stage", "production", "--yes")

    assert isinstance(done.exception, CommandError)
    assert "--production" in str(done.exception)
    assert asked == []
    assert destroyed("--stage", "production", "--yes", "--production").exit_code == 0
    assert asked == ["production"]


def test_nothing_is_done_unless_its_name_is_typed(asked: list[str]) -> None:
    refused = destroyed("--stage", "dev", typed="yes\n")

    assert "Nothing was done" in str(refused.exception)
    assert asked == []
    assert destroyed("--stage", "dev", typed="dev\n").exit_code == 0
    assert asked == ["dev"]


def test_what_is_left_is_named_and_ends_with_1() -> None:
    LEFT.append(("table", "frontdesk-dev-orders"))

    done = destroyed("--stage", "dev", "--yes")

    assert done.exit_code == 1
    assert "table\tfrontdesk-dev-orders" in done.stdout


def test_a_name_that_no_stage_has_is_refused(asked: list[str]) -> None:
    assert isinstance(destroyed("--stage", "shop", "--yes").exception, CommandError)
    assert asked == []
