"""The list of commands. Each lives in a module of its own: it reads its options, asks the desk, shows what came out."""

import sys
from typing import Annotated

import typer

from frontdesk import __version__
from frontdesk.entrypoints.cli import (
    appointments,
    backup,
    books,
    clients,
    clinics,
    dead_letters,
    import_,
    keys,
    orders,
    products,
    shops,
    stock,
    users,
    waiting_list,
)
from frontdesk.entrypoints.cli.cost import cost
from frontdesk.entrypoints.cli.deploy import deploy
from frontdesk.entrypoints.cli.describe import manifest, openapi
from frontdesk.entrypoints.cli.destroy import destroy
from frontdesk.entrypoints.cli.export import export
from frontdesk.entrypoints.cli.import_stage import import_stage
from frontdesk.entrypoints.cli.invoke import invoke
from frontdesk.entrypoints.cli.logs import logs
from frontdesk.entrypoints.cli.mending import exit_status_of
from frontdesk.entrypoints.cli.package import package
from frontdesk.entrypoints.cli.postman import postman
from frontdesk.entrypoints.cli.reconcile import reconcile
from frontdesk.entrypoints.cli.reference import reference
from frontdesk.entrypoints.cli.tokens import token
from frontdesk.entrypoints.cli.traffic import traffic
from frontdesk.entrypoints.cli.up import up
from frontdesk.entrypoints.cli.verify import verify

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


SERVE, SHOP, CLINIC, ACCESS, CARE, AWS, BUILD = (
    "Serve",
    "Run the shop",
    "Run the clinic",
    "Let people in",
    "Care for the desk",
    "Run on AWS",
    "Build on it",
)

_add = app.command
_add(epilog="Example: frontdesk up --demo --port 9000", rich_help_panel=SERVE)(up)
app.add_typer(shops.app, name="shops", rich_help_panel=SHOP)
app.add_typer(orders.app, name="orders", rich_help_panel=SHOP)
app.add_typer(products.app, name="products", rich_help_panel=SHOP)
app.add_typer(stock.app, name="stock", rich_help_panel=SHOP)
app.add_typer(books.app, name="books", rich_help_panel=SHOP)
_add(epilog="Example: frontdesk reconcile --wait 10", rich_help_panel=SHOP)(reconcile)
import_.app.command("stage", epilog="Example: frontdesk import stage --stage dev --from shop.export")(
    import_stage
)
app.add_typer(import_.app, name="import", rich_help_panel=SHOP)
app.add_typer(clinics.app, name="clinics", rich_help_panel=CLINIC)
app.add_typer(appointments.app, name="appointments", rich_help_panel=CLINIC)
app.add_typer(waiting_list.app, name="waiting-list", rich_help_panel=CLINIC)
app.add_typer(users.app, name="users", rich_help_panel=ACCESS)
app.add_typer(clients.app, name="clients", rich_help_panel=ACCESS)
app.add_typer(keys.app, name="keys", rich_help_panel=ACCESS)
_add(epilog="Example: frontdesk audit --limit 20", rich_help_panel=ACCESS)(keys.audit)
_add(epilog='Example: frontdesk token --scope "orders:write orders:read"', rich_help_panel=ACCESS)(token)
app.add_typer(dead_letters.app, name="dead-letters", rich_help_panel=CARE)
for command in backup.app.registered_commands:
    command.rich_help_panel = CARE
app.add_typer(backup.app)
_add(epilog="Example: frontdesk export --out shop.export", rich_help_panel=CARE)(export)
_add(
    epilog="Example: frontdesk traffic --shop corner-snacks --rate 100 --spike 5:10:2", rich_help_panel=CARE
)(traffic)
_add(epilog="Example: frontdesk verify --stage dev", rich_help_panel=CARE)(verify)
_add(epilog="Example: frontdesk deploy --stage dev --verify", rich_help_panel=AWS)(deploy)
_add(epilog="Example: frontdesk cost --orders 1e6", rich_help_panel=AWS)(cost)
_add(epilog="Example: frontdesk destroy --stage dev", rich_help_panel=AWS)(destroy)
_add(epilog="Example: frontdesk logs --stage dev --function orders-http --follow", rich_help_panel=AWS)(logs)
_add(
    epilog="Example: frontdesk invoke place_order --stage dev --body @order.json --key first",
    rich_help_panel=AWS,
)(invoke)
_add(epilog="Example: frontdesk package --out build/lambda", rich_help_panel=AWS)(package)
_add(epilog="Example: frontdesk openapi > openapi.json", rich_help_panel=BUILD)(openapi)
_add(epilog="Example: frontdesk postman --out frontdesk.postman_collection.json", rich_help_panel=BUILD)(
    postman
)
_add(epilog="Example: frontdesk manifest --services orders", rich_help_panel=BUILD)(manifest)
_add(epilog="Example: frontdesk reference --out docs/reference", rich_help_panel=BUILD)(reference)
