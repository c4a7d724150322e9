"""`frontdesk books`: what the books of a shop say, for reading and for a spreadsheet; and refunds that are paid."""

import csv
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from frontdesk.entrypoints.cli import show
from frontdesk.entrypoints.cli.connection import Api, connect
from frontdesk.entrypoints.cli.mending import CommandError
from frontdesk.entrypoints.cli.options import DEFAULTS, AtStage, Data, Json, Shop, desk_of, group

MAX_LISTED = 10_000
COLUMNS = (
    "entry_id",
    "at",
    "what",
    "order_id",
    "account",
    "debit_minor",
    "credit_minor",
    "currency",
    "by",
    "note",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # how a cell begins that a spreadsheet would run

_MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"]
Since = Annotated[datetime | None, typer.Option(formats=_MOMENTS, help="From this day or moment on, in UTC.")]
Until = Annotated[datetime | None, typer.Option(formats=_MOMENTS, help="Before this day or moment, in UTC.")]
Limit = Annotated[int, typer.Option(min=1, max=MAX_LISTED, help="How many at most.")]

app = group("What the books of a shop say, and refunds that are paid.")
journal = group("The journal of a shop.")
app.add_typer(journal, name="journal")


@app.command("trial-balance", epilog="Example: frontdesk books trial-balance --shop corner-snacks")
def trial_balance(shop: Shop, data: Data = DEFAULTS.data, stage: AtStage = "", json: Json = False) -> None:
    """Show what every account comes to. Both columns come to the same."""
    with connect(desk_of(data, stage), [shop]) as api:
        found = api.get(f"/shops/{shop}/trial-balance")
    if json:
        show.as_json(found)
        return
    rows = [*found["accounts"], {"account": "all", "debit": found["debit"], "credit": found["credit"]}]
    sides = [(row["account"], *_sides(row, found["currency"])) for row in rows]
    show.table(("account", "debit", "credit"), sides, right=("debit", "credit"))


@journal.command(
    "list", epilog="Example: frontdesk books journal list --shop corner-snacks --since 2026-03-01"
)
def list_journal(
    shop: Shop,
    since: Since = None,
    until: Until = None,
    limit: Limit = 20,
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """List entries, newest first, a line for each account."""
    with connect(desk_of(data, stage), [shop]) as api:
        entries = list(islice(_pages(api, f"/shops/{shop}/journal", since, until), limit))
    if json:
        show.as_json(entries)
        return
    columns = ("at", "what", "order", "account", "debit", "credit", "note")
    show.table(columns, _entry_rows(entries), right=("debit", "credit"))


@journal.command(
    "export", epilog="Example: frontdesk books journal export --shop corner-snacks -o journal.csv"
)
def export_journal(
    shop: Shop,
    since: Since = None,
    until: Until = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this new file.")] = None,
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
) -> None:
    """Print the journal as CSV, oldest first: a row for each line of an entry, amounts in minor units."""
    with connect(desk_of(data, stage), [shop]) as api, _opened(output) as file:
        entries = _pages(api, f"/shops/{shop}/journal", since, until, oldest_first=True)
        with show.progress("Entries") as advance:
            count = _write(file, entries, advance)
    if output is not None:
        show.note(f"{count} entries in {output}.")


@app.command("invoices", epilog="Example: frontdesk books invoices --shop corner-snacks --since 2026-03-01")
def list_invoices(
    shop: Shop,
    since: Since = None,
    until: Until = None,
    limit: Limit = 20,
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """List invoices and credit notes as they were issued, newest first."""
    with connect(desk_of(data, stage), [shop]) as api:
        invoices = list(islice(_pages(api, f"/shops/{shop}/invoices", since, until), limit))
    if json:
        show.as_json(invoices)
        return
    columns = ("number", "issued", "order", "net", "tax", "gross", "takes back")
    show.table(columns, map(_invoice_row, invoices), right=("net", "tax", "gross"))


@app.command(
    epilog="Example: frontdesk books refund-paid ord_0a1b2c3d4e5f6g7h8j9k0m1n2p --shop corner-snacks "
    '--reference "gateway 8812"'
)
def refund_paid(
    order: Annotated[str, typer.Argument(help="The order's id, ord_…", metavar="ORDER")],
    shop: Shop,
    reference: Annotated[str, typer.Option(help="What the bank or the gateway calls the payment.")],
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """Book that what was due to a customer has been paid: the whole amount, once."""
    with connect(desk_of(data, stage), [shop]) as api:
        entry = api.post(f"/shops/{shop}/refunds/{order}/paid", {"reference": reference})
    if json:
        show.as_json(entry)
        return
    paid = sum(line.get("debit") or 0 for line in entry["lines"])
    show.note(f"{show.money(paid, entry['currency'])} paid back ({entry['entry_id']}).")


def _pages(
    api: Api, path: str, since: datetime | None, until: datetime | None, *, oldest_first: bool = False
) -> Iterator[Any]:
    bounds = {"since": since and since.replace(tzinfo=UTC), "until": until and until.replace(tzinfo=UTC)}
    return api.pages(path, **bounds, oldest_first=oldest_first)


def _sides(line: Mapping[str, Any], currency: str) -> tuple[str | None, str | None]:
    debit, credit = (
        show.money(line[side], currency) if line.get(side) else None for side in ("debit", "credit")
    )
    return debit, credit


def _entry_rows(entries: Iterable[Mapping[str, Any]]) -> Iterator[tuple[object, ...]]:
    for entry in entries:
        first = (show.moment(entry["at"]), entry["what"], entry.get("order_id"))
        for place, line in enumerate(entry["lines"]):
            about = first if place == 0 else (None, None, None)
            note = entry.get("note") if place == 0 else None
            yield (*about, line["account"], *_sides(line, entry["currency"]), note)


def _invoice_row(invoice: Mapping[str, Any]) -> tuple[object, ...]:
    amounts = [show.money(invoice[side], invoice["currency"]) for side in ("net", "tax", "gross")]
    return (
        invoice["number"],
        show.moment(invoice["issued_at"]),
        invoice["order_id"],
        *amounts,
        invoice.get("refers_to"),
    )


@contextmanager
def _opened(output: Path | None) -> Iterator[IO[str]]:
    if output is None:
        yield sys.stdout
        return
    try:
        file = output.open("x", encoding="utf-8", newline="")
    except OSError as error:
        raise CommandError(f"Cannot write {output}: {error.strerror}.") from None
    with file:
        yield file


def _write(file: IO[str], entries: Iterable[Mapping[str, Any]], advance: show.Advance) -> int:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    count = 0
    for entry in entries:
        for line in entry["lines"]:
            amounts = {
                "account": line["account"],
                "debit_minor": line.get("debit"),
                "credit_minor": line.get("credit"),
            }
            cells = {**entry, **amounts}
            writer.writerow([_cell(cells.get(column)) for column in COLUMNS])
        count += 1
        advance(1)
    return count


def _cell(value: object) -> object:
    """Return what a spreadsheet shows and does not run. Amounts are never negative, so they stay numbers."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
