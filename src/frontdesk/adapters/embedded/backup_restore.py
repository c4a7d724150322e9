"""Restoring: a new data folder out of a backup or of a continuous copy, verified before it is given its name."""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from frontdesk.adapters.embedded import backup, copy_layout
from frontdesk.adapters.embedded.backup_files import digest_of, file_chunks, new_folder
from frontdesk.adapters.embedded.copy_pages import DamagedError, contents, head_of
from frontdesk.adapters.embedded.copy_target import CopyRefusedError, FolderTarget, Target, write_whole
from frontdesk.adapters.embedded.directory import DataDirectory

LOOKS = 5  # at a copy that goes on while it is read
VANISHING = "Parts of the copy vanish while they are read. Stop the server that copies here."


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restored folder holds: everything answered before `moment`."""

    source: str  # "backup" or "copy"
    moment: datetime
    facts: backup.Facts
    warnings: tuple[str, ...] = ()


def restore(source: Path, data: Path) -> Restored:
    """Make a data folder. Raises CopyRefusedError when there is nothing to restore or no room, DamagedError."""
    if (source / backup.STATEMENT).is_file():
        return _restore_backup(source, data)
    if (source / copy_layout.STATEMENT).is_file():
        return restore_copy(FolderTarget(source), data)
    raise CopyRefusedError(f"{source} holds neither a backup nor a continuous copy.")


def _restore_backup(source: Path, data: Path) -> Restored:
    try:
        made = msgspec.json.decode((source / backup.STATEMENT).read_bytes(), type=backup.Statement)
    except msgspec.DecodeError:
        raise DamagedError(f"{backup.STATEMENT} cannot be read.") from None
    if made.format > backup.FORMAT:
        raise CopyRefusedError("A newer version made this backup. Install it to restore.")
    with new_folder(data) as fresh:
        for file in made.files:
            place = fresh / file.name
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _copy_verified(source / file.name, place, file)
        facts = backup.examine(DataDirectory(fresh).database)
    if facts.rows != made.rows or facts.last_event != made.last_event:
        raise DamagedError("The database does not hold what the backup's statement says.")
    return Restored("backup", made.taken_at, facts)


def _copy_verified(source: Path, place: Path, file: backup.BackedUp) -> None:
    if not source.is_file():
        raise DamagedError(f"{file.name} is missing.")
    write_whole(place, file_chunks(source))
    if digest_of(file_chunks(place)) != file.blake2b:
        raise DamagedError(f"{file.name} is damaged.")


def restore_copy(source: Target, data: Path) -> Restored:
    """Make a data folder from a continuous copy: from its newest base, or from the one before if that is damaged."""
    copy_layout.statement(source)
    for _ in range(LOOKS):
        try:
            return _restore_newest(source, data)
        except (
            FileNotFoundError
        ):  # the desk still copies: what was listed has been merged since, or is surplus
            continue
    raise DamagedError(VANISHING)


def _listing(source: Target) -> copy_layout.Listing:
    """Return what there is. A list that is made while parts are merged may have neither them nor the whole: again."""
    found = copy_layout.listing(source)
    for _ in range(LOOKS):
        before, found = found, copy_layout.listing(source)
        if found.merged() <= before.merged():
            return before
    raise DamagedError(VANISHING)


def _restore_newest(source: Target, data: Path) -> Restored:
    listing = _listing(source)
    warnings: list[str] = []
    for base in reversed(listing.bases):
        try:
            return _restore_from(source, listing, base, data, warnings)
        except DamagedError as damage:
            warnings.append(f"{damage} An older base was taken instead.")
    if warnings:
        raise DamagedError(" ".join(warnings))
    raise CopyRefusedError("The copy has no whole base yet: it was never complete.")


def _restore_from(
    source: Target, listing: copy_layout.Listing, base: copy_layout.Base, data: Path, warnings: list[str]
) -> Restored:
    with new_folder(data) as fresh:
        place = DataDirectory(fresh).database
        write_whole(place, source.read(base.name))
        if digest_of(file_chunks(place)) != base.digest:
            raise DamagedError(f"{base.name} is damaged.")
        moment, found = _apply_log(source, listing, base, place)
        facts = backup.examine(place)
        _restore_files(source, base.stream, fresh)
    return Restored("copy", moment, facts, (*warnings, *found))


def _apply_log(
    source: Target, listing: copy_layout.Listing, base: copy_layout.Base, place: Path
) -> tuple[datetime, list[str]]:
    """Bring a base to the end of its log. Returns the moment reached and what was found wrong."""
    moment, reached, warnings = base.at, base.first - 1, []
    with place.open("r+b") as database:
        for part in listing.chain(base):
            try:
                for _ in contents(source, part.name):  # all of it is sound, or none of it is applied
                    pass
            except DamagedError as damage:
                warnings.append(f"{damage} What was answered after it is not restored.")
                break
            head = head_of(source, part.name)
            for number, page in contents(source, part.name):
                database.seek((number - 1) * head.page_bytes)
                database.write(page)
            database.truncate(head.database_pages * head.page_bytes)
            moment, reached = max(moment, head.at), part.last
        database.flush()
        os.fsync(database.fileno())
    if reached < base.whole_from:
        raise DamagedError(f"The log of {base.name} does not reach the point where it is whole.")
    if not warnings and listing.missing_after(base):
        warnings.append("A part of the log is missing. What was answered after it is not restored.")
    return moment, warnings


def _restore_files(source: Target, stream: str, fresh: Path) -> None:
    prefix = f"{stream}/{copy_layout.FILES}/"
    for name, _ in source.names(prefix):
        place = fresh / name.removeprefix(prefix)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(place, source.read(name))
