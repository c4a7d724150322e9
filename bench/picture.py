"""Results as one picture: bars of orders per second, as SVG that also reads on a dark page."""

from collections.abc import Iterator
from html import escape
from statistics import median

from bench.results import SUSTAINED_BAR, Results

WIDTH, LEFT, ROW, GAP = 860, 280, 26, 22
SCALE = WIDTH - LEFT - 190  # pixels of the longest bar; the rest is for its words

STYLE = """
text{font:13px system-ui,sans-serif;fill:#1b1f24}.head{font-weight:600}.ours{fill:#0b57d0}.peer{fill:#9aa3af}
.bar{stroke:#c2410c;stroke-width:2;stroke-dasharray:4 3}
@media(prefers-color-scheme:dark){text{fill:#e6e8eb}.ours{fill:#8ab4f8}.peer{fill:#6b7280}.bar{stroke:#fb923c}}
"""

Bar = tuple[str, float, str, str]  # name, orders per second, class, words behind


def picture(results: Results) -> str:
    """Return an SVG document. A dashed line stands where ours must at least reach."""
    groups = list(_groups(results))
    longest = max(rate for _, bars, goal in groups for rate in [*(bar[1] for bar in bars), goal or 0])
    parts, y = [], 44
    for title, bars, goal in groups:
        parts.append(f'<text class="head" x="12" y="{y + 14}">{escape(title)}</text>')
        y += ROW
        top = y
        for bar in bars:
            parts.append(_bar(bar, y, SCALE / longest))
            y += ROW
        if goal is not None:
            x = LEFT + goal * SCALE / longest
            parts.append(f'<line class="bar" x1="{x:.1f}" x2="{x:.1f}" y1="{top - 3}" y2="{top + ROW - 3}"/>')
        y += GAP
    facts = results.facts
    machine = f"{facts['cpus']} CPUs, {facts['kernel']}, Python {facts['python']}, SQLite {facts['sqlite']}"
    size = f'width="{WIDTH}" height="{y + 18}" viewBox="0 0 {WIDTH} {y + 18}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">'
        f"<title>Orders per second</title><style>{STYLE}</style>"
        f'<text class="head" x="12" y="24">Orders per second, on disk before the answer</text>'
        f'{"".join(parts)}<text x="12" y="{y + 4}">{escape(machine)}; dashed: the bar</text></svg>\n'
    )


def _groups(results: Results) -> Iterator[tuple[str, list[Bar], float | None]]:
    for contest in results.contests:
        ours = median(load.rate for load in contest.ours)
        peer = median(load.rate for load in contest.peer)
        bars = [
            ("frontdesk, reactions held", ours, "ours", f", {contest.ratio:.1f} times"),
            ("FastAPI + SQLAlchemy", peer, "peer", ""),
        ]
        yield contest.title, bars, contest.bar * peer if contest.bar else None
    sustained = results.sustained
    bars = [
        ("frontdesk, every order processed", sustained.load.rate, "ours", f", {sustained.ratio:.1f} times"),
        ("FastAPI + SQLAlchemy, stored only", sustained.peer_rate, "peer", ""),
    ]
    yield f"Sustained for {sustained.load.seconds:.0f} s", bars, SUSTAINED_BAR * sustained.peer_rate


def _bar(bar: Bar, y: int, scale: float) -> str:
    name, rate, kind, words = bar
    width = max(rate * scale, 1)
    label = f"{rate:,.0f}{words}"
    return (
        f'<text x="24" y="{y + 14}">{escape(name)}</text>'
        f'<rect class="{kind}" x="{LEFT}" y="{y}" width="{width:.1f}" height="{ROW - 6}" rx="2"/>'
        f'<text x="{LEFT + width + 8:.1f}" y="{y + 14}">{escape(label)}</text>'
    )
