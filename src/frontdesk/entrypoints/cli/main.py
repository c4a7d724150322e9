"""Commands. Each is short: it reads its options, calls the house, and shows what came out."""

import asyncio
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from frontdesk import __version__, bootstrap
from frontdesk.adapters.embedded.directory import InUseError
from frontdesk.adapters.embedded.schema import FormatError
from frontdesk.config import from_environment
from frontdesk.entrypoints.cli.up import PortTakenError, serve
from frontdesk.entrypoints.logs import start_logging
from frontdesk.entrypoints.openapi import openapi as document
from frontdesk.kernel.manifest import Manifest
from frontdesk.kernel.manifest import manifest as manifest_of

app = typer.Typer(
    no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode="rich", add_completion=False
)
DEFAULTS = from_environment()

Data = Annotated[Path, typer.Option(help="The folder that holds everything of one business.")]
Services = Annotated[str, typer.Option(help="Only these services, with commas between. All by default.")]
MAX_HOURS = 24 * 30


def main() -> None:
    """Run one command. What the user can mend ends with a sentence and status 2, not with a trace."""
    try:
        app()
    except (InUseError, FormatError, PortTakenError, bootstrap.UnknownServiceError) as error:
        typer.echo(f"frontdesk: {error}", err=True)
        sys.exit(2)


@app.callback(invoke_without_command=True)
def version(show: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """One front desk for everything a small business takes in."""
    if show:
        typer.echo(f"frontdesk {__version__}")
        raise typer.Exit


@app.command(epilog="Example: frontdesk up --demo --port 9000")
def up(
    data: Data = DEFAULTS.data,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = DEFAULTS.host,
    port: Annotated[int, typer.Option(help="The port to listen on; 0 takes any free one.")] = DEFAULTS.port,
    services: Services = "",
    demo: Annotated[bool, typer.Option("--demo", help="Load a small snack shop to play with.")] = False,
    hold_reactions: Annotated[
        bool, typer.Option("--hold-reactions", help="Accept requests, but leave their events in the log.")
    ] = False,
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = DEFAULTS.log_level,
) -> None:
    """Serve the desk on this machine. Ctrl-C stops it; nothing accepted is lost."""
    start_logging(log_level)
    settings = replace(
        DEFAULTS, data=data, host=host, port=port, hold_reactions=hold_reactions, log_level=log_level
    )
    asyncio.run(serve(settings, bootstrap.choose(_names(services)), demo=demo))


@app.command(epilog='Example: frontdesk token --scope "orders:write orders:read" --subject ana')
def token(
    scope: Annotated[str, typer.Option(help="What the token may do, with spaces between.")],
    subject: Annotated[str, typer.Option(help="Whom it speaks for.")] = "customer-1",
    grant: Annotated[list[str], typer.Option(help="A place and a role there: shop:corner-snacks=owner")] = [],  # noqa: B006 - typer copies it
    hours: Annotated[int, typer.Option(min=1, max=MAX_HOURS, help="How long it is good.")] = 1,
    data: Data = DEFAULTS.data,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make an access token. Works beside a running server."""
    grants = dict(_grant(text) for text in grant)
    settings = replace(DEFAULTS, data=data)
    text = bootstrap.tokens(settings).issue(subject, scope.split(), grants, timedelta(hours=hours))
    answer = {"access_token": text, "token_type": "Bearer", "expires_in": hours * 3600, "scope": scope}
    typer.echo(msgspec.json.encode(answer).decode() if json else text)


@app.command(epilog="Example: frontdesk openapi > openapi.json")
def openapi(services: Services = "") -> None:
    """Print the OpenAPI document of the API."""
    _print_json(document(bootstrap.choose(_names(services))))


@app.command(epilog="Example: frontdesk manifest --services orders")
def manifest(
    services: Services = "",
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of the manifest.")] = False,
) -> None:
    """Print what the services need from a runtime: routes, tables, queues, scopes."""
    _print_json(msgspec.json.schema(Manifest) if schema else manifest_of(bootstrap.choose(_names(services))))


def _names(services: str) -> list[str]:
    return [name.strip() for name in services.split(",") if name.strip()]


def _grant(text: str) -> tuple[str, str]:
    place, separator, role = text.partition("=")
    if not separator or not place or not role:
        raise typer.BadParameter(f"{text!r} is not PLACE=ROLE, as in shop:corner-snacks=owner")
    return place, role


def _print_json(value: object) -> None:
    typer.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
