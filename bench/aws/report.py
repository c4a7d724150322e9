"""The figures of the AWS runtime as tables and a verdict, for people."""

from collections.abc import Sequence
from statistics import median

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from bench.aws.results import OURS, PAIRS_FOR_A_VERDICT, AwsResults, Start
from bench.results import ratios


def show(results: AwsResults, console: Console) -> None:
    """Print medians, and in brackets the smallest and largest share of the pairs."""
    console.print(_starts(results))
    console.print(_calls(results))
    console.print(f"Zip of a function: {results.zip_bytes / 1000:,.0f} KB", highlight=False)
    for bar in results.bars:
        verdict = "[green]met[/]" if bar.is_met else "[red]missed[/]"
        console.print(f"{bar.words}: {bar.found:.3f}, at most {bar.wanted:g}: {verdict}", highlight=False)
    if not results.is_verdict:
        console.print(
            f"[yellow]Fewer than {PAIRS_FOR_A_VERDICT} pairs: this shows that it runs, not how fast.[/]"
        )


def _starts(results: AwsResults) -> Table:
    title = "Cold start in ms, fresh process: imports, TLS, first order"
    table = _table(title, "import", "order", "all", "CPU", "of its all", "of its CPU")
    ours = results.starts[OURS]
    for name, ones in results.starts.items():
        cells = [
            f"{median(_each(ones, figure)):,.0f}" for figure in ("import_ms", "order_ms", "cold_ms", "cpu_ms")
        ]
        shares = [_share(_each(ours, figure), _each(ones, figure)) for figure in ("cold_ms", "cpu_ms")]
        table.add_row(results.titles[name], *cells, *([] if name == OURS else shares))
    return table


def _calls(results: AwsResults) -> Table:
    table = _table("Processor time of one PutItem over TLS, connection kept", "µs", "ours is")
    ours = results.calls[OURS]
    for name, ones in results.calls.items():
        share = "" if name == OURS else _share(ours, ones)
        table.add_row(results.titles[name], f"{median(ones):,.0f}", share)
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("", no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _each(ones: Sequence[Start], figure: str) -> list[float]:
    return [getattr(one, figure) for one in ones]


def _share(ours: Sequence[float], theirs: Sequence[float]) -> str:
    found = ratios(ours, theirs)
    return f"{median(found):.2f} [{min(found):.2f}-{max(found):.2f}]"
