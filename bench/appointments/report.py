"""Results of appointments as a table, a verdict and a picture, for people."""

from html import escape
from statistics import median

from rich.console import Console

from bench.appointments.requests import Kind
from bench.appointments.results import P95_MS, RATE_BAR, ClinicResults
from bench.appointments.stacks import HELD, RIVAL
from bench.picture import GAP, LEFT, ROW, SCALE, bar, document
from bench.report import MEGABYTE, empty_table, ranged, show_bars

_SHORT = {
    "create": Kind.BOOK,
    "read": Kind.READ,
    "move": Kind.MOVE,
    "confirm": Kind.CONFIRM,
    "delete": Kind.CANCEL,
}


def show(results: ClinicResults, console: Console) -> None:
    """Print everything: medians, and in brackets the smallest and largest ratio of the pairs."""
    title = f"{results.stored:,} appointments stored: requests a second with p95 <= {P95_MS:g} ms, and p95 by kind"
    shown = empty_table(title, "rate", "times rival", "CPU µs", "MB", *_SHORT)
    for name, ones in results.found.items():
        best = [one.best for one in ones]
        times = results.ratios_of(name) if name != RIVAL else []
        shown.add_row(
            results.titles[name],
            f"{median(one.rate for one in ones):,.0f}",
            ranged(times) if times else "",
            f"{median(one.cpu_micros for one in best):,.0f}",
            f"{median(one.memory_bytes for one in ones) / MEGABYTE:,.0f}",
            *(f"{median(one.kinds_ms.get(kind, 0.0) for one in best):.0f}" for kind in _SHORT.values()),
        )
    console.print(shown)
    show_bars(results.bars, results.fdatasyncs, console, is_verdict=results.is_verdict)


def drawn(results: ClinicResults) -> str:
    """Return an SVG document: the rates, and a dashed line where ours must at least reach."""
    rates = {name: median(one.rate for one in ones) for name, ones in results.found.items()}
    wanted = RATE_BAR * rates[RIVAL] if RIVAL in rates else 0.0
    scale = SCALE / max(1.0, wanted, *rates.values())
    parts, y = [], 44
    if wanted:
        x = LEFT + wanted * scale
        parts.append(f'<line class="bar" x1="{x:.1f}" x2="{x:.1f}" y1="{y - 3}" y2="{y + ROW - 3}"/>')
    for name, rate in rates.items():
        times = results.ratios_of(name) if name != RIVAL else []
        words = f"{rate:,.0f}" + (f" ({median(times):.1f} times the rival)" if times else "")
        parts.append(bar(results.titles[name], rate * scale, words, y, is_ours=name == HELD))
        y += ROW
    title = f"Requests a second with p95 within {P95_MS:g} ms, {results.stored:,} appointments stored"
    return document(escape(title), "".join(parts), results.facts, y + GAP)
