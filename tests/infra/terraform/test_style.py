"""The Terraform reads well: formatted, valid, every variable and output described, every provider locked."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.infra.terraform.workspace import INFRA, Workspace, terraform_or_skip

ROOTS = (".", "access", "bootstrap")
FILES = sorted(path for path in INFRA.rglob("*.tf") if ".terraform" not in path.parts)
BLOCK = re.compile(r'^(variable|output) "(\w+)" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)
DESCRIBED = re.compile(r'^  description = "[A-Z].*[.:]?"$', re.MULTILINE)
MODULE_LINES = 200


def blocks(path: Path) -> Iterator[tuple[str, str, str]]:
    """Give kind, name and text of every variable and output of a file."""
    for found in BLOCK.finditer(path.read_text()):
        yield found.group(1), found.group(2), found.group(3)


def name_of(path: Path) -> str:
    return path.relative_to(INFRA).as_posix()


@pytest.mark.stage
def test_terraform_formats_nothing_differently() -> None:
    terraform_or_skip()
    ended = subprocess.run(
        ["terraform", "fmt", "-check", "-recursive", "-no-color", str(INFRA)],
        check=False,
        capture_output=True,
        text=True,
    )

    assert (ended.returncode, ended.stdout) == (0, "")


@pytest.mark.stage
@pytest.mark.timeout(400)
def test_terraform_finds_it_valid(stage: Workspace) -> None:
    assert "The configuration is valid" in stage.run(
        "validate"
    )  # `access` and `bootstrap` are applied elsewhere


def test_every_variable_and_output_says_what_it_is() -> None:
    silent = [
        f"{name_of(path)}: {kind} {name}"
        for path in FILES
        for kind, name, text in blocks(path)
        if not DESCRIBED.search(text)
    ]

    assert silent == []


def test_every_variable_has_a_type() -> None:
    untyped = [
        f"{name_of(path)}: {name}"
        for path in FILES
        for kind, name, text in blocks(path)
        if kind == "variable" and not re.search(r"^  type +=", text, re.MULTILINE)
    ]

    assert untyped == []


def test_every_module_says_what_it_is_for() -> None:
    mute = [
        name_of(path) for path in FILES if path.name == "main.tf" and not path.read_text().startswith("# ")
    ]

    assert mute == []


def test_no_module_outgrows_its_reader() -> None:
    long = [name_of(path) for path in FILES if len(path.read_text().splitlines()) > MODULE_LINES]

    assert [name for name in long if not name.endswith("variables.tf")] == []


def test_every_module_stands_in_the_readme() -> None:
    readme = (INFRA / "README.md").read_text()
    modules = [path.name for path in (INFRA / "modules").iterdir()]

    assert [name for name in modules if f"`modules/{name}`" not in readme] == []


@pytest.mark.parametrize("root", ROOTS)
def test_the_provider_is_locked_for_every_platform_and_names_no_other_registry(root: str) -> None:
    lock = (INFRA / root / ".terraform.lock.hcl").read_text()
    platforms = re.findall(r'"zh:[0-9a-f]{64}"', lock)

    assert re.findall(r'^provider "(.*)"', lock, re.MULTILINE) == ["registry.terraform.io/hashicorp/aws"]
    assert len(platforms) > 10
