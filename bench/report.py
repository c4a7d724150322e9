"""Results as tables and a verdict, for people."""

from collections.abc import Callable, Iterator, Sequence
from statistics import median

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from bench.load import Load
from bench.results import (
    HELD,
    OURS,
    PAIRS_FOR_A_VERDICT,
    Bar,
    Results,
    Sustained,
    all_lags,
    percentile,
    ratios,
)

MEGABYTE = 1_000_000


def show(results: Results, console: Console) -> None:
    """Print everything: medians, and in brackets the smallest and largest ratio of the pairs."""
    for table in _tables(results):
        console.print(table)
    show_bars(results.bars, results.fdatasyncs, console, is_verdict=results.is_verdict)


def show_bars(bars: Sequence[Bar], rates: Sequence[float], console: Console, *, is_verdict: bool) -> None:
    """Print how quick the disk was, what was to be reached, and whether the run was long enough to say so."""
    console.print(
        f"The disk: {median(rates):,.0f} fdatasync/s [{min(rates):,.0f} - {max(rates):,.0f}]", highlight=False
    )
    for bar in bars:
        sign = "at least" if bar.at_least else "at most"
        verdict = "[green]met[/]" if bar.is_met else "[red]missed[/]"
        console.print(f"{bar.words}: {bar.found:.2f}, {sign} {bar.wanted:g}: {verdict}", highlight=False)
    if not is_verdict:
        console.print(
            f"[yellow]Fewer than {PAIRS_FOR_A_VERDICT} pairs: this shows that it runs, not how fast.[/]"
        )


def _tables(results: Results) -> Iterator[Table]:
    if results.burst:
        yield _burst(results)
    if results.sustained:
        yield _sustained(results)
        yield _lags(results)
    if results.growth:
        yield _growth(results)


def empty_table(title: str, *columns: str) -> Table:
    """Return an empty table; the first column has no head."""
    table = Table(title=title, title_justify="left", box=SIMPLE, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("", no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _burst(results: Results) -> Table:
    columns = ("orders/s", "p99 ms", "CPU µs", "alone/s", "ours is")
    table = empty_table("Burst: accepted orders, 64 connections (and one alone)", *columns)
    ours = [one.many.rate for one in results.burst.get(HELD, [])]
    for name, ones in results.burst.items():
        many = [one.many for one in ones]
        alone = _middle([one.single for one in ones], lambda load: load.rate)
        theirs = [load.rate for load in many]
        table.add_row(
            results.titles[name], *_cells(many), f"{alone:,.0f}", _ratio(ours, theirs, name == HELD)
        )
    return table


def _sustained(results: Results) -> Table:
    columns = ("done/s", "p99 ms", "CPU µs", "drain s", "MB", "ours is")
    table = empty_table("Sustained: orders brought to their end, 64 connections", *columns)
    ours = [one.rate for one in results.sustained.get(OURS, [])]
    for name, ones in results.sustained.items():
        rates = [one.rate for one in ones]
        cells = _cells([one.load for one in ones])
        drain = max(one.drain_seconds for one in ones)
        memory = median(one.memory_bytes for one in ones) / MEGABYTE
        cells[0] = f"{median(rates):,.0f}"
        row = (*cells, f"{drain:.2f}", f"{memory:,.0f}", _ratio(ours, rates, name == OURS))
        table.add_row(results.titles[name], *row)
    return table


def _lags(results: Results) -> Table:
    columns = ("orders/s", "201 p50", "201 p99", "end p50", "end p99", "followed")
    table = empty_table("At half that load, in ms: until the answer, and from there to the end", *columns)
    for name, ones in results.sustained.items():
        lags = all_lags(ones)
        if lags:
            table.add_row(results.titles[name], *_lag_cells(ones, lags))
    return table


def _lag_cells(ones: Sequence[Sustained], lags: Sequence[float]) -> Sequence[str]:
    answers = [answer for one in ones if one.lag for answer in one.lag.answers]
    rate = median(one.lag.load.rate for one in ones if one.lag)
    times = [percentile(values, percent) for values in (answers, lags) for percent in (50, 99)]
    return [f"{rate:,.0f}", *(f"{time:.1f}" for time in times), f"{len(lags):,}"]


def _growth(results: Results) -> Table:
    columns = ("few, orders/s", "p99 ms", "many, orders/s", "p99 ms", "p99 grows")
    table = empty_table("Growth: the same load with few orders stored, and with many", *columns)
    for name, ones in results.growth.items():
        grown = [one.ratio for one in ones]
        few, many = _cells([one.few for one in ones]), _cells([one.many for one in ones])
        table.add_row(results.titles[name], few[0], few[1], many[0], many[1], ranged(grown))
    return table


def _cells(loads: Sequence[Load]) -> list[str]:
    return [
        f"{_middle(loads, lambda load: load.rate):,.0f}",
        f"{_middle(loads, lambda load: load.p99_ms):.1f}",
        f"{_middle(loads, lambda load: load.cpu_micros):,.0f}",
    ]


def _middle(loads: Sequence[Load], of: Callable[[Load], float]) -> float:
    return median(of(load) for load in loads)


def _ratio(ours: Sequence[float], theirs: Sequence[float], is_ours: bool) -> str:  # noqa: FBT001 - a cell's own case
    return "" if is_ours or not ours else ranged(ratios(ours, theirs))


def ranged(found: Sequence[float]) -> str:
    """Return a median, and in brackets the smallest and the largest."""
    return f"{median(found):.1f} [{min(found):.1f}-{max(found):.1f}]"
