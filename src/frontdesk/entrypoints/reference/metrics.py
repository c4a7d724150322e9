"""What `/metrics` shows."""

from frontdesk.entrypoints.metrics import METRICS
from frontdesk.entrypoints.reference.blocks import Page, Table, Text, code


def metrics() -> Page:
    """Return the page."""
    rows = [
        (f"`{metric.name}`", metric.type, code(*metric.labels) or "none", f"{metric.meaning}.")
        for metric in METRICS
    ]
    blocks = (
        Text(
            "`GET /metrics` gives these in the text format of Prometheus. From the machine that the desk"
            " runs on no token is needed, unless a proxy handed the request on; from elsewhere it takes one of the"
            " scope `operate`."
        ),
        Text("Counters begin at 0 when the desk starts. No label is an id or anything that somebody sent."),
        Table(("Metric", "Type", "Labels", "What it tells"), rows),
    )
    return Page("metrics", "Metrics", blocks)
