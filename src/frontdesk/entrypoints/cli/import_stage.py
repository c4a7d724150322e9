"""`frontdesk import stage`: the second half of the way of a business to a stage on AWS."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from frontdesk.entrypoints.cli import show
from frontdesk.entrypoints.cli.mending import FOUND, CommandError
from frontdesk.entrypoints.cli.options import Json

if TYPE_CHECKING:  # imported by the command alone: `--help` is quick
    from frontdesk.adapters.aws.keys import ParameterKeys
    from frontdesk.entrypoints.cli.stages import Stage
    from frontdesk.transfer.files import Export
    from frontdesk.transfer.tables import StageTables

PEOPLE = "identity account"  # whose addresses are sealed
PATIENTS = "appointments appointment"  # who are known by a seal
SEALS = "seals"
DECIDE = (
    "This business has accounts, whose addresses are sealed with a key of the old desk. Give its data folder with "
    "--keys-from, so that people sign in as before; or give --new-keys, and they have to be invited again."
)
KNOWN = (
    "This business has patients, who are known by a key of the old desk. Give its data folder with --keys-from: "
    "without it nobody would be known again."
)


def import_stage(
    stage: Annotated[str, typer.Option("--stage", help="The stage that takes it over. It must be empty.")],
    source: Annotated[Path, typer.Option("--from", help="The folder that `frontdesk export` made.")],
    keys_from: Annotated[
        Path | None,
        typer.Option(help="The old desk's data folder: its keys go to the stage, and to no file."),
    ] = None,
    new_keys: Annotated[bool, typer.Option("--new-keys", help="Leave the old desk's keys behind.")] = False,
    json: Json = False,
) -> None:
    """Carry an export into a stage on AWS. Both sides are counted and compared in the end.

    Interrupted, it goes on where it stopped; a stage that has the export already is left as it is. Subscribers hear
    nothing of it, but what waits for its time goes on waiting there.
    """
    from frontdesk.adapters.aws.clock import BlockingClock  # noqa: PLC0415 - only this command needs these
    from frontdesk.entrypoints.cli import stages  # noqa: PLC0415
    from frontdesk.transfer import carry  # noqa: PLC0415
    from frontdesk.transfer.entries import TransferError  # noqa: PLC0415
    from frontdesk.transfer.files import Export  # noqa: PLC0415

    try:
        export = Export(source)
        if PEOPLE in export.header.sums and keys_from is None and not new_keys:
            raise CommandError(DECIDE)
        if PATIENTS in export.header.sums and keys_from is None:
            raise CommandError(KNOWN)
        found = stages.find(stage)
        keys = partial(_bring_keys, keys_from, found) if keys_from is not None else _no_keys
        _check_versions(export, found)
        with show.progress("Entries", export.header.entries) as advance:
            tables = _tables(export, found)
            done = carry.bring(export, tables, BlockingClock().now(), advance, keys)
    except carry.DifferentError as error:
        raise CommandError(str(error), exit_status=FOUND) from None
    except TransferError as error:
        raise CommandError(str(error)) from None
    _tell(export, stage, done, brought=keys_from is not None, json=json)


def _check_versions(export: Export, stage: Stage) -> None:
    import httpx  # noqa: PLC0415 - as above

    from frontdesk import __version__  # noqa: PLC0415
    from frontdesk.entrypoints.cli.connection import TIMEOUT_SECONDS, transport_to  # noqa: PLC0415

    with httpx.Client(transport=transport_to(stage.url), timeout=TIMEOUT_SECONDS) as client:
        answer = client.get(f"{stage.url}/openapi.json")
    there = answer.json()["info"]["version"] if answer.is_success else f"of status {answer.status_code}"
    versions = {
        "this program": __version__,
        "the export": export.header.version,
        f"stage {stage.name}": there,
    }
    if len(set(versions.values())) > 1:
        named = ", ".join(f"{what} is {version}" for what, version in versions.items())
        raise CommandError(f"All must be of one version: {named}.")


def _tables(export: Export, stage: Stage) -> StageTables:
    from frontdesk import bootstrap  # noqa: PLC0415 - as above
    from frontdesk.entrypoints.cli.stage_session import Session  # noqa: PLC0415
    from frontdesk.transfer.entries import Belongings  # noqa: PLC0415
    from frontdesk.transfer.tables import StageTables  # noqa: PLC0415

    client = Session(stage.region).client("dynamodb")
    needed = list(dict.fromkeys(part.service for part in export.header.parts))
    there = [name for name in export.header.services if _exists(client, f"{stage.prefix}-{name}")]
    if missing := [name for name in needed if name not in there]:
        raise CommandError(
            f"Stage {stage.name} runs without {', '.join(missing)}, and the export has data of it."
        )
    if not there:
        raise CommandError(f"Stage {stage.name} has no tables.")
    owners = Belongings(bootstrap.choose(_known(there)))
    return StageTables(client, {name: f"{stage.prefix}-{name}" for name in there}, owners, time.sleep)


def _known(names: Sequence[str]) -> list[str]:
    from frontdesk import bootstrap  # noqa: PLC0415 - as above

    return [name for name in bootstrap.SERVICES if name in names]


def _exists(client: Any, table: str) -> bool:
    try:
        client.describe_table(TableName=table)
    except client.exceptions.ResourceNotFoundException:
        return False
    return True


def _bring_keys(data: Path, stage: Stage) -> None:
    """Keep the old desk's keys on the stage; its own seal key gives way, for nothing can be sealed with it yet."""
    from frontdesk import bootstrap  # noqa: PLC0415 - as above
    from frontdesk.adapters.tokens.files import FileKeys  # noqa: PLC0415

    folder = data / bootstrap.KEYS
    if not (folder / SEALS).is_file():
        raise CommandError(f"There are no keys in {folder}. Name the data folder that was exported.")
    kept = FileKeys(folder).all()
    _keep(_keys_of(stage, "keys"), kept)
    _keep(_keys_of(stage, SEALS), {SEALS: kept[SEALS]})  # for those who seal and sign nothing


