"""`frontdesk traffic`: a bounded load on a running desk, and the proof that it lost nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from frontdesk.config import Settings
from frontdesk.entrypoints.cli import show
from frontdesk.entrypoints.cli.address import find
from frontdesk.entrypoints.cli.connection import Api, Desk, connect
from frontdesk.entrypoints.cli.mending import FOUND, CommandError
from frontdesk.entrypoints.cli.options import DEFAULTS, AtStage, Data, Json, Shop, desk_of
from frontdesk.entrypoints.cli.traffic_plan import MAX_RATE, MAX_REQUESTS, MAX_SECONDS, Plan, spike_of

if TYPE_CHECKING:  # `--help` is quick
    from frontdesk.entrypoints.cli.traffic_report import Latency, Summary

MAX_CONNECTIONS = 1_024
MAX_LINES = 10
MAX_PATIENCE = 600.0

_RATE = f"Orders a second; with spikes at most {MAX_RATE:.0f}, and {MAX_REQUESTS} in all."
_SPIKE = "AT:FACTOR:SECONDS: from second AT on, FACTOR times the rate. May be given again."
_SKU = "Order this product, and not just any. May be given again."


def traffic(
    shop: Shop,
    rate: Annotated[float, typer.Option(help=_RATE)] = 50.0,
    duration: Annotated[float, typer.Option(help=f"Seconds, at most {MAX_SECONDS:.0f}.")] = 10.0,
    spike: Annotated[list[str] | None, typer.Option(help=_SPIKE)] = None,
    connections: Annotated[int, typer.Option(min=1, max=MAX_CONNECTIONS, help="At the same time.")] = 64,
    sku: Annotated[list[str] | None, typer.Option(help=_SKU)] = None,
    lines: Annotated[int, typer.Option(min=1, max=MAX_LINES, help="Lines of an order, at most.")] = 3,
    channel: Annotated[str, typer.Option(help="web, mobile or wholesale.")] = "web",
    patience: Annotated[float, typer.Option(min=0, max=MAX_PATIENCE, help="Seconds for orders to end.")] = 60,
    seed: Annotated[int, typer.Option(help="The same seed orders the same.")] = 1,
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """Send orders to a running desk at a steady rate, with spikes; then look up every one that was accepted.

    A request counts from the moment at which it was due, whether or not a connection was free: a slow desk does not
    slow the load down. These are real orders: they take stock and are booked.

    Ends with 1 if an accepted order is lost, doubled or unfinished, or requests failed.
    """
    from frontdesk.entrypoints.cli.traffic_orders import buyer_at  # noqa: PLC0415 - this command's alone
    from frontdesk.entrypoints.cli.traffic_report import ends, summary  # noqa: PLC0415
    from frontdesk.entrypoints.cli.traffic_sender import send  # noqa: PLC0415

    plan = _plan(rate, duration, spike or [])
    desk = desk_of(data, stage)
    with _running(desk, shop) as api:
        buyer = buyer_at(api, desk, shop, channel=channel, skus=sku or (), lines=lines, seed=seed)
        with show.progress("Sending", plan.requests) as advance:
            tally, seconds = send(plan.moments(), api.url, buyer.request, connections, advance)
        with show.progress("Looking up", len(tally.ids)) as advance:
            found = ends(api, tally, shop, buyer.run, patience=patience, advance=advance)
    result = summary(tally, seconds, found)
    if json:
        show.as_json(result)
    else:
        _print(result)
    if not result.is_clean or not result.accepted:
        raise typer.Exit(FOUND)


@contextmanager
def _running(desk: Desk, shop: str) -> Iterator[Api]:
    if isinstance(desk, Settings) and find(desk.data) is None:
        raise _not_running(desk)
    with connect(desk, (shop,)) as api:
        if isinstance(desk, Settings) and not api.remote:  # it has stopped in this very moment
            raise _not_running(desk)
        yield api


def _not_running(desk: Settings) -> CommandError:
    return CommandError(f"No desk runs on {desk.data}. Start one with: frontdesk up --data {desk.data}")


def _plan(rate: float, duration: float, spikes: list[str]) -> Plan:
    try:
        plan = Plan(rate, duration, tuple(map(spike_of, spikes)))
        plan.check()
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    return plan


def _print(result: Summary) -> None:
    ends = result.ends
    show.details(
        [
            ("requests", f"{result.requests} in {result.seconds} s"),
            ("accepted", f"{result.accepted}, {result.accepted_per_second} a second"),
            ("statuses", _counts(result.statuses)),
            ("refusals", _counts(result.refusals)),
            ("unanswered", result.unanswered),
            ("sender late", f"{result.sender_late_ms} ms at most"),
            ("ended as", _counts(ends.statuses)),
            ("settled", f"{ends.settled_seconds} s after the last answer"),
            ("lost", ends.lost),
            ("doubled", ends.doubled),
            ("unfinished", ends.unfinished),
        ]
    )
    show.title("Milliseconds from due to answered")
    rows = [_latency("accepted", result.accepted_ms), _latency("refused", result.refused_ms)]
    show.table(("answer", *_RANKS), rows, right=_RANKS)


_RANKS = ("p50", "p95", "p99", "max")


def _latency(name: str, found: Latency | None) -> tuple[object, ...]:
    return (name, *(getattr(found, rank, None) for rank in _RANKS))


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items()) or "none"
