"""`frontdesk export`: the first half of the way of a business to a stage on AWS."""

from pathlib import Path
from typing import Annotated

import typer

from frontdesk.entrypoints.cli import show
from frontdesk.entrypoints.cli.mending import CommandError
from frontdesk.entrypoints.cli.options import DEFAULTS, Data, Json

NEXT = "Do not start this desk again: from now on the business is where the export goes."


def export(
    out: Annotated[Path, typer.Option(help="A new folder for the export.")],
    data: Data = DEFAULTS.data,
    json: Json = False,
) -> None:
    """Write a whole business into a folder, to be imported into a stage: see `frontdesk import stage`.

    The desk must be stopped and have nothing left to do; dead letters are redriven or discarded before. The export
    holds personal data and no keys: only its owner can read it.
    """
    from frontdesk import __version__, bootstrap  # noqa: PLC0415 - only this command needs these
    from frontdesk.adapters.embedded.clock import MachineClock  # noqa: PLC0415
    from frontdesk.adapters.embedded.reader import NoDataError  # noqa: PLC0415
    from frontdesk.transfer import carry  # noqa: PLC0415
    from frontdesk.transfer.entries import TransferError  # noqa: PLC0415

    services, now = bootstrap.choose(), MachineClock().now()
    try:
        with show.progress("Entries") as advance:
            made = carry.export(data, out, services, version=__version__, now=now, advance=advance)
    except (TransferError, NoDataError) as error:
        raise CommandError(str(error)) from None
    if json:
        show.as_json({"out": str(out), "digest": made.digest, "entries": made.entries, "sums": made.sums})
        return
    show.details(
        [
            ("export", out),
            ("of", f"{data}, as it was at {now:%Y-%m-%d %H:%M:%S} UTC"),
            ("entries", f"{made.entries:,} in {len(made.parts)} files, read back and counted"),
            ("left behind", ", ".join(f"{count:,} {what}" for what, count in made.left_behind.items())),
        ]
    )
    show.note(NEXT)
