"""The text format in which Prometheus reads figures (version 0.0.4), from metrics that are declared as data."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from frontdesk.adapters.embedded.figures import Histogram

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_ESCAPED = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: its name, its type (counter, gauge or histogram), what it tells, the labels of its samples.

    A label has few values, all known to the program: never an id, never what somebody sent.
    """

    name: str
    type: str
    meaning: str
    labels: tuple[str, ...] = ()


Sample = tuple[Sequence[str], float | Histogram]  # the labels' values, and the figure


def expose(found: Iterable[tuple[Metric, Iterable[Sample]]]) -> bytes:
    """Return the text. A metric without samples is left out."""
    lines: list[str] = []
    for metric, samples in found:
        shown = [line for values, figure in samples for line in _lines(metric, values, figure)]
        if shown:
            lines += [f"# HELP {metric.name} {metric.meaning}", f"# TYPE {metric.name} {metric.type}", *shown]
    return "\n".join([*lines, ""]).encode()


def _lines(metric: Metric, values: Sequence[str], figure: float | Histogram) -> Iterator[str]:
    labels = [
        f'{name}="{value.translate(_ESCAPED)}"' for name, value in zip(metric.labels, values, strict=True)
    ]
    if not isinstance(figure, Histogram):
        yield f"{metric.name}{_braces(labels)} {_number(figure)}"
        return
    counts = list(accumulate(figure.counts))
    for bound, count in zip((*figure.bounds, float("inf")), counts, strict=True):
        edge = "+Inf" if bound == float("inf") else _number(bound)
        limit = f'le="{edge}"'
        yield f"{metric.name}_bucket{_braces([*labels, limit])} {count}"
    yield f"{metric.name}_sum{_braces(labels)} {_number(figure.sum)}"
    yield f"{metric.name}_count{_braces(labels)} {counts[-1]}"


def _braces(labels: Sequence[str]) -> str:
    return f"{{{','.join(labels)}}}" if labels else ""


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) or not value.is_integer() else str(int(value))
