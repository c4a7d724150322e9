"""A stage by Terraform: its state in a bucket of the account, its root module in a folder of the stage's own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from frontdesk.entrypoints.cli.deploy_state import StateBucket
from frontdesk.entrypoints.cli.deploy_tool import Act, Tell, Wish, lines_of, run
from frontdesk.entrypoints.cli.mending import FOUND, CommandError
from frontdesk.packaging.places import shipped

PARALLEL = "-parallelism=20"
VARIABLES = "frontdesk.tfvars.json"
PLAN = "plan.tfplan"
_KEPT = (".terraform", ".terraform.lock.hcl")  # of the run before: providers are large
_VERBS: dict[tuple[str, ...], str] = {("create",): "create", ("update",): "update", ("delete",): "delete"}
_LOCAL = (
    "skip_credentials_validation",
    "skip_metadata_api_check",
    "use_path_style",
)  # where an emulator answers


class Terraform:
    """See deploy_tool.Tool."""

    def __init__(self, wish: Wish, state: StateBucket) -> None:
        self._wish = wish
        self._state = state
        self._folder = wish.work / "terraform"
        self._plugins = wish.environment.get("FRONTDESK_TF_PLUGINS", "")
        self._environment = {**wish.environment, "TF_IN_AUTOMATION": "1", "TF_INPUT": "0"}

    def prepare(self, tell: Tell) -> None:
        """See Tool."""
        self._copy()
        tell("state bucket")
        self._state.make()
        tell("providers")
        options = [f"-backend-config={name}={value}" for name, value in self._backend().items()]
        if self._plugins:
            options.append(f"-plugin-dir={self._plugins}")
        self._run("init", "-no-color", "-reconfigure", *options)

    def plan(self, *, destroy: bool) -> Sequence[Act]:
        """See Tool."""
        options = ["-destroy"] if destroy else []
        self._run("plan", "-no-color", f"-var-file={VARIABLES}", f"-out={PLAN}", PARALLEL, *options)
        planned = msgspec.json.decode(self._run("show", "-json", PLAN))
        return [
            Act(_verb(change["change"]["actions"]), change["type"], change["address"])
            for change in planned.get("resource_changes", ())
            if change["change"]["actions"] not in (["no-op"], ["read"])
        ]

    def apply(self, tell: Tell, *, destroy: bool) -> Mapping[str, Any]:
        """See Tool."""
        self._told(self._lines("apply", "-json", PARALLEL, PLAN), tell)
        if destroy:
            return {}
        found = msgspec.json.decode(self._run("output", "-json"))
        return {name: output["value"] for name, output in found.items()}

    def forget(self) -> None:
        """See Tool."""
        self._state.forget(self._wish.stage)

    def _copy(self) -> None:
        """Bring the root module here: where the package is installed may not be written to."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for path in self._folder.iterdir():
            if path.name not in _KEPT:
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        source = shipped("infra/terraform")
        shutil.copytree(source, self._folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".terraform"))
        (self._folder / VARIABLES).write_bytes(msgspec.json.encode(self._wish.variables))

    def _backend(self) -> dict[str, str]:
        settings = {
            "bucket": self._state.name,
            "key": self._state.key(self._wish.stage),
            "region": self._wish.region,
        }
        local = self._wish.environment.get("AWS_ENDPOINT_URL")
        return settings | dict.fromkeys(_LOCAL, "true") if local else settings

    def _told(self, lines: Iterator[str], tell: Tell) -> None:
        faults = []
        try:
            for line in lines:
                match _event(line):
                    case {"type": "apply_complete", "hook": {"resource": {"addr": address}}}:
                        tell(address)
                    case {"type": "diagnostic", "diagnostic": {"severity": "error", **fault}}:
                        faults.append(f"{fault['summary']} {fault.get('detail', '')}".strip())
        except CommandError:
            if not faults:
                raise
            raise CommandError(
                "Terraform could not do it:\n" + "\n".join(faults), exit_status=FOUND
            ) from None

    def _run(self, *words: str) -> str:
        return run(["terraform", *words], self._environment, cwd=self._folder)

    def _lines(self, *words: str) -> Iterator[str]:
        return lines_of(["terraform", *words], self._environment, cwd=self._folder)


def _verb(actions: Sequence[str]) -> str:
    return _VERBS.get(tuple(actions), "replace")


def _event(line: str) -> Any:
    try:
        return msgspec.json.decode(line)
    except msgspec.DecodeError:
        return None
