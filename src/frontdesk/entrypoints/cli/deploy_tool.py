"""What a tool that makes infrastructure can do for a stage, and how its programs are run."""

from __future__ import annotations

import subprocess
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, NamedTuple, Protocol

from frontdesk.entrypoints.cli.mending import FOUND, CommandError

LAST_WORDS = 40  # lines of a program that failed, shown to whoever has to mend it

Tell = Callable[[str], None]


class Act(NamedTuple):
    """One thing that a tool will do: create, update, replace or delete what it calls so."""

    verb: str
    kind: str
    name: str


class Wish(NamedTuple):
    """What is to be deployed: a stage in a region of an account, and every variable of its infrastructure."""

    stage: str
    region: str
    account: str
    variables: Mapping[str, Any]
    environment: Mapping[str, str]  # with credentials and region
    work: Path  # a folder of the stage's own, for what the tool needs and leaves


class Tool(Protocol):
    """Terraform or the CDK. Each method raises CommandError with the program's own last words."""

    def prepare(self, tell: Tell) -> None:
        """Make ready what the tool needs before it can plan."""

    def plan(self, *, destroy: bool) -> Sequence[Act]:
        """Return what would be done."""

    def apply(self, tell: Tell, *, destroy: bool) -> Mapping[str, Any]:
        """Do what was planned, tell every thing that is done, and return the outputs."""

    def forget(self) -> None:
        """Forget a stage that was destroyed."""


def counted(acts: Sequence[Act]) -> list[tuple[str, dict[str, int]]]:
    """Return how often each verb falls on each kind, by kind."""
    kinds: dict[str, Counter[str]] = {}
    for act in acts:
        kinds.setdefault(act.kind, Counter())[act.verb] += 1
    return [(kind, dict(verbs)) for kind, verbs in sorted(kinds.items())]


def run(command: Sequence[str], environment: Mapping[str, str], *, cwd: Path | None = None) -> str:
    """Run a program and return what it printed. Raises CommandError with its last words."""
    return "\n".join(lines_of(command, environment, cwd=cwd))


def lines_of(
    command: Sequence[str], environment: Mapping[str, str], *, cwd: Path | None = None
) -> Iterator[str]:
    """Run a program and give its lines as they come, not those of its complaints. Raises CommandError with both."""
    said: deque[str] = deque(maxlen=LAST_WORDS)
    with TemporaryFile("w+") as complaints:
        with subprocess.Popen(  # noqa: S603 - our own words
            command,
            env=dict(environment),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
        ) as process:
            assert process.stdout is not None  # noqa: S101 - it was asked for
            for line in process.stdout:
                said.append(line.rstrip())
                yield said[-1]
        if process.returncode:
            complaints.seek(0)
            words = "\n".join([*said, *complaints.read().splitlines()[-LAST_WORDS:]])
            raise CommandError(f"{_named(command)} failed:\n{words}", exit_status=FOUND)


def _named(command: Sequence[str]) -> str:
    """Return what people call a command: its program and what that was to do, as in `cdk synth`."""
    program, *words = command[1:] if command[0] == "node" else command
    return f"{Path(program).name} {words[0]}"