def _keep(there: ParameterKeys, kept: Mapping[str, bytes]) -> None:
    for name, content in kept.items():
        if there.all().get(name) == content:
            continue
        if name == SEALS:
            there.remove(name)
        there.create(name, content)


def _no_keys() -> None:
    """Leave the old desk's keys where they are."""


def _keys_of(stage: Stage, place: str) -> ParameterKeys:
    from frontdesk.adapters.aws.clock import BlockingClock  # noqa: PLC0415 - as above
    from frontdesk.adapters.aws.keys import ParameterKeys  # noqa: PLC0415
    from frontdesk.adapters.aws.names import Names  # noqa: PLC0415
    from frontdesk.adapters.aws.parameters import Parameters  # noqa: PLC0415
    from frontdesk.entrypoints.cli.stage_session import Session  # noqa: PLC0415
    from frontdesk.entrypoints.cli.stage_tokens import client_of  # noqa: PLC0415

    names = Names(stage.prefix, stage.region, stage.account)
    return ParameterKeys(
        Parameters(client_of(Session(stage.region))), names.parameter(place), BlockingClock()
    )


def _tell(export: Export, stage: str, done: Any, *, brought: bool, json: bool) -> None:
    told = {
        "stage": stage,
        "entries": export.header.entries,
        "digest": done.digest,
        "compared_at": done.finished_at,
        "keys": brought,
    }
    if json:
        show.as_json(told)
        return
    show.details(
        [
            ("stage", stage),
            ("entries", f"{export.header.entries:,}, on both sides the same by count and by hash"),
            ("compared", f"{done.finished_at:%Y-%m-%d %H:%M:%S} UTC"),
            ("keys", "the old desk's; functions know them within a minute" if brought else "the stage's own"),
        ]
    )
