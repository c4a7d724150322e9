"""What a comparison came to, in bounded space."""

from collections import Counter
from collections.abc import Callable

import msgspec

from frontdesk.reconciliation.comparison import Comparison
from frontdesk.reconciliation.findings import Finding
from frontdesk.reconciliation.snapshot import Snapshot

MAX_LISTED = 10_000  # differences, and as many that are on their way; all are counted


class Report(msgspec.Struct, frozen=True):
    """Whether everything agrees, and what does not, each way at most 10,000 of it.

    `compared` counts records by kind, `differing` differences by code, `arriving` what is on its way by its cause.
    `undelivered` and `dead_letters` count events by subscriber.
    """

    agrees: bool
    compared: dict[str, int]
    differing: dict[str, int]
    differences: list[Finding]
    arriving: dict[str, int]
    on_its_way: list[Finding]
    undelivered: dict[str, int]
    dead_letters: dict[str, int]


def report(snapshot: Snapshot, shop: str = "", progress: Callable[[int], object] = lambda _: None) -> Report:
    """Compare a snapshot, and report what concerns one shop, or all. What cannot be read concerns every shop."""
    comparison = Comparison(snapshot, progress)
    differing: Counter[str] = Counter()
    arriving: Counter[str] = Counter()
    differences: list[Finding] = []
    on_its_way: list[Finding] = []
    for finding in comparison.findings():
        if shop and finding.shop_id not in {"", shop}:
            continue
        if finding.on_its_way:
            arriving[finding.cause] += 1
            listed = on_its_way
        else:
            differing[finding.code.value] += 1
            listed = differences
        if len(listed) < MAX_LISTED:
            listed.append(finding)
    return Report(
        agrees=not differing,
        compared=dict(comparison.seen),
        differing=dict(differing),
        differences=differences,
        arriving=dict(arriving),
        on_its_way=on_its_way,
        undelivered=dict(comparison.waiting),
        dead_letters=dict(comparison.dead),
    )
