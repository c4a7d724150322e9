"""A stage by the CDK: one stack of CloudFormation, from the same variables that Terraform takes.

What the CDK needs in an account (a bucket, roles) is made under a name of ours, so that no other app's is touched and
the last stage that is destroyed takes it along.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from frontdesk.entrypoints.cli.deploy_cdk_tools import CdkPrograms
from frontdesk.entrypoints.cli.deploy_tool import Act, Tell, Wish, lines_of, run
from frontdesk.entrypoints.cli.deploy_toolkit import QUALIFIER, TOOLKIT, Toolkit
from frontdesk.entrypoints.cli.stages import prefix_of
from frontdesk.packaging.places import shipped

SETTINGS = "settings.json"
OUTPUTS = "outputs.json"
_COMPLETE = re.compile(r"(?:CREATE|UPDATE|DELETE)_COMPLETE\s*\|\s*([\w:]+)\s*\|\s*(\S+)")


class Cdk:
    """See deploy_tool.Tool."""

    def __init__(self, wish: Wish, toolkit: Toolkit, programs: CdkPrograms) -> None:
        self._wish = wish
        self._toolkit = toolkit
        self._programs = programs
        self._folder = wish.work / "cdk"
        self._assembly = self._folder / "cdk.out"
        self._stack = prefix_of(wish.stage)
        quiet = {"JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        self._environment = {**wish.environment, **quiet}

    def prepare(self, tell: Tell) -> None:
        """See Tool."""
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / SETTINGS).write_bytes(msgspec.json.encode(self._wish.variables))
        tell("CDK")
        self._programs.install(self._environment)
        tell("templates")
        context = {"settings": self._folder / SETTINGS, "@aws-cdk/core:bootstrapQualifier": QUALIFIER}
        pairs = [word for name, value in context.items() for word in ("-c", f"{name}={value}")]
        app = ["--app", f"{self._programs.python} app.py", "--output", str(self._assembly), *pairs]
        run(
            [*self._programs.cdk, "synth", "--quiet", *app, *_QUIET],
            self._environment,
            cwd=shipped("infra/cdk"),
        )
        tell("toolkit")
        if not self._toolkit.exists():
            place = f"aws://{self._wish.account}/{self._wish.region}"
            list(self._cdk("bootstrap", place, "--toolkit-stack-name", TOOLKIT, "--qualifier", QUALIFIER))

    def plan(self, *, destroy: bool) -> Sequence[Act]:
        """See Tool. What CloudFormation will replace and not update, it knows by itself alone."""
        there = self._toolkit.resources_of(self._stack)
        if destroy:
            return _compared(there, {})
        template = msgspec.json.decode((self._assembly / f"{self._stack}.template.json").read_bytes())
        return _compared(there, template["Resources"])

    def apply(self, tell: Tell, *, destroy: bool) -> Mapping[str, Any]:
        """See Tool."""
        told = self._folder / OUTPUTS
        verb = (
            ["destroy", "--force"]
            if destroy
            else ["deploy", "--require-approval=never", f"--outputs-file={told}"]
        )
        for line in self._cdk(*verb, self._stack, "--progress=events"):
            found = _COMPLETE.search(line)
            if found:
                tell(f"{found[1]} {found[2]}")
        if destroy:
            return {}
        outputs: Mapping[str, Any] = msgspec.json.decode(told.read_bytes())[self._stack]
        return outputs

    def forget(self) -> None:
        """See Tool."""
        self._toolkit.forget()

    def _cdk(self, *words: str) -> Iterator[str]:
        """Let the CDK do something with what was made of the app."""
        command = [*self._programs.cdk, *words, "--app", str(self._assembly), *_QUIET]
        return lines_of(command, self._environment, cwd=self._folder)


_QUIET = ("--no-notices", "--no-color", "--ci")  # so that it tells how it goes where it tells what came out


def _compared(there: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[Act]:
    """Return how the resources of one template become those of another, by logical id."""
    acts = []
    for name in sorted({*there, *wanted}):
        before, after = there.get(name), wanted.get(name)
        if before == after:
            continue
        verb = "delete" if after is None else "create" if before is None else "update"
        kind = {**(before or {}), **(after or {})}["Type"]
        acts.append(Act(verb, kind, name))
    return acts
