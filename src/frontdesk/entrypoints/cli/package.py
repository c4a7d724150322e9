"""`frontdesk package`: build the zips that Lambda runs."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from frontdesk.entrypoints.cli import show
from frontdesk.entrypoints.cli.mending import FOUND, CommandError
from frontdesk.entrypoints.cli.options import Json, Services, names_in

if TYPE_CHECKING:  # the services are imported by the command alone: `--help` is quick
    from frontdesk.packaging.build import Packages


class Architecture(StrEnum):
    """The processors that Lambda has."""

    ARM64 = "arm64"
    X86_64 = "x86_64"


Processor = Annotated[
    Architecture,
    typer.Option("--architecture", help="The processor that functions run on: arm64 costs less."),
]


def package(
    out: Annotated[Path, typer.Option(help="The folder to write to.")] = Path("build/lambda"),
    architecture: Processor = Architecture.ARM64,
    services: Services = "",
    json: Json = False,
) -> None:
    """Build the zips that Lambda runs, for this very Python. The same files give the same zips, whoever builds them."""
    built = build_packages(out, architecture, services)
    if json:
        show.as_json(built)
        return
    rows = [
        (name, str(out / found.path), found.bytes, found.hash[:16]) for name, found in built.packages.items()
    ]
    show.table(("package", "file", "bytes", "contents"), rows, right=("bytes",))
    show.note(f"For Lambda's {built.runtime} on {built.architecture}.")


def build_packages(out: Path, architecture: Architecture, services: str) -> Packages:
    """Write zips, manifest and index to a folder, and say how it goes. Raises CommandError."""
    from frontdesk import bootstrap  # noqa: PLC0415 - as above
    from frontdesk.entrypoints.operations import OPERATIONS  # noqa: PLC0415
    from frontdesk.manifest.author import manifest  # noqa: PLC0415
    from frontdesk.packaging.build import build, wanted_by  # noqa: PLC0415
    from frontdesk.packaging.places import NotShippedError  # noqa: PLC0415
    from frontdesk.packaging.wheels import WheelsError  # noqa: PLC0415

    wanted = manifest(bootstrap.choose(names_in(services)), OPERATIONS)
    try:
        with show.progress("Packing", len(wanted_by(wanted))) as advance:
            return build(wanted, architecture.value, out, lambda name: advance(1, name))
    except (WheelsError, NotShippedError) as error:
        raise CommandError(str(error), exit_status=FOUND) from None
