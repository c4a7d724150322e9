"""Terraform as the tests use it: a root module in a folder of its own, with its state beside it and no network.

The provider comes from the folder that FRONTDESK_TF_PLUGINS names, or from where Terraform looks by itself.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.emulator import REGION, credentials

INFRA = Path(__file__).resolve().parents[3] / "infra" / "terraform"
LOCAL_STATE = 'terraform {\n  backend "local" {}\n}\n'
_VARIABLES = "test.tfvars.json"
_PLAN = "test.tfplan"
_PARALLEL = "-parallelism=30"  # most of the time is spent waiting for 25 seconds


class TerraformFailed(Exception):
    """It ended with an error. The message is what it said."""


def terraform_or_skip() -> None:
    """Skip the test where Terraform is missing, and say so; in CI a missing tool is a failure."""
    if shutil.which("terraform"):
        return
    reason = "Terraform is not installed: https://developer.hashicorp.com/terraform/install"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


class Workspace:
    """A root module (`.`, `access` or `bootstrap`), in a copy of the folder that holds them all."""

    def __init__(self, folder: Path, emulator: str, *, root: str = ".") -> None:
        self.folder = folder / root
        self._environment = {
            **os.environ,
            "AWS_ENDPOINT_URL": emulator,
            "AWS_DEFAULT_REGION": REGION,
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
            **credentials(),
        }
        shutil.copytree(INFRA, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".terraform*"))
        for lock in INFRA.glob(f"{root}/.terraform.lock.hcl"):
            shutil.copy(lock, self.folder)

    def initialise(self, *options: str, state: str = LOCAL_STATE) -> None:
        """Make it ready. `state` is the text of a file that says where the state is; "" for where the module says."""
        if state:
            (self.folder / "backend_override.tf").write_text(state)
        plugins = os.environ.get("FRONTDESK_TF_PLUGINS")
        found = [f"-plugin-dir={plugins}"] if plugins else []
        self.run("init", "-lockfile=readonly", *found, *options)

    def plan(self, variables: Mapping[str, object], *, destroy: bool = False, only: str = "") -> None:
        """Let Terraform plan what it would do (to one module `only`); `planned` shows it, `apply` does it."""
        (self.folder / _VARIABLES).write_bytes(msgspec.json.encode(variables))
        options = ["-destroy"] * destroy + [f"-target={only}"] * bool(only)
        self.run("plan", f"-var-file={_VARIABLES}", f"-out={_PLAN}", _PARALLEL, *options)

    def planned(self) -> dict[str, Any]:
        """Return the plan as Terraform writes it in JSON."""
        planned: dict[str, Any] = msgspec.json.decode(self.run("show", "-json", _PLAN))
        return planned

    def apply(self) -> None:
        """Do what was planned."""
        self.run("apply", _PARALLEL, _PLAN)

    def outputs(self) -> dict[str, Any]:
        """Return what the root module tells."""
        found = msgspec.json.decode(self.run("output", "-json"))
        return {name: output["value"] for name, output in found.items()}

    def resources(self) -> dict[str, list[dict[str, Any]]]:
        """Return the values of everything that was made, by type."""
        found: dict[str, list[dict[str, Any]]] = {}
        modules = [msgspec.json.decode(self.run("show", "-json"))["values"]["root_module"]]
        for module in modules:
            modules.extend(module.get("child_modules", ()))
            for resource in module.get("resources", ()):
                if resource["mode"] == "managed":
                    found.setdefault(resource["type"], []).append(resource["values"])
        return found

    def run(self, verb: str, *options: str) -> str:
        """Run one command and return what it printed. Raises TerraformFailed."""
        colourless = () if verb == "output" else ("-no-color",)
        ended = subprocess.run(
            ["terraform", verb, *colourless, *options],
            cwd=self.folder,
            env=self._environment,
            check=False,
            capture_output=True,
            text=True,
        )
        if ended.returncode:
            raise TerraformFailed(ended.stderr or ended.stdout)
        return ended.stdout


def changed(planned: Mapping[str, Any]) -> dict[str, str]:
    """Return the type of everything that a plan would change, by address."""
    return {
        change["address"]: change["type"]
        for change in planned["resource_changes"]
        if change["change"]["actions"] not in (["no-op"], ["read"])
    }
