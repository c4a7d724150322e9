"""What a team copies to deliver its own desk says what is so: workflows, variables of stages, images.

GitHub and Docker are not here. So every command, path, variable and action in these files is looked at instead.
"""

import re
import shlex
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it publishes no types
from typer.main import get_command

from frontdesk.config import from_environment
from frontdesk.entrypoints.cli.main import app

ROOT = Path(__file__).parents[2]
DELIVERY = ROOT / "deploy"
WORKFLOWS = sorted((DELIVERY / "github" / "workflows").glob("*.yml"))
ACTION = DELIVERY / "github" / "actions" / "frontdesk" / "action.yml"
STAGES = sorted((DELIVERY / "stages").glob("*.toml"))
IMAGES = [ROOT / "Dockerfile", ROOT / "Dockerfile.lambda"]
PROGRAM = get_command(app)

by_name = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
by_image = pytest.mark.parametrize("path", IMAGES, ids=lambda path: path.name)


def test_there_is_all_that_was_promised() -> None:
    assert [path.stem for path in WORKFLOWS] == ["checks", "delivery", "preview"]
    assert [path.stem for path in STAGES] == ["preview", "production", "staging"]


@pytest.mark.parametrize("path", [*WORKFLOWS, ACTION], ids=lambda path: path.stem)
def test_every_command_exists_with_its_options(path: Path) -> None:
    for words in _commands(path):
        _check(words)


@pytest.mark.parametrize("path", [*WORKFLOWS, ACTION], ids=lambda path: path.stem)
def test_actions_of_others_are_pinned_by_commit_and_ours_is_there(path: Path) -> None:
    used = [step["uses"] for step in _steps(path) if "uses" in step]
    ours = [name for name in used if name.startswith("./")]

    assert set(ours) <= {"./.github/actions/frontdesk"}
    for name in set(used) - set(ours):
        assert re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", name), name
        assert re.search(rf"{re.escape(name)} # v\d+\.\d+\.\d+$", path.read_text(), re.MULTILINE), name


@pytest.mark.parametrize("path", [*WORKFLOWS, ACTION], ids=lambda path: path.stem)
def test_what_others_write_never_becomes_a_command(path: Path) -> None:
    assert [step["run"] for step in _steps(path) if "${{" in step.get("run", "")] == []


@by_name
def test_nobody_keeps_a_key_and_everybody_may_do_the_least(path: Path) -> None:
    text, workflow = path.read_text(), _read(path)
    deploys = "frontdesk deploy" in text

    assert "secrets." not in text
    assert "aws-access-key-id" not in text
    assert workflow["permissions"] == {"contents": "read", **({"id-token": "write"} if deploys else {})}
    assert all("timeout-minutes" in job for job in workflow["jobs"].values())


@by_name
def test_a_command_before_a_pipe_can_fail(path: Path) -> None:
    workflow = _read(path)
    piped = [step["run"] for step in _steps(path) if "|" in step.get("run", "")]

    assert not piped or workflow["defaults"]["run"]["shell"] == "bash"  # otherwise GitHub leaves pipefail out


def test_a_preview_is_made_for_a_request_of_our_own_and_destroyed_when_it_is_closed() -> None:
    workflow = _read(DELIVERY / "github" / "workflows" / "preview.yml")
    (trigger,) = [workflow[key] for key in (True, "on") if key in workflow]  # YAML 1.1 reads `on` as true
    deploy, destroy = workflow["jobs"]["deploy"], workflow["jobs"]["destroy"]

    assert set(trigger["pull_request"]["types"]) == {"opened", "synchronize", "reopened", "closed"}
    assert "action != 'closed'" in deploy["if"]
    assert "action == 'closed'" in destroy["if"]
    assert all("head.repo.full_name == github.repository" in job["if"] for job in (deploy, destroy))
    assert "cancel-in-progress" not in workflow["concurrency"]


def test_production_waits_for_staging_and_for_somebodys_approval() -> None:
    jobs = _read(DELIVERY / "github" / "workflows" / "delivery.yml")["jobs"]

    assert jobs["production"]["needs"] == "staging"
    assert {name: job["environment"] for name, job in jobs.items()} == {
        "staging": "staging",
        "production": "production",
    }


@pytest.mark.parametrize("path", STAGES, ids=lambda path: path.stem)
def test_every_variable_of_a_stage_is_one_of_the_infrastructure(path: Path) -> None:
    declared = set(
        re.findall(
            r'^variable "(\w+)"', (ROOT / "infra" / "terraform" / "variables.tf").read_text(), re.MULTILINE
        )
    )
    shown = re.sub(r"^# (?=\w+ = )", "", path.read_text(), flags=re.MULTILINE)  # also what is only suggested

    assert set(tomllib.loads(shown)) <= declared


