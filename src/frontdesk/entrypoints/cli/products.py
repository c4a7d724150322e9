"""`frontdesk products`: a shop's price list from a file, and into one."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from frontdesk.entrypoints.cli import show
from frontdesk.entrypoints.cli.connection import Api, ApiError, connect
from frontdesk.entrypoints.cli.mending import FOUND, CommandError
from frontdesk.entrypoints.cli.options import DEFAULTS, AtStage, Data, DryRun, Json, Shop, desk_of, group
from frontdesk.entrypoints.cli.price_lists import Row, read, reasons, write

app = group("Price lists: from a CSV file, and into one.")

_ABOUT_THE_ROW = {409, 413, 422}  # any other refusal is about the whole import, and ends it


class Report(msgspec.Struct, kw_only=True):
    """What became of a file. `new`, `changed` and `same` count the good rows by what is on the list now."""

    rows: int
    dry_run: bool
    new: int = 0
    changed: int = 0
    same: int = 0
    faulty: list[Row]


@app.command("import", epilog="Example: frontdesk products import prices.csv --shop corner-snacks --dry-run")
def import_products(
    file: Annotated[Path, typer.Argument(help="A CSV file with the columns that `products export` writes.")],
    shop: Shop,
    dry_run: DryRun = False,
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """Set a shop's products from a file. Products that it does not name stay as they are.

    Faulty rows are listed with their line and left out; mend them and import the file again. Doing it twice is fine.
    """
    rows = read(file)
    with connect(desk_of(data, stage), [shop]) as api:
        report = _import(api, shop, rows, dry_run=dry_run)
    if json:
        show.as_json(_plain(report))
    else:
        _tell(report)
    if report.faulty:
        raise typer.Exit(FOUND)


@app.command("export", epilog="Example: frontdesk products export --shop corner-snacks --output prices.csv")
def export_products(
    shop: Shop,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file.")] = None,
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """Print a shop's price list as CSV, by sku, in the form that `products import` takes."""
    with connect(desk_of(data, stage), [shop]) as api:
        products = list(api.pages(f"/shops/{shop}/products"))
    if json:
        show.as_json(products)
    elif output is None:
        typer.echo(write(products), nl=False)
    else:
        _save(output, write(products))
        show.note(f"{len(products)} products in {output}.")


def _import(api: Api, shop: str, rows: list[Row], *, dry_run: bool) -> Report:
    listed = {item["sku"]: item for item in api.pages(f"/shops/{shop}/products")}
    report = Report(rows=len(rows), dry_run=dry_run, faulty=[])
    with show.progress("Products", total=len(rows)) as advance:
        for row in rows:
            faults = row.faults if row.product is None or dry_run else _put(api, shop, row)
            if faults:
                report.faulty.append(Row(row.line, row.sku, None, faults))
            else:
                _count(report, row, listed.get(row.sku))
            advance(1)
    return report


def _put(api: Api, shop: str, row: Row) -> tuple[str, ...]:
    """Set one product and return what the desk has against it."""
    try:
        api.put(f"/shops/{shop}/products/{row.sku}", row.product)
    except ApiError as error:
        if error.status not in _ABOUT_THE_ROW:
            raise
        return reasons(error.problem.get("errors", ())) or (str(error),)
    return ()


def _count(report: Report, row: Row, listed: Any) -> None:
    if listed is None:
        report.new += 1
    elif msgspec.to_builtins(row.product).items() <= listed.items():
        report.same += 1
    else:
        report.changed += 1


def _plain(report: Report) -> dict[str, Any]:
    plain = msgspec.structs.asdict(report)
    plain["faulty"] = [
        {"line": row.line, "sku": row.sku, "reasons": list(row.faults)} for row in report.faulty
    ]
    return plain


def _tell(report: Report) -> None:
    if report.faulty:
        cells = [(row.line, row.sku, reason) for row in report.faulty for reason in row.faults]
        show.table(("line", "sku", "reason"), cells, right={"line"})
    done = "would be" if report.dry_run else "are"
    show.note(
        f"{report.rows} rows: {report.new} {done} new, {report.changed} {done} changed, "
        f"{report.same} are as they were, {len(report.faulty)} are faulty."
    )


def _save(output: Path, text: str) -> None:
    try:
        output.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise CommandError(f"Cannot write {output}: {error.strerror}.") from None
