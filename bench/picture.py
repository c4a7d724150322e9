"""Results as one picture: bars of orders per second, as SVG that also reads on a dark page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from statistics import median
from typing import Any

from bench.results import BURST_BAR, HELD, OURS, RIVAL, SUSTAINED_BAR, Results, ratios

WIDTH, LEFT, ROW, GAP = 860, 280, 26, 22
SCALE = WIDTH - LEFT - 190  # pixels of the longest bar; the rest is for its words

STYLE = """
text{font:13px system-ui,sans-serif;fill:#1b1f24}.head{font-weight:600}.ours{fill:#0b57d0}.peer{fill:#9aa3af}
.bar{stroke:#c2410c;stroke-width:2;stroke-dasharray:4 3}
@media(prefers-color-scheme:dark){text{fill:#e6e8eb}.ours{fill:#8ab4f8}.peer{fill:#6b7280}.bar{stroke:#fb923c}}
"""


@dataclass(frozen=True, slots=True)
class Group:
    """Bars of one measurement: each stack's rates, pair by pair; ours must reach so many times the rival's."""

    title: str
    ours: str
    rates: dict[str, list[float]]
    goal: float

    @property
    def wanted(self) -> float | None:
        """What ours must at least reach."""
        return self.goal * median(self.rates[RIVAL]) if RIVAL in self.rates else None


def picture(results: Results) -> str:
    """Return an SVG document. A dashed line stands where ours must at least reach."""
    groups = [group for group in _groups(results) if group.rates]
    rates = [median(found) for group in groups for found in group.rates.values()]
    longest = max([1.0, *rates, *(group.wanted or 0 for group in groups)])
    parts: list[str] = []
    y = 44
    for group in groups:
        parts += _drawn(group, results, y, SCALE / longest)
        y += ROW * (1 + len(group.rates)) + GAP
    return document("Orders per second, on disk before the answer", "".join(parts), results.facts, y)


def document(title: str, drawn: str, facts: Mapping[str, Any], height: int) -> str:
    """Return an SVG document with what is drawn, and below it the machine. The title is escaped already."""
    machine = f"{facts['cpus']} CPUs, {facts['kernel']}, Python {facts['python']}, SQLite {facts['sqlite']}"
    size = f'width="{WIDTH}" height="{height + 18}" viewBox="0 0 {WIDTH} {height + 18}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img"><title>{title}</title><style>{STYLE}</style>'
        f'<text class="head" x="12" y="24">{title}</text>'
        f'{drawn}<text x="12" y="{height + 4}">{escape(machine)}; dashed: the bar</text></svg>\n'
    )


def _groups(results: Results) -> Iterator[Group]:
    burst = {name: [one.many.rate for one in ones] for name, ones in results.burst.items()}
    yield Group("Burst: accepted", HELD, burst, BURST_BAR)
    sustained = {name: [one.rate for one in ones] for name, ones in results.sustained.items()}
    yield Group("Sustained: reserved, booked and PROCESSED", OURS, sustained, SUSTAINED_BAR)


def _drawn(group: Group, results: Results, y: int, scale: float) -> Sequence[str]:
    parts = [f'<text class="head" x="12" y="{y + 14}">{escape(group.title)}</text>']
    y += ROW
    if group.wanted is not None and group.ours in group.rates:
        x = LEFT + group.wanted * scale
        parts.append(f'<line class="bar" x1="{x:.1f}" x2="{x:.1f}" y1="{y - 3}" y2="{y + ROW - 3}"/>')
    for name, rates in group.rates.items():
        words = f"{median(rates):,.0f}"
        if name != group.ours and group.ours in group.rates:
            words += f" (ours is {median(ratios(group.rates[group.ours], rates)):.1f} times)"
        parts.append(bar(results.titles[name], median(rates) * scale, words, y, is_ours=name == group.ours))
        y += ROW
    return parts


def bar(name: str, length: float, words: str, y: int, *, is_ours: bool) -> str:
    """Return one bar of so many pixels, with its name before it and words behind it."""
    width, kind = max(length, 1), "ours" if is_ours else "peer"
    return (
        f'<text x="24" y="{y + 14}">{escape(name)}</text>'
        f'<rect class="{kind}" x="{LEFT}" y="{y}" width="{width:.1f}" height="{ROW - 6}" rx="2"/>'
        f'<text x="{LEFT + width + 8:.1f}" y="{y + 14}">{escape(words)}</text>'
    )
