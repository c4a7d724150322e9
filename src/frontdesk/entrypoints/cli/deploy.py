"""`frontdesk deploy`: a stage on AWS, made or brought up to date by one command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from frontdesk.entrypoints.cli import deploy_wish, show, stages
from frontdesk.entrypoints.cli.mending import CommandError
from frontdesk.entrypoints.cli.options import Json, Services
from frontdesk.entrypoints.cli.package import Architecture, Processor, build_packages

if TYPE_CHECKING:  # what talks to AWS is imported by the command alone: `--help` is quick
    from frontdesk.entrypoints.cli.deploy_tool import Act, Tool
    from frontdesk.entrypoints.cli.stage_session import Session


class ToolName(StrEnum):
    """What can make the infrastructure. Both make the same."""

    TERRAFORM = "terraform"
    CDK = "cdk"


StageToMake = Annotated[
    str, typer.Option("--stage", help="dev, staging, production, preview-<branch> or dev-<name>.")
]
By = Annotated[ToolName, typer.Option("--tool", help="What makes the infrastructure. Both make the same.")]
Region = Annotated[str, typer.Option(help="The AWS region. That of your profile by default.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask; for machines.")]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", help="A variable of the infrastructure: bus_name=orders. May be given again."),
]
Variables = Annotated[
    Path | None, typer.Option("--vars", help="JSON or TOML with variables of the infrastructure.")
]


def deploy(
    stage: StageToMake,
    tool: By = ToolName.TERRAFORM,
    services: Services = "",
    architecture: Processor = Architecture.ARM64,
    region: Region = "",
    sets: Sets = None,
    variables: Variables = None,
    verify: Annotated[bool, typer.Option("--verify", help="Prove it end to end afterwards.")] = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Deploy a stage to AWS: check what is needed, build the zips, show what will be done, do it, say where it is.

    Repeating it brings the stage up to date. What it was deployed with is remembered in [b].frontdesk/stages[/b].
    """
    name = stages.checked(stage)
    wanted = deploy_wish.variables_of(variables, sets or [])
    session = ready(tool, region)
    packages = work_of(name) / "packages"
    build_packages(packages, architecture, services)
    wish = deploy_wish.wish(name, session, packages, wanted)
    machine = tool_for(tool, wish, session)
    with show.progress("Preparing") as advance:
        machine.prepare(lambda text: advance(1, text))
        acts = machine.plan(destroy=False)
    show_plan(acts)
    if acts and not yes:
        typer.confirm(f"Do this to {wish.account} in {wish.region}?", abort=True, err=True)
    outputs = applied(machine, acts, destroy=False)
    found = deploy_wish.deployed(wish, tool.value, outputs)
    place = stages.remember(found)
    _tell(found, place, json=json and not verify)
    if verify:
        from frontdesk.entrypoints.cli.verify import verify_stage  # noqa: PLC0415 - as above

        verify_stage(found, json=json)


def ready(tool: ToolName, region: str) -> Session:
    """Return the session to deploy with. Raises CommandError that names all that is missing, with advice."""
    from frontdesk.entrypoints.cli.deploy_checks import checks  # noqa: PLC0415 - as above
    from frontdesk.entrypoints.cli.stage_session import Session  # noqa: PLC0415

    advice = []
    for check in checks(tool.value, region):
        show.note(f"  {'needs' if check.advice else 'found'} {check.need} {check.found}".rstrip())
        if check.advice:
            advice.append(f"{check.need}: {check.advice}")
    if advice:
        raise CommandError("Something is missing.\n" + "\n".join(advice))
    return Session(region)


def work_of(name: str) -> Path:
    """Return the folder for what building and deploying a stage leaves here."""
    return (stages.FOLDER.parent / "work" / name).absolute()


def tool_for(tool: ToolName, wish: deploy_wish.Wish, session: Session) -> Tool:
    """Return the tool by its name."""
    if tool is ToolName.TERRAFORM:
        from frontdesk.entrypoints.cli.deploy_state import StateBucket  # noqa: PLC0415 - as above
        from frontdesk.entrypoints.cli.deploy_terraform import Terraform  # noqa: PLC0415

        return Terraform(wish, StateBucket(session))
    from frontdesk.entrypoints.cli.deploy_cdk import Cdk  # noqa: PLC0415
    from frontdesk.entrypoints.cli.deploy_cdk_tools import CdkPrograms  # noqa: PLC0415
    from frontdesk.entrypoints.cli.deploy_toolkit import Toolkit  # noqa: PLC0415

    return Cdk(wish, Toolkit(session), CdkPrograms(wish.work.parents[1] / "tools"))


def show_plan(acts: Sequence[Act]) -> None:
    """Show what will be done, a line for each kind of thing; what is lost by name."""
    from frontdesk.entrypoints.cli.deploy_tool import counted  # noqa: PLC0415 - as above

    if not acts:
        show.note("Nothing has to be done.")
        return
    for kind, verbs in counted(acts):
        told = ", ".join(f"{verb} {count}" for verb, count in sorted(verbs.items()))
        show.note(f"  {kind}: {told}")
    for act in acts:
        if act.verb == "replace":
            show.note(f"  Replaced, with what is in it: {act.name}")


def applied(machine: Tool, acts: Sequence[Act], *, destroy: bool) -> Mapping[str, Any]:
    """Do what was planned, with a progress bar, and return the outputs."""
    what = "Destroying" if destroy else "Deploying"
    with show.progress(what, len(acts)) as advance:
        return machine.apply(lambda text: advance(1, text), destroy=destroy)


def _tell(found: stages.Stage, place: Path, *, json: bool) -> None:
    if json:
        show.as_json(found)
        return
    show.details((name, value) for name, value in found.outputs.items() if isinstance(value, str))
    show.note(f"Remembered in {place}.")
