"""`frontdesk import mysql`: take over the orders of an old shop."""

import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from frontdesk.config import mysql_password
from frontdesk.entrypoints.cli import show
from frontdesk.entrypoints.cli.mending import FOUND, CommandError
from frontdesk.entrypoints.cli.options import DEFAULTS, Data, DryRun, Json, Shop, group, settings_of

MAX_CONNECTIONS = 64
REASONS_SHOWN = 20

app = group("Take over what another system, or a desk elsewhere, has.")

_EXAMPLE = "frontdesk import mysql --url mysql://reader@localhost/shop --table orders --mapping old.toml --shop corner"


@app.command("mysql", epilog=f"Example: {_EXAMPLE} --dry-run")
def import_mysql(
    url: Annotated[str, typer.Option(help="mysql://user@host:3306/database, without the password.")],
    table: Annotated[str, typer.Option(help="The table that holds the orders.")],
    mapping: Annotated[Path, typer.Option(help="Which column is which field: a TOML file.")],
    shop: Shop,
    report: Annotated[
        Path | None, typer.Option(help="Where to list what could not be taken: JSON lines, or a .csv.")
    ] = None,
    option_file: Annotated[
        Path | None, typer.Option(help="A MySQL option file with the password under \\[client].")
    ] = None,
    connections: Annotated[int, typer.Option(min=1, max=MAX_CONNECTIONS, help="Requests in flight.")] = 16,
    dry_run: DryRun = False,
    data: Data = DEFAULTS.data,
    json: Json = False,
) -> None:
    """Take over the orders of one MySQL or MariaDB table. The old shop is only read, and may stay open.

    Interrupted, it goes on where it stopped. Run again, it takes only what is new and tells what has changed. The
    password comes from FRONTDESK_MYSQL_PASSWORD, from an option file, or is asked for.
    """
    from frontdesk.adapters.mysql.table import SourceError, open_table, parse_url  # noqa: PLC0415 - this command's alone
    from frontdesk.entrypoints.cli.import_mapping import load  # noqa: PLC0415
    from frontdesk.entrypoints.cli.import_session import Session  # noqa: PLC0415

    chosen = load(mapping)
    began = time.monotonic()
    try:
        address = parse_url(url)
        with open_table(address, table, _password(option_file), option_file) as rows:
            source = f"{address.host}:{address.port}/{address.database}.{table}"
            session = Session(settings_of(data), shop, source, table, chosen, rows)
            counts = session.run(report, connections, dry_run=dry_run)
    except SourceError as error:
        raise CommandError(str(error)) from None
    _tell(counts, session.report_path, time.monotonic() - began, dry_run=dry_run, json=json)
    if counts.refused or counts.changed:
        raise typer.Exit(FOUND)


def _password(option_file: Path | None) -> str:
    known = mysql_password()
    if known or option_file is not None or not sys.stdin.isatty():
        return known
    asked: str = typer.prompt("Password", hide_input=True, default="", show_default=False, err=True)
    return asked


def _tell(counts: Any, report: Path | None, seconds: float, *, dry_run: bool, json: bool) -> None:
    facts: dict[str, Any] = {
        "rows": counts.rows,
        "would be taken" if dry_run else "taken": counts.taken,
        "taken before": counts.known,
        "changed since": counts.changed,
        "not taken": counts.refused,
    }
    if json:
        show.as_json(
            {
                **{name.replace(" ", "_"): count for name, count in facts.items()},
                "reasons": counts.reasons,
                "report": None if report is None else str(report),
                "seconds": round(seconds, 3),
            }
        )
        return
    show.details([*facts.items(), ("seconds", f"{seconds:.1f}"), ("report", report)])
    if counts.reasons:
        show.title("Why")
        most = sorted(counts.reasons.items(), key=lambda pair: -pair[1])[:REASONS_SHOWN]
        show.table(
            ("field", "code", "times"), [(*what.split(" "), times) for what, times in most], right=("times",)
        )
