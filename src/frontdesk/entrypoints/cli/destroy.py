"""`frontdesk destroy`: take a stage away, with everything that is in it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from frontdesk.entrypoints.cli import deploy_wish, show, stages
from frontdesk.entrypoints.cli.deploy import (
    Region,
    ToolName,
    applied,
    ready,
    show_plan,
    tool_for,
    work_of,
)
from frontdesk.entrypoints.cli.mending import FOUND, CommandError
from frontdesk.entrypoints.cli.package import Architecture, build_packages

if TYPE_CHECKING:  # what talks to AWS is imported by the command alone: `--help` is quick
    from frontdesk.entrypoints.cli.stage_session import Session
    from frontdesk.manifest.shape import Deployment

Gone = Annotated[str, typer.Option("--stage", help="The stage to take away.")]


def destroy(
    stage: Gone,
    tool: Annotated[
        ToolName | None,
        typer.Option("--tool", help="What it was deployed with, where that is not remembered."),
    ] = None,
    region: Region = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for its name; for machines.")] = False,
    production: Annotated[
        bool, typer.Option("--production", help="Yes, the real one. Without it, production is refused.")
    ] = False,
) -> None:
    """Take a stage away: functions, queues, and all records in it. Ends with 1 if something is left, and says what.

    There is no way back but an export or a backup of its tables. The tables of production refuse to be deleted until it
    was deployed with [b]--set protected=false[/b].
    """
    from frontdesk.entrypoints.cli.stage_leftovers import left_of  # noqa: PLC0415 - as above

    name = stages.checked(stage)
    if name == stages.PRODUCTION and not production:
        raise CommandError("This is production. If you mean it, say --production.")
    known = stages.remembered(name)
    by = tool or ToolName(known.tool if known and known.tool else ToolName.TERRAFORM)
    session = ready(by, region or (known.region if known else ""))
    if not yes and typer.prompt(f"Everything in {name} will be gone. Type its name", err=True) != name:
        raise CommandError("That is not its name. Nothing was done.")
    there_was = _take_away(name, by, session, known)
    left = left_of(session, stages.prefix_of(name), there_was)
    if left:
        show.table(("what", "is left"), left)
        raise typer.Exit(FOUND)
    stages.forget(name)
    shutil.rmtree(work_of(name), ignore_errors=True)
    show.note(f"Nothing is left of {name}.")


def _take_away(name: str, by: ToolName, session: Session, known: stages.Stage | None) -> Deployment:
    """Let the tool that made a stage destroy it, then sweep up. Returns what there was."""
    from frontdesk.entrypoints.cli.stage_leftovers import sweep  # noqa: PLC0415 - as above

    packages = work_of(name) / "packages"
    if known is None or not Path(known.settings["manifest"]).exists():  # deployed by somebody else, elsewhere
        build_packages(packages, Architecture.ARM64, "")
    wish = deploy_wish.wish(name, session, packages, known.settings if known else {})
    machine = tool_for(by, wish, session)
    with show.progress("Preparing") as advance:
        machine.prepare(lambda text: advance(1, text))
        acts = machine.plan(destroy=True)
    show_plan(acts)
    applied(machine, acts, destroy=True)
    deployment = deploy_wish.manifest_of(wish).deployment
    sweep(session, stages.prefix_of(name), deployment)
    machine.forget()
    return deployment