@by_image
def test_every_file_that_goes_into_an_image_is_there_or_is_built_first(path: Path) -> None:
    ignored = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    for words in _instructions(path, "COPY"):
        if words[0].startswith("--from="):
            continue
        for source in words[:-1]:
            assert any(source == line[1:] or source.startswith(f"{line[1:]}/") for line in ignored), source
            if not source.startswith("build/lambda/"):  # what `frontdesk package` writes there
                assert (ROOT / source).exists(), source


@by_image
def test_every_image_is_of_a_named_version(path: Path) -> None:
    (python,) = [
        word.partition("=")[2] for words in _instructions(path, "ARG") for word in words if "PYTHON=" in word
    ]
    stages = {words[2] for words in _instructions(path, "FROM") if len(words) == 3}
    for words in _instructions(path, "FROM"):
        assert words[0] in stages or re.search(r":\$\{PYTHON\}", words[0]), words
    assert re.fullmatch(r"3\.1[1-4]", python)


@by_image
def test_what_an_image_says_of_itself_can_be_typed(path: Path) -> None:
    typed = re.findall(r"^# +(frontdesk .*)$", path.read_text(), re.MULTILINE)
    for line in typed:
        _check(shlex.split(line)[1:])
    assert typed or path.name == "Dockerfile"


def test_the_image_of_the_desk_runs_it_as_nobody_in_particular() -> None:
    path = ROOT / "Dockerfile"
    words = [word for pair in _instructions(path, "ENV") for word in pair]
    given = {name: value for name, _, value in (word.partition("=") for word in words)}
    settings = from_environment(given)

    assert _instructions(path, "ENTRYPOINT") == [["frontdesk"]]
    _check(*_instructions(path, "CMD"))
    assert _instructions(path, "USER") == [["10001"]]
    assert [str(settings.data)] == _instructions(path, "VOLUME")[0]
    assert [str(settings.port)] == _instructions(path, "EXPOSE")[0]
    assert settings.host == "0.0.0.0"  # noqa: S104 - a container is reached from outside or not at all


def test_the_image_of_the_functions_begins_where_the_zip_does() -> None:
    ((handler,),) = _instructions(ROOT / "Dockerfile.lambda", "CMD")
    module, _, name = handler.rpartition(".")

    assert callable(getattr(import_module(module), name))


def _read(path: Path) -> dict[Any, Any]:
    found: dict[Any, Any] = yaml.safe_load(path.read_text())
    return found


def _steps(path: Path) -> Iterator[dict[str, Any]]:
    found = _read(path)
    jobs = found["jobs"].values() if "jobs" in found else [found["runs"]]
    for job in jobs:
        yield from job["steps"]


def _commands(path: Path) -> Iterator[list[str]]:
    """Give the words of every command of a workflow, as a shell splits them."""
    for step in _steps(path):
        for line in step.get("run", "").splitlines():
            lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
            lexer.whitespace_split = True
            words = list(lexer)
            while "|" in words:
                yield words[: words.index("|")]
                words = words[words.index("|") + 1 :]
            yield words


def _check(words: list[str]) -> None:
    """Fail unless this command could be given here."""
    program, *rest = words
    if program == "make":
        targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        assert rest[0] in targets, words
    elif program == ".ci/run":
        assert (ROOT / program).exists()
    elif program.endswith("/pip"):
        assert all((ROOT / word).exists() for word in rest if word.startswith("requirements/")), words
    elif program in {"frontdesk", "up", "package", "deploy"}:
        _check_ours(rest if program == "frontdesk" else words)
    else:
        assert program in {"python", "echo", "tee"}, words


def _check_ours(words: list[str]) -> None:
    name, *rest = ["preview-7" if word == "$STAGE" else word for word in words]
    commands = getattr(PROGRAM, "commands", {})
    assert name in commands, words
    commands[name].make_context(name, list(rest))
    files = [rest[place + 1] for place, word in enumerate(rest) if word == "--vars"]
    assert all((ROOT / file).exists() for file in files if "/" in file), words


def _instructions(path: Path, name: str) -> list[list[str]]:
    """Return the words of every instruction of this name; a list in brackets is one too."""
    joined = re.sub(r"\\\n", " ", path.read_text())
    found = re.findall(rf"^ *{name} +(.+)$", joined, re.MULTILINE)
    return [
        shlex.split(re.sub(r'^\[|\]$|(?<="),', " ", text)) if text.startswith("[") else text.split()
        for text in found
    ]
