"""Results as a table and a verdict, for people."""

from collections.abc import Callable, Sequence
from statistics import median

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from bench.load import Load
from bench.results import (
    DRAIN_BAR_SECONDS,
    PAIRS_FOR_A_VERDICT,
    SUSTAINED_BAR,
    Contest,
    Results,
    Sustained,
)

COLUMNS = ("orders/s", "p50 ms", "p99 ms", "CPU µs", "cores", "ratio")


def show(results: Results, console: Console) -> None:
    """Print everything in 80 columns: medians, and the smallest and largest ratio of the pairs."""
    title = "POST /orders: three lines, on disk before the answer"
    table = Table("", title=title, title_justify="left", box=SIMPLE, pad_edge=False, padding=(0, 1, 0, 0))
    for column in COLUMNS:
        table.add_column(column, justify="right", no_wrap=True)
    for contest in results.contests:
        ratio = f"{contest.ratio:.1f} [{min(contest.ratios):.1f}-{max(contest.ratios):.1f}]"
        table.add_row(f"[bold]{contest.title}")
        table.add_row(*_row("ours, reactions held", contest.ours, ratio))
        table.add_row(*_row("FastAPI + SQLAlchemy", contest.peer, "1"), end_section=True)
    sustained = results.sustained
    table.add_row(f"[bold]Sustained for {sustained.load.seconds:.0f} s")
    table.add_row(*_row("ours, 64 connections", [sustained.load], f"{sustained.ratio:.1f}"))
    table.add_row(*_row("ours, one connection", [sustained.single], ""))
    console.print(table)
    for line in _verdict(results):
        console.print(line, highlight=False)


def _row(name: str, loads: Sequence[Load], ratio: str) -> list[str]:
    def middle(of: Callable[[Load], float]) -> float:
        return median(of(load) for load in loads)

    return [
        f"  {name}",
        f"{middle(lambda load: load.rate):,.0f}",
        f"{middle(lambda load: load.p50_ms):.2f}",
        f"{middle(lambda load: load.p99_ms):.1f}",
        f"{middle(lambda load: load.cpu_micros):,.0f}",
        f"{middle(lambda load: load.cpu_cores):.2f}",
        ratio,
    ]


def _verdict(results: Results) -> list[str]:
    fdatasync = median(results.fdatasyncs)
    ours = median(load.rate for load in results.burst.ours)
    lines = [
        f"The disk: {fdatasync:,.0f} fdatasync/s; frontdesk makes {ours / fdatasync:.2f} orders durable for each.",
        _burst_line(results.burst),
        _sustained_line(results.sustained),
    ]
    for title, loads in (
        ("frontdesk", [*results.burst.ours, *results.single.ours, results.sustained.load]),
        ("The peer", [*results.burst.peer, *results.single.peer]),
    ):
        complaints = [load.complaints() for load in loads if load.complaints()]
        if complaints:
            lines.append(f"Not 201: {title} answered {'; '.join(complaints)}.")
    if not results.is_verdict:
        lines.append(
            f"[yellow]Fewer than {PAIRS_FOR_A_VERDICT} pairs: this shows that it runs, not how fast.[/]"
        )
    return lines


def _burst_line(burst: Contest) -> str:
    return f"Burst: {burst.ratio:.1f} times the peer, bar {burst.bar:g}: {_word(met=burst.is_met)}"


def _sustained_line(sustained: Sustained) -> str:
    return (
        f"Sustained: {sustained.ratio:.1f} times the peer's burst, bar {SUSTAINED_BAR:g}; {sustained.processed:,} of"
        f" {sustained.stored:,} orders PROCESSED; {sustained.backlog_events:,} events waited when the load stopped,"
        f" gone after {sustained.drain_seconds:.2f} s, bar {DRAIN_BAR_SECONDS:g} s: {_word(met=sustained.is_met)}"
    )


def _word(*, met: bool) -> str:
    return "[green]met[/]" if met else "[red]missed[/]"
