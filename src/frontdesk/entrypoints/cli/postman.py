"""`frontdesk postman`: the API as a Postman collection, whose examples run in order as a story."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from frontdesk.entrypoints.cli import show
from frontdesk.entrypoints.cli.options import Services, names_in


def postman(
    out: Annotated[Path | None, typer.Option(help="The file to write; printed without it.")] = None,
    scopes: Annotated[
        bool, typer.Option("--scopes", help="Print only the scopes that the token of a whole run needs.")
    ] = False,
    services: Services = "",
) -> None:
    """Make a Postman collection of the API: import it into Postman, or run it with newman.

    Its variables are `base_url`, `token` and `shop`.
    """
    from frontdesk import bootstrap  # noqa: PLC0415 - the services are this command's alone
    from frontdesk.entrypoints.operations import OPERATIONS  # noqa: PLC0415
    from frontdesk.entrypoints.postman.collection import collection  # noqa: PLC0415

    chosen = (*bootstrap.choose(names_in(services)), OPERATIONS)
    if scopes:
        typer.echo(" ".join(sorted({scope for service in chosen for scope in service.scopes})))
    elif out is None:
        show.as_json(collection(chosen))
    else:
        out.write_bytes(msgspec.json.format(msgspec.json.encode(collection(chosen))) + b"\n")
        show.note(f"{out}")
