"""Both halves of the way: from a data folder at rest into an export, and from an export into the tables of a stage."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from frontdesk.kernel.services import Service
from frontdesk.transfer.desk import at_rest
from frontdesk.transfer.entries import Tally, TransferError, differences
from frontdesk.transfer.files import FORMAT, Export, Header, writing
from frontdesk.transfer.tables import Progress, StageTables, may_vanish

Advance = Callable[[int], object]


class DifferentError(TransferError):
    """What is on the stage is not what the export says. `found` names every sort of entry that differs."""

    def __init__(self, found: Sequence[str]) -> None:
        super().__init__(
            "\n".join(["What is on the stage now is not what was exported:", *(f"  {one}" for one in found)])
        )
        self.found = found


def export(
    data: Path, out: Path, services: Sequence[Service], *, version: str, now: datetime, advance: Advance
) -> Header:
    """Write everything in a data folder into a new folder, and read it back. Raises what `at_rest` and `writing` do."""
    with at_rest(data, services, now) as desk, writing(out) as writer:
        for service in services:
            for count in writer.write(service.name, desk.entries(service)):
                advance(count)
        header = Header(
            format=FORMAT,
            version=version,
            taken_at=now,
            services=tuple(service.name for service in services),
            parts=tuple(writer.parts),
            sums=writer.tally.sums(),
            left_behind=desk.left_behind(),
        )
        writer.finish(header)
    _check(Export(out))
    return header


def bring(
    export: Export, tables: StageTables, now: datetime, advance: Advance, also: Callable[[], object]
) -> Progress:
    """Write an export into the tables of a stage and compare both sides. Interrupted, it goes on where it stopped.

    `also` is done when both sides are the same, and before that is remembered; it may be done again. A stage that has
    this export already is left alone: it may have moved on. Raises TransferError, DifferentError.
    """
    header = export.header
    progress = tables.progress()
    if progress is None:
        _check(export)
        tables.check_empty()
        progress = Progress(header.digest)
        tables.note(progress, now)
    if progress.digest != header.digest:
        raise TransferError("The stage has another export, or half of it. Import into a fresh stage.")
    if progress.finished_at is not None:
        return progress
    for part in header.parts:
        if part.name in progress.parts:
            advance(part.entries)
            continue
        for count in tables.put(part.service, export.read(part), header.taken_at):
            advance(count)
        progress = msgspec.structs.replace(progress, parts=(*progress.parts, part.name))
        tables.note(progress, now)
    _compare(export, tables, now)
    also()
    progress = msgspec.structs.replace(progress, finished_at=now)
    tables.note(progress, now)
    return progress


def _compare(export: Export, tables: StageTables, now: datetime) -> None:
    wanted, found = Tally(), Tally()
    for part in export.header.parts:
        for entry in export.read(part):
            if not may_vanish(entry, now):
                wanted.add(part.service, entry)
    for service in export.header.services:
        for entry in tables.entries(service, now):
            found.add(service, entry)
    if different := differences(wanted.sums(), found.sums()):
        raise DifferentError(different)


def _check(export: Export) -> None:
    """Read everything once, so that a damaged export is found before anything is written."""
    found = Tally()
    for part in export.header.parts:
        for entry in export.read(part):
            found.add(part.service, entry)
    if different := differences(export.header.sums, found.sums()):
        raise TransferError(f"The export is damaged: {'; '.join(different)}. Take it again.")
