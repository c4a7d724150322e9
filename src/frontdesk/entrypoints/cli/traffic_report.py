"""What a load came to: latencies, refusals, and whether every accepted order is there once and has ended."""

import time
from collections import Counter
from collections.abc import Sequence

import msgspec

from frontdesk.entrypoints.cli.connection import Api, ApiError
from frontdesk.entrypoints.cli.show import Advance
from frontdesk.entrypoints.cli.traffic_sender import Tally

STEP_SECONDS = 0.1
UNFINISHED = "NEW"  # the only status that no order stays in


class Latency(msgspec.Struct, frozen=True):
    """Milliseconds from the moment at which a request was due until its answer was there."""

    p50: float
    p95: float
    p99: float
    max: float


class Ends(msgspec.Struct, frozen=True):
    """What became of the accepted orders. `settled_seconds` after the last answer all that could had ended."""

    lost: int
    doubled: int
    unfinished: int
    statuses: dict[str, int]
    settled_seconds: float


class Summary(msgspec.Struct, frozen=True):
    """One load and what it came to."""

    requests: int
    seconds: float
    accepted: int
    accepted_per_second: float
    unanswered: int
    statuses: dict[str, int]
    refusals: dict[str, int]
    accepted_ms: Latency | None
    refused_ms: Latency | None
    sender_late_ms: float
    ends: Ends

    @property
    def is_clean(self) -> bool:
        """Whether nothing is lost, doubled or unfinished, and the desk failed at nothing."""
        failed = any(int(status) >= 500 and status != "503" for status in self.statuses)  # noqa: PLR2004
        return not (self.ends.lost or self.ends.doubled or self.ends.unfinished or self.unanswered or failed)


def latency(milliseconds: Sequence[float]) -> Latency | None:
    """Return percentiles by nearest rank, None of nothing."""
    ordered = sorted(milliseconds)
    if not ordered:
        return None
    ranks = (max(0, -(-len(ordered) * percent // 100) - 1) for percent in (50, 95, 99, 100))
    return Latency(*(round(ordered[rank], 2) for rank in ranks))


def summary(tally: Tally, seconds: float, ends: Ends) -> Summary:
    """Put together what a load came to."""
    accepted = len(tally.ids)
    return Summary(
        requests=tally.done,
        seconds=round(seconds, 2),
        accepted=accepted,
        accepted_per_second=round(accepted / seconds, 1) if seconds else 0.0,
        unanswered=tally.unanswered,
        statuses={str(status): count for status, count in sorted(tally.statuses.items())},
        refusals=dict(tally.refusals.most_common()),
        accepted_ms=latency(tally.accepted_ms),
        refused_ms=latency(tally.refused_ms),
        sender_late_ms=round(tally.late_ms, 2),
        ends=ends,
    )


def ends(
    api: Api,
    tally: Tally,
    shop: str,
    customer: str,
    *,
    patience: float,
    advance: Advance,
) -> Ends:
    """Look up every order of the load's customer and wait at most `patience` seconds for the last to end.

    An order that the customer has, and nobody was told of, is doubled: unless some request went unanswered, or was
    told that its outcome may be unknown, which explains one order each. Raises ApiError.
    """
    start = time.monotonic()
    accepted = Counter(tally.ids)
    found: dict[str, str] = {}
    for order in api.pages("/orders", shop_id=shop, customer_id=customer):
        found[order["order_id"]] = order["status"]
        advance(1)
    waiting = [id for id in accepted if found.get(id, UNFINISHED) == UNFINISHED]
    while waiting and time.monotonic() < start + patience:
        time.sleep(STEP_SECONDS)
        found |= {id: status for id in waiting if (status := _status(api, id)) is not None}
        waiting = [id for id in waiting if found.get(id) == UNFINISHED]
    statuses = Counter(found[id] for id in accepted if id in found)
    unexplained = len(found.keys() - accepted.keys()) - tally.unanswered - tally.unsure
    return Ends(
        lost=sum(id not in found for id in accepted),
        doubled=max(0, unexplained) + sum(accepted.values()) - len(accepted),
        unfinished=statuses[UNFINISHED],
        statuses=dict(statuses.most_common()),
        settled_seconds=round(time.monotonic() - start, 2),
    )


def _status(api: Api, id: str) -> str | None:
    try:
        status: str = api.get(f"/orders/{id}")["status"]
    except ApiError as error:
        if error.code != "not_found":
            raise
        return None
    return status
