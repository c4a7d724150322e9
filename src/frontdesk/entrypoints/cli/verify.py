"""`frontdesk verify`: prove end to end that a desk does what it promises, here or on AWS."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from frontdesk.entrypoints.cli import show
from frontdesk.entrypoints.cli.connection import (
    TIMEOUT_SECONDS,
    Desk,
    OperatorTokens,
    connect,
    transport_to,
)
from frontdesk.entrypoints.cli.mending import FOUND, CommandError
from frontdesk.entrypoints.cli.options import DEFAULTS, AtStage, Data, Json, desk_of
from frontdesk.entrypoints.cli.stages import Stage
from frontdesk.entrypoints.cli.verify_report import FAILED, Verification

if TYPE_CHECKING:  # `--help` is quick
    import httpx

    from frontdesk.entrypoints.cli.verify_watch import Watch

PATIENCE_SECONDS = 60.0
MAX_PATIENCE = 600.0


def verify(
    url: Annotated[str, typer.Option(help="Any desk by its URL. The token comes from FRONTDESK_TOKEN.")] = "",
    token: Annotated[
        str,
        typer.Option(envvar="FRONTDESK_TOKEN", help="A token of whoever runs the desk.", show_default=False),
    ] = "",
    patience: Annotated[
        float, typer.Option(min=1, max=MAX_PATIENCE, help="Seconds that one promise has to come true.")
    ] = PATIENCE_SECONDS,
    data: Data = DEFAULTS.data,
    stage: AtStage = "",
    json: Json = False,
) -> None:
    """Prove that a desk does what it promises, to a shop, to a clinic, or to both, as it has them.

    Token, shop, stock, order, repeat, bad input, books, event; clinic, doctor, visit, nobody booked twice, message. It
    uses a shop of its own, which stays closed afterwards with one cancelled order, and a clinic of its own, which stays
    without a doctor and with one cancelled visit. Ends with 1 if a promise was not kept.
    """
    if url:
        _report(_at_url(url, token, patience), json=json)
        return
    desk = desk_of(data, stage)
    if isinstance(desk, Stage):
        verify_stage(desk, json=json, patience=patience)
        return
    with connect(desk) as api:
        found = _told(api.client, api.url, _operator(desk), None, patience)
    _report(found, json=json)


def verify_stage(stage: Stage, *, json: bool, patience: float = PATIENCE_SECONDS) -> None:
    """Verify a stage, its bus too, report, and end with 1 if a promise was not kept."""
    from frontdesk.entrypoints.cli.stage_session import Session  # noqa: PLC0415 - it needs the SDK
    from frontdesk.entrypoints.cli.verify_watch import Watch  # noqa: PLC0415

    watch = Watch(Session(stage.region), stage)
    with connect(stage) as api:
        found = _told(api.client, stage.url, _operator(stage), watch, patience)
    _report(found, json=json)


def _at_url(url: str, token: str, patience: float) -> Verification:
    import httpx  # noqa: PLC0415 - as above

    if not token:
        raise CommandError(
            "Whom does this speak for? Put a token of the desk's operator into FRONTDESK_TOKEN."
        )
    with httpx.Client(base_url=url, transport=transport_to(url), timeout=TIMEOUT_SECONDS) as client:
        return _told(client, url, lambda _: token, None, patience)


def _operator(desk: Desk) -> Callable[[str], str]:
    """Return what gives the operator's token, as owner of the shop and the clinic of one id."""
    return lambda place: OperatorTokens(desk, [place], [place])()


def _told(
    client: httpx.Client, url: str, operator: Callable[[str], str], watch: Watch | None, patience: float
) -> Verification:
    from frontdesk.entrypoints.cli.verify_story import Story  # noqa: PLC0415 - as above

    start = time.monotonic()
    story = Story(client, operator, watch, patience=patience)
    with show.progress("Verifying") as advance:
        story.tell(lambda name: advance(1, name))
    passed = not any(chapter.outcome == FAILED for chapter in story.chapters)
    seconds = round(time.monotonic() - start, 1)
    return Verification(url, passed, seconds, story.place, tuple(story.chapters))


def _report(found: Verification, *, json: bool) -> None:
    if json:
        show.as_json(found)
    else:
        rows = [(one.name, one.outcome, f"{one.seconds:.2f}", one.detail) for one in found.chapters]
        show.table(("promise", "outcome", "seconds", "detail"), rows, right=("seconds",))
        verdict = "keeps its promises" if found.passed else "does not keep all of its promises"
        show.note(f"{found.url} {verdict}. It took {found.seconds} s.")
    if not found.passed:
        raise typer.Exit(FOUND)
