"""`frontdesk token`: an access token for whoever has the data folder, or may read the signing key of a stage."""

from datetime import timedelta
from typing import Annotated

import typer

from frontdesk.entrypoints.cli import show
from frontdesk.entrypoints.cli.connection import issuer_of
from frontdesk.entrypoints.cli.options import DEFAULTS, AtStage, Data, Json, desk_of

MAX_HOURS = 24 * 30


def token(
    scope: Annotated[str, typer.Option(help="What the token may do, with spaces between.")],
    subject: Annotated[str, typer.Option(help="Whom it speaks for.")] = "customer-1",
    grant: Annotated[list[str], typer.Option(help="A place and a role there: shop:corner-snacks=owner")] = [],  # noqa: B006 - typer copies it
    hours: Annotated[int, typer.Option(min=1, max=MAX_HOURS, help="How long it is good.")] = 1,
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """Make an access token. Works beside a running server."""
    grants = dict(_grant(text) for text in grant)
    text = issuer_of(desk_of(data, stage)).issue(subject, scope.split(), grants, timedelta(hours=hours))
    if json:
        show.as_json(
            {"access_token": text, "token_type": "Bearer", "expires_in": hours * 3600, "scope": scope}
        )
    else:
        typer.echo(text)


def _grant(text: str) -> tuple[str, str]:
    place, separator, role = text.partition("=")
    if not separator or not place or not role:
        raise typer.BadParameter(f"{text!r} is not PLACE=ROLE, as in shop:corner-snacks=owner")
    return place, role
