"""What is asked of Terraform, and what is made of its answers. A program in its place writes down what it is told."""

import json
from pathlib import Path
from typing import Any

import pytest

from frontdesk.entrypoints.cli.deploy_terraform import VARIABLES, Terraform
from frontdesk.entrypoints.cli.deploy_tool import Act, Wish, counted, lines_of, run
from frontdesk.entrypoints.cli.mending import CommandError
from tests.unit.deploy.programs import put


class FakeState:
    """The bucket of states, as far as anybody asks."""

    name = "frontdesk-state"

    def __init__(self) -> None:
        self.done: list[str] = []

    def key(self, stage: str) -> str:
        return f"{stage}/terraform.tfstate"

    def make(self) -> None:
        self.done.append("make")

    def forget(self, stage: str) -> None:
        self.done.append(f"forget {stage}")


PLANNED = {
    "resource_changes": [
        {"address": "a.b", "type": "a", "change": {"actions": ["create"]}},
        {"address": "a.c", "type": "a", "change": {"actions": ["no-op"]}},
        {"address": "a.d", "type": "a", "change": {"actions": ["delete", "create"]}},
        {"address": "data.x", "type": "x", "change": {"actions": ["read"]}},
    ]
}
DONE = {"type": "apply_complete", "hook": {"resource": {"addr": "a.b"}}}
WRONG = {
    "type": "diagnostic",
    "diagnostic": {"severity": "error", "summary": "No room.", "detail": "At all."},
}
WARNED = {"type": "diagnostic", "diagnostic": {"severity": "warning", "summary": "Hm."}}
OUTPUTS = {"api_url": {"value": "https://x.example", "sensitive": False}}


@pytest.fixture
def made(tmp_path: Path) -> tuple[Terraform, FakeState, Path]:
    """Return Terraform, the bucket of its state, and the folder that it works in."""
    programs = tmp_path / "bin"
    told = tmp_path / "told"
    put(
        programs,
        "terraform",
        f'echo "$@" >> {told}',
        "echo 'a warning' >&2",
        'case "$1" in',
        f"show) echo '{json.dumps(PLANNED)}' ;;",
        f"output) echo '{json.dumps(OUTPUTS)}' ;;",
        f"apply) echo '{json.dumps(WARNED)}'; echo 'not JSON'; echo '{json.dumps(DONE)}' ;;",
        "esac",
    )
    environment = {"PATH": f"{programs}:/usr/bin:/bin", "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    wish = Wish("dev", "eu-west-1", "123456789012", {"stage": "dev"}, environment, tmp_path / "work")
    state = FakeState()
    return Terraform(wish, state), state, tmp_path  # type: ignore[arg-type]  # a fake at the port


def test_the_root_module_is_copied_with_its_variables_and_its_state_is_in_the_bucket(
    made: tuple[Terraform, FakeState, Path],
) -> None:
    machine, state, folder = made
    stale = folder / "work" / "terraform" / "gone.tf"
    stale.parent.mkdir(parents=True)
    stale.write_text("old")

    machine.prepare(lambda _: None)

    asked = (folder / "told").read_text()
    assert state.done == ["make"]
    assert "init" in asked
    assert "-backend-config=bucket=frontdesk-state" in asked
    assert "-backend-config=key=dev/terraform.tfstate" in asked
    assert "-backend-config=use_path_style=true" in asked  # an emulator answers
    assert json.loads((stale.parent / VARIABLES).read_text()) == {"stage": "dev"}
    assert (stale.parent / "main.tf").exists()
    assert not stale.exists()


def test_a_plan_is_what_changes(made: tuple[Terraform, FakeState, Path]) -> None:
    machine, _, folder = made
    machine.prepare(lambda _: None)

    acts = machine.plan(destroy=False)

    assert acts == [Act("create", "a", "a.b"), Act("replace", "a", "a.d")]
    assert counted(acts) == [("a", {"create": 1, "replace": 1})]
    assert "-destroy" not in (folder / "told").read_text()
    machine.plan(destroy=True)
    assert "-destroy" in (folder / "told").read_text()


def test_what_is_done_is_told_as_it_is_done(made: tuple[Terraform, FakeState, Path]) -> None:
    machine, _, _ = made
    machine.prepare(lambda _: None)
    told: list[str] = []

    outputs = machine.apply(told.append, destroy=False)

    assert told == ["a.b"]
    assert outputs == {"api_url": "https://x.example"}
    assert machine.apply(told.append, destroy=True) == {}


def test_a_failure_is_told_in_terraforms_own_words(made: tuple[Terraform, FakeState, Path]) -> None:
    machine, _, folder = made
    machine.prepare(lambda _: None)
    put(folder / "bin", "terraform", f"echo '{json.dumps(WRONG)}'", "exit 1")

    with pytest.raises(CommandError) as failed:
        machine.apply(lambda _: None, destroy=False)

    assert str(failed.value) == "Terraform could not do it:\nNo room. At all."
    assert failed.value.exit_status == 1


def test_a_stage_that_is_gone_is_forgotten(made: tuple[Terraform, FakeState, Path]) -> None:
    machine, state, _ = made

    machine.forget()

    assert state.done == ["forget dev"]


def test_what_a_program_complains_of_is_not_what_it_says(tmp_path: Path) -> None:
    program = put(tmp_path / "bin", "tool", "echo said", "echo complained >&2", "exit $1")

    assert run([str(program), "0"], {"PATH": "/bin"}) == "said"
    with pytest.raises(CommandError) as failed:
        list(lines_of([str(program), "3"], {"PATH": "/bin"}))
    assert str(failed.value) == "tool 3 failed:\nsaid\ncomplained"


def test_an_act_is_counted_by_kind() -> None:
    acts: list[Any] = [Act("create", "b", "1"), Act("create", "a", "2"), Act("create", "b", "3")]

    assert counted(acts) == [("a", {"create": 1}), ("b", {"create": 2})]
