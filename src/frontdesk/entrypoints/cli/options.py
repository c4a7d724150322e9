"""Options that many commands share, and the settings that they come to."""

from pathlib import Path
from typing import Annotated

import typer
from msgspec.structs import replace

from frontdesk.config import Settings, from_environment
from frontdesk.entrypoints.cli import stages

DEFAULTS = from_environment()

Data = Annotated[Path, typer.Option("--data", help="The folder that holds everything of one business.")]
AtStage = Annotated[
    str, typer.Option("--stage", help="A stage on AWS, in place of a folder: dev, production, …")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]
Shop = Annotated[str, typer.Option("--shop", help="The shop's id.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only tell what would be done.")]
Services = Annotated[str, typer.Option(help="Only these services, with commas between. All by default.")]


def settings_of(data: Path) -> Settings:
    """Return the settings of a command that works with this data."""
    return replace(DEFAULTS, data=data)


def desk_of(data: Path, stage: str) -> Settings | stages.Stage:
    """Return the desk that a command is for: a stage where one is named, else the one with this data."""
    return stages.find(stage) if stage else settings_of(data)


def names_in(text: str) -> list[str]:
    """Return the names in a list with commas between."""
    return [name.strip() for name in text.split(",") if name.strip()]


def group(help: str) -> typer.Typer:  # noqa: A002 - typer's own word
    """Return a group of commands, such as `orders`, to be added in `main`."""
    return typer.Typer(help=help, no_args_is_help=True, rich_markup_mode="rich")
