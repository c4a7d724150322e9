"""What is asked of the CDK, and what its templates say of what will be done."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from frontdesk.entrypoints.cli.deploy_cdk import Cdk
from frontdesk.entrypoints.cli.deploy_tool import Act, Wish
from tests.unit.deploy.programs import put

TEMPLATE = {"Resources": {"A": {"Type": "T::A", "Size": 2}, "B": {"Type": "T::B"}, "C": {"Type": "T::C"}}}
OUTPUTS = {"frontdesk-dev": {"ApiUrl": "https://x.example"}}


class FakeToolkit:
    """What is in the account: perhaps a toolkit, and what a stack has."""

    def __init__(self, *, there: bool) -> None:
        self.there = there
        self.forgotten = 0

    def exists(self) -> bool:
        return self.there

    def resources_of(self, stack: str) -> Mapping[str, Any]:
        assert stack == "frontdesk-dev"
        return {"A": {"Type": "T::A", "Size": 1}, "C": {"Type": "T::C"}, "D": {"Type": "T::D"}}

    def forget(self) -> None:
        self.forgotten += 1


class FakePrograms:
    """Programs that are installed already."""

    python = Path("python")

    def __init__(self, program: Path) -> None:
        self.cdk = [str(program)]

    def install(self, environment: Mapping[str, str]) -> None:
        """Nothing is missing."""


def cdk(folder: Path, toolkit: FakeToolkit) -> Cdk:
    """Return the CDK, whose program writes down what it is told."""
    program = put(
        folder / "bin",
        "cdk",
        f'echo "$@" >> {folder / "told"}',
        f"for word; do case $word in --outputs-file=*) echo '{json.dumps(OUTPUTS)}' > ${{word#*=}} ;; esac; done",
        "echo 'frontdesk-dev | 1/3 | 12:00:00 AM | CREATE_COMPLETE      | T::A | Thing/A (A)'",
        "echo 'frontdesk-dev | 1/3 | 12:00:00 AM | CREATE_IN_PROGRESS   | T::B | Thing/B (B)'",
    )
    wish = Wish(
        "dev", "eu-west-1", "123456789012", {"stage": "dev"}, {"PATH": "/usr/bin:/bin"}, folder / "work"
    )
    made = Cdk(wish, toolkit, FakePrograms(program))  # type: ignore[arg-type]  # fakes at the ports
    assembly = folder / "work" / "cdk" / "cdk.out"
    assembly.mkdir(parents=True)
    (assembly / "frontdesk-dev.template.json").write_text(json.dumps(TEMPLATE))
    return made


def told(folder: Path) -> list[str]:
    """Return what the program was told, line by line."""
    return (folder / "told").read_text().splitlines()


@pytest.mark.parametrize("there", [False, True])
def test_the_toolkit_is_made_once_under_a_name_of_ours(tmp_path: Path, there: bool) -> None:  # noqa: FBT001 - a case
    machine = cdk(tmp_path, FakeToolkit(there=there))

    machine.prepare(lambda _: None)

    first, *more = told(tmp_path)
    assert first.startswith("synth --quiet --app python app.py")
    assert f"-c settings={tmp_path / 'work' / 'cdk' / 'settings.json'}" in first
    assert "bootstrapQualifier=frontdesk" in first
    assert json.loads((tmp_path / "work" / "cdk" / "settings.json").read_text()) == {"stage": "dev"}
    assert [line.split(" --app")[0] for line in more] == (
        []
        if there
        else [
            "bootstrap aws://123456789012/eu-west-1 --toolkit-stack-name frontdesk-cdk --qualifier frontdesk"
        ]
    )


def test_a_plan_compares_what_is_wanted_with_what_is_there(tmp_path: Path) -> None:
    machine = cdk(tmp_path, FakeToolkit(there=True))

    assert machine.plan(destroy=False) == [
        Act("update", "T::A", "A"),
        Act("create", "T::B", "B"),
        Act("delete", "T::D", "D"),
    ]
    assert [act.verb for act in machine.plan(destroy=True)] == ["delete"] * 3


def test_what_is_done_is_told_and_the_outputs_come_back(tmp_path: Path) -> None:
    machine = cdk(tmp_path, FakeToolkit(there=True))
    heard: list[str] = []

    assert machine.apply(heard.append, destroy=False) == {"ApiUrl": "https://x.example"}
    assert heard == ["T::A Thing/A"]
    assert machine.apply(heard.append, destroy=True) == {}
    assert [line.split()[0] for line in told(tmp_path)] == ["deploy", "destroy"]


def test_a_stage_that_is_gone_may_take_the_toolkit_along(tmp_path: Path) -> None:
    toolkit = FakeToolkit(there=True)

    cdk(tmp_path, toolkit).forget()

    assert toolkit.forgotten == 1
