"""`frontdesk logs`: what the functions of a stage have written."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from frontdesk.entrypoints.cli import show, stages
from frontdesk.entrypoints.cli.invoke import OfStage
from frontdesk.entrypoints.cli.mending import CommandError
from frontdesk.entrypoints.cli.options import Json

LOOK_AGAIN_SECONDS = 2.0
LATE = timedelta(seconds=10)  # a line may come so much later than one that was written after it
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_AGE = re.compile(r"(\d{1,6})([smhd])")


def logs(
    stage: OfStage,
    function: Annotated[
        str, typer.Option(help="Only this function, as the manifest calls it: orders-http, orders-relay, …")
    ] = "",
    since: Annotated[str, typer.Option(help="How far back: 90s, 15m, 2h or 3d.")] = "15m",
    pattern: Annotated[
        str, typer.Option(help="Only lines that CloudWatch's filter pattern takes: ERROR")
    ] = "",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
    json: Json = False,
) -> None:
    """Show what functions have written, oldest first."""
    from frontdesk.entrypoints.cli.stage_session import Session  # noqa: PLC0415 - it needs the SDK

    found = stages.find(stage)
    reader = _Reader(Session(found.region).client("logs"), found.prefix, function, pattern)
    start = datetime.now(UTC) - age(since)
    try:
        while True:
            for event in reader.since(start):
                _show(event, json=json)
            if not follow:
                return
            start = max(start, datetime.now(UTC) - LATE)
            time.sleep(LOOK_AGAIN_SECONDS)
    except KeyboardInterrupt:  # Ctrl-C is how it ends
        return


def age(text: str) -> timedelta:
    """Return how long 90s, 15m, 2h or 3d is. Raises CommandError."""
    found = _AGE.fullmatch(text)
    if found is None:
        raise CommandError(f"{text!r} is no time: say 90s, 15m, 2h or 3d.")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


class _Reader:
    """Reads every group once around, and each line once."""

    def __init__(self, client: Any, prefix: str, function: str, pattern: str) -> None:
        self._client = client
        self._more = {"filterPattern": pattern} if pattern else {}
        self._prefix = f"/aws/lambda/{prefix}-"
        self._groups = [f"{self._prefix}{function}"] if function else self._all()
        self._shown: set[str] = set()

    def since(self, start: datetime) -> list[dict[str, Any]]:
        """Return the lines that have not been returned yet, by moment."""
        lines = [line for group in self._groups for line in self._lines(group, start)]
        return sorted(lines, key=lambda line: line["timestamp"])

    def _lines(self, group: str, start: datetime) -> Iterator[dict[str, Any]]:
        pages = self._client.get_paginator("filter_log_events")
        wanted = {"logGroupName": group, "startTime": int(start.timestamp() * 1000), **self._more}
        try:
            for page in pages.paginate(**wanted):
                for event in page["events"]:
                    known = event.get("eventId") or f"{event['timestamp']} {event['message']}"
                    if known not in self._shown:
                        self._shown.add(known)
                        yield event | {"function": group.removeprefix(self._prefix)}
        except self._client.exceptions.ResourceNotFoundException:
            raise CommandError(f"There is no log group {group}.") from None

    def _all(self) -> list[str]:
        pages = self._client.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=self._prefix)
        return [group["logGroupName"] for page in pages for group in page["logGroups"]]


def _show(event: dict[str, Any], *, json: bool) -> None:
    at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
    text = event["message"].rstrip()
    if json:
        show.as_json({"at": at, "function": event["function"], "message": text})
    else:
        typer.echo(f"{at:%Y-%m-%d %H:%M:%S.%f}"[:-3] + f" {event['function']} {show.cell_text(text)}")
