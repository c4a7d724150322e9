"""`frontdesk reconcile`: prove that orders, books and stock agree, or show where they do not."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from frontdesk.config import Settings
from frontdesk.entrypoints.cli import show
from frontdesk.entrypoints.cli.connection import Desk
from frontdesk.entrypoints.cli.mending import FOUND, CommandError
from frontdesk.entrypoints.cli.options import DEFAULTS, AtStage, Data, Json, desk_of
from frontdesk.entrypoints.cli.stages import Stage

if TYPE_CHECKING:  # the services are imported by the command alone: `--help` is quick
    from frontdesk.reconciliation.report import Report

MAX_SHOWN = 50  # differences; JSON has more
MAX_WAIT_SECONDS = 3_600
LOOK_AGAIN_SECONDS = 0.25

AnyShop = Annotated[str, typer.Option("--shop", help="Only what concerns this shop.")]
Wait = Annotated[
    float,
    typer.Option(
        min=0, max=MAX_WAIT_SECONDS, help="Look again for so many seconds while anything is on its way."
    ),
]


def reconcile(
    shop: AnyShop = "", wait: Wait = 0, data: Data = DEFAULTS.data, stage: AtStage = "", json: Json = False
) -> None:
    """Prove that orders, books and stock agree, line by line.

    A folder is read as it is at one moment, also beside a running server; a stage table by table. Nothing is changed.
    What a service has only not heard of yet is on its way and no difference. Ends with 1 if there are differences.
    """
    desk = desk_of(data, stage)
    deadline = time.monotonic() + wait
    found = _compared(desk, shop)
    while found.agrees and found.on_its_way and time.monotonic() < deadline:
        time.sleep(LOOK_AGAIN_SECONDS)
        found = _compared(desk, shop)
    if json:
        show.as_json(found)
    else:
        _print(found)
    if not found.agrees:
        raise typer.Exit(FOUND)


def _compared(desk: Desk, shop: str) -> Report:
    from frontdesk import bootstrap  # noqa: PLC0415 - as above
    from frontdesk.kernel.services import subscribers  # noqa: PLC0415

    services = bootstrap.choose()
    listeners = {
        name: [reaction.on.NAME for reaction in reactions]
        for name, (_, reactions) in subscribers(services).items()
    }
    if isinstance(desk, Stage):
        return _of_stage(desk, shop, [service.name for service in services], listeners)
    return _of_folder(desk, shop, listeners)


def _of_folder(settings: Settings, shop: str, listeners: Mapping[str, Sequence[str]]) -> Report:
    from frontdesk.adapters.embedded.reader import NoDataError, Reader  # noqa: PLC0415 - as above
    from frontdesk.reconciliation.comparison import KINDS  # noqa: PLC0415
    from frontdesk.reconciliation.report import report  # noqa: PLC0415

    try:
        with Reader(settings.data, listeners) as reader:
            total = sum(reader.size(kind.name) for kind in KINDS)
            with show.progress("Comparing", total=total) as advance:
                return report(reader, shop, advance)
    except NoDataError as missing:
        raise CommandError(str(missing)) from None


def _of_stage(
    stage: Stage, shop: str, services: Sequence[str], listeners: Mapping[str, Sequence[str]]
) -> Report:
    from frontdesk.entrypoints.cli.stage_session import Session  # noqa: PLC0415 - as above
    from frontdesk.entrypoints.cli.stage_snapshot import StageSnapshot  # noqa: PLC0415
    from frontdesk.reconciliation.report import report  # noqa: PLC0415

    with show.progress("Reading") as advance:
        snapshot = StageSnapshot(Session(stage.region), stage, services, listeners, advance)
    return report(snapshot, shop)


def _print(found: Report) -> None:
    if found.differences:
        columns = ("what", "shop", "subject", "expected", "found", "because of")
        rows = [
            (one.code.value, one.shop_id, one.subject, one.expected, one.found, one.cause)
            for one in found.differences[:MAX_SHOWN]
        ]
        show.table(columns, rows)
    for text in (*_differing(found), *_arriving(found), *_dead(found)):
        show.note(text)
    if found.agrees:
        counts = found.compared
        show.note(
            f"Orders, books and stock agree: {counts.get('order', 0)} orders, {counts.get('entry', 0)} entries,"
            f" {counts.get('invoice', 0)} invoices, {counts.get('reservation', 0)} reservations,"
            f" {counts.get('shelf', 0)} shelves."
        )


def _differing(found: Report) -> list[str]:
    if found.agrees:
        return []
    more = " The first are shown; --json has more." if len(found.differences) > MAX_SHOWN else ""
    return [f"Differences: {sum(found.differing.values())}. {_counted(found.differing)}.{more}"]


def _arriving(found: Report) -> list[str]:
    count = sum(found.arriving.values())
    return [f"On the way, and no difference: {count}. {_counted(found.arriving)}."] if count else []


def _dead(found: Report) -> list[str]:
    if not found.dead_letters:
        return []
    return [f"Dead letters of {_counted(found.dead_letters)}: see frontdesk dead-letters list."]


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} ({count})" for name, count in sorted(counts.items()))
