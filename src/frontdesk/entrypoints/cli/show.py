"""What commands print: tables and progress for people, tabs for pipes, JSON for machines.

Colours follow the terminal and NO_COLOR. What is not a terminal gets plain lines: a table's cells, tabs between.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, Protocol

import msgspec
import typer

from frontdesk.entrypoints.cli.columns import layout

if TYPE_CHECKING:  # imported only where something is drawn: `--help` and pipes are quick
    from rich.console import Console

Cells = Sequence[object]


class Advance(Protocol):
    """Moves a progress bar on by so many, and says how it goes."""

    def __call__(self, count: int, text: str = "") -> None:
        """Draw it."""


def as_json(value: object) -> None:
    """Print a value as JSON."""
    typer.echo(json_text(value), nl=False)


def json_text(value: object) -> str:
    """Return a value as JSON that people can read, with a line's end after it."""
    return f"{msgspec.json.format(msgspec.json.encode(value), indent=2).decode()}\n"


def table(columns: Sequence[str], rows: Iterable[Cells], *, right: Collection[str] = ()) -> None:
    """Print rows under these headings; those of `right` are numbers. A cell of None stays empty."""
    texts = [[cell_text(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for row in (columns, *texts):
            typer.echo("\t".join(row))
        return
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415

    console = _console()
    gap, widths = layout(list(zip(columns, *texts, strict=True)), console.width)
    drawn = Table(box=None, header_style="bold", pad_edge=False, padding=(0, gap, 0, 0))
    for column, width in zip(columns, widths, strict=True):
        justify: Literal["left", "right"] = "right" if column in right else "left"
        drawn.add_column(column, justify=justify, width=width, overflow="fold")
    for row in texts:
        drawn.add_row(*map(Text, row))  # as it is: what people typed may look like markup
    console.width = max(console.width, sum(widths) + gap * len(widths))
    console.print(drawn)


def details(pairs: Iterable[tuple[str, object]]) -> None:
    """Print what one thing is like, a line for each of its sides."""
    texts = [(name, cell_text(value)) for name, value in pairs]
    if not sys.stdout.isatty():
        for name, text in texts:
            typer.echo(f"{name}\t{text}")
        return
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415

    drawn = Table.grid(padding=(0, 2))
    for name, text in texts:
        drawn.add_row(Text(name, style="dim"), Text(text))
    _console().print(drawn)


def title(text: str) -> None:
    """Print a heading."""
    typer.secho(f"\n{text}", bold=True)


def note(text: str) -> None:
    """Say something to the person at the terminal: on standard error, so that pipes stay clean."""
    typer.echo(text, err=True)


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Advance]:
    """Give what moves a progress bar on. `total` None: nobody knows. Nothing is drawn off a terminal."""
    if not sys.stderr.isatty():
        yield _not_drawn
        return
    from rich import progress as rich_progress  # noqa: PLC0415 - as above

    columns = (
        rich_progress.TextColumn("{task.description}", markup=False),
        rich_progress.BarColumn(),
        rich_progress.MofNCompleteColumn(),
        rich_progress.TimeRemainingColumn(),
    )
    with rich_progress.Progress(*columns, console=_console(err=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda count, text="": bar.update(task, advance=count, description=f"{what} {text}")


def _not_drawn(count: int, text: str = "") -> None:
    """See Advance."""


def cell_text(value: object) -> str:
    """Return a value as one cell: no line breaks, no tabs, no control characters that could drive a terminal."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "".join(sign if sign.isprintable() else " " for sign in str(value))


def money(minor: int, currency: str) -> str:
    """Return an amount of minor units for reading: 1234 EUR is "12.34 EUR"."""
    places = PLACES.get(currency, 2)
    sign, whole = ("-", -minor) if minor < 0 else ("", minor)
    if places == 0:
        return f"{sign}{whole} {currency}"
    return f"{sign}{whole // 10**places}.{whole % 10**places:0{places}d} {currency}"


def moment(text: str) -> str:
    """Return a moment of the API for reading: UTC to the second, as in 2026-03-14 09:30:00."""
    return text[:19].replace("T", " ")


# How many decimals a currency has where it is not two. Source: ISO 4217, list one.
_DECIMALS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
PLACES = {currency: places for places, names in _DECIMALS.items() for currency in names.split()}


def _console(*, err: bool = False) -> Console:
    from rich.console import Console  # noqa: PLC0415 - as above

    return Console(stderr=err, highlight=False)
