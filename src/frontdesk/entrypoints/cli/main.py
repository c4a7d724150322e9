"""The list of commands. Each lives in a module of its own: it reads its options, asks the desk, shows what came out."""

import sys
from typing import Annotated

import typer

from frontdesk import __version__
from frontdesk.entrypoints.cli import dead_letters, orders
from frontdesk.entrypoints.cli.describe import manifest, openapi
from frontdesk.entrypoints.cli.mending import exit_status_of
from frontdesk.entrypoints.cli.tokens import token
from frontdesk.entrypoints.cli.traffic import traffic
from frontdesk.entrypoints.cli.up import up

STATUSES = "Ends with 0 if all is well, 1 if differences or failures were found, 2 for what you can mend."

app = typer.Typer(
    no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode="rich", add_completion=False
)


def main() -> None:
    """Run one command. What the user can mend ends with a sentence and status 2, not with a trace."""
    try:
        app()
    except Exception as error:
        status = exit_status_of(error)
        if status is None:
            raise
        typer.echo(f"frontdesk: {error}", err=True)
        sys.exit(status)


@app.callback(invoke_without_command=True, epilog=STATUSES)
def version(show: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """One front desk for everything a small business takes in."""
    if show:
        typer.echo(f"frontdesk {__version__}")
        raise typer.Exit


app.command(epilog="Example: frontdesk up --demo --port 9000")(up)
app.command(epilog='Example: frontdesk token --scope "orders:write orders:read" --subject ana')(token)
app.command(epilog="Example: frontdesk openapi > openapi.json")(openapi)
app.command(epilog="Example: frontdesk manifest --services orders")(manifest)
app.command(epilog="Example: frontdesk traffic --shop corner-snacks --rate 100 --spike 5:10:2")(traffic)
app.add_typer(orders.app, name="orders")
app.add_typer(dead_letters.app, name="dead-letters")
