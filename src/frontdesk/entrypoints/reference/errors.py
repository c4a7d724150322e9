"""Every error with its code: what it means, what to do, and what becomes of a message that meets it."""

from collections.abc import Sequence

from frontdesk.entrypoints.openapi import errors_table
from frontdesk.entrypoints.reference.api import NAME as API
from frontdesk.entrypoints.reference.api import title_of
from frontdesk.entrypoints.reference.blocks import Block, Heading, Page, Table, Text, link, prose
from frontdesk.kernel.errors import FrontdeskError, OnQueue
from frontdesk.kernel.services import Service

_ON_QUEUE = {
    OnQueue.ACKNOWLEDGE: "taken as answered",
    OnQueue.RERUN: "run again at once",
    OnQueue.RETRY: "tried again later, a dead letter in the end",
}


def errors(services: Sequence[Service]) -> Page:
    """Return the page."""
    everywhere = errors_table()
    refused: dict[type[FrontdeskError], list[str]] = {}
    for route in (route for service in services for route in service.routes):
        for refusal in route.refusals:
            if refusal in everywhere:  # said above already
                continue
            refused.setdefault(refusal, []).append(link(f"`{title_of(route)}`", API, title_of(route)))
    blocks: list[Block] = [
        Text(
            "Errors are `application/problem+json` (RFC 9457). Decide by `code`, which never changes its meaning;"
            " `correlation_id` finds the request in the desk's logs."
        ),
        Heading(2, "Of every service"),
    ]
    for error in everywhere:
        blocks.extend(_error(error, []))
    blocks.append(Heading(3, "internal"))
    blocks.append(Text("500. Something broke on our side. It is in the log, under the correlation id."))
    blocks.append(Heading(2, "Rules that may say no"))
    for error in sorted(refused, key=lambda error: error.code):
        blocks.extend(_error(error, refused[error]))
    blocks.append(Heading(2, "Faults of a body"))
    blocks.append(
        Text(
            "`invalid` lists every faulty field as `errors`: a JSON pointer, a code, and what to do. A rule between"
            " fields has a code of its own."
        )
    )
    return Page("errors", "Errors", blocks)


def _error(error: type[FrontdeskError], routes: Sequence[str]) -> list[Block]:
    rows = [("Status", str(error.status)), ("A message that meets it", _ON_QUEUE[error.on_queue])]
    if routes:
        rows.append(("Answered by", ", ".join(routes)))
    return [Heading(3, error.code), Text(prose(error.__doc__)), Table(("Part", "Value"), rows)]
