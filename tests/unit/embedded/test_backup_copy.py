"""The continuous copy: what was answered is elsewhere a moment later, whatever happens to either side."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from frontdesk.adapters.embedded import checkpoints, copy_layout, copy_tail
from frontdesk.adapters.embedded import copy as copying
from frontdesk.adapters.embedded.backup_restore import restore, restore_copy
from frontdesk.adapters.embedded.clock import MachineClock
from frontdesk.adapters.embedded.copy import ContinuousCopy
from frontdesk.adapters.embedded.copy_pages import DamagedError
from frontdesk.adapters.embedded.copy_target import CopyRefusedError, FolderTarget
from frontdesk.adapters.embedded.directory import DataDirectory
from tests.unit.embedded.copying import UnreliableTarget, copied, fill, jars, move_all, on_a_loop, rows, until


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let half a second be a fiftieth, so that a test sees many turns of the copy."""
    monkeypatch.setattr(copying, "TICK_SECONDS", 0.02)
    monkeypatch.setattr(copying, "RETRY_SECONDS", 0.02)
    monkeypatch.setattr(copying, "FILES_SECONDS", 0.02)


def reached(copy: ContinuousCopy, moment: datetime) -> bool:
    """Return whether everything answered before a moment is in the copy."""
    return copy.until is not None and copy.until > moment


async def caught_up(copy: ContinuousCopy) -> None:
    """Return when everything answered before this call is in the copy."""
    now = datetime.now(UTC)
    await until(lambda: reached(copy, now))


def names_in(folder: Path) -> list[str]:
    """Return what a folder holds."""
    return sorted(path.name for path in folder.iterdir())


def damage(path: Path) -> None:
    """Change one byte in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@on_a_loop
async def test_what_was_answered_is_in_the_copy_while_the_desk_still_runs(tmp_path: Path) -> None:
    async with copied(tmp_path, FolderTarget(tmp_path / "copy")) as (engine, copy):
        await fill(engine, 0, 50)
        await caught_up(copy)
        done = await asyncio.to_thread(restore, tmp_path / "copy", tmp_path / "restored")

    assert jars(tmp_path / "restored") == 50
    assert done.facts.last_event == 50
    assert done.source == "copy"
    assert done.warnings == ()


@on_a_loop
async def test_a_graceful_stop_leaves_the_copy_complete(tmp_path: Path) -> None:
    async with copied(tmp_path, FolderTarget(tmp_path / "copy")) as (engine, _):
        await fill(engine, 0, 30)

    restore(tmp_path / "copy", tmp_path / "restored")

    everything = "select id, version, body from r_jar order by n"
    assert rows(tmp_path / "restored", everything) == rows(tmp_path / "data", everything)


@on_a_loop
async def test_the_log_may_begin_anew_any_number_of_times(tmp_path: Path) -> None:
    async with copied(tmp_path, FolderTarget(tmp_path / "copy")) as (engine, copy):
        for start in range(0, 200, 20):
            await fill(engine, start, 20)
            await move_all(engine)  # the next write begins the log anew
        await caught_up(copy)
        await asyncio.to_thread(restore, tmp_path / "copy", tmp_path / "restored")

    assert jars(tmp_path / "restored") == 200


@on_a_loop
async def test_bases_and_merges_while_the_desk_works_keep_every_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "LOG_BYTES_MIN", 0)  # a base after every few changes
    monkeypatch.setattr(copying, "FAN", 3)
    async with copied(tmp_path, FolderTarget(tmp_path / "copy")) as (engine, copy):
        for start in range(0, 120, 5):
            await fill(engine, start, 5)
            await caught_up(copy)
            await asyncio.to_thread(restore, tmp_path / "copy", tmp_path / f"restored-{start}")
            assert jars(tmp_path / f"restored-{start}") == start + 5
        listing = copy_layout.listing(FolderTarget(tmp_path / "copy"))

    assert len(listing.bases) <= copy_layout.KEEP_BASES + 1
    assert any(part.tier > 0 for part in listing.parts)


class MergingTarget(FolderTarget):
    """A folder in which parts are merged while it is listed: the first list has neither them nor the whole."""

    lists = 0

    def names(self, prefix: str = "") -> list[tuple[str, int]]:
        """See `Target`."""
        found = super().names(prefix)
        if prefix:  # it is asked for by name
            return found
        self.lists += 1
        return [one for one in found if self.lists > 1 or "/log-1-" not in one[0]]


@on_a_loop
async def test_a_merge_while_the_copy_is_listed_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "FAN", 3)
    source = MergingTarget(tmp_path / "copy")
    async with copied(tmp_path, FolderTarget(tmp_path / "copy")) as (engine, copy):
        for number in range(6):
            await fill(engine, number, 1)
            await caught_up(copy)
    assert any(part.tier == 1 for part in copy_layout.listing(FolderTarget(tmp_path / "copy")).parts)

    done = await asyncio.to_thread(restore_copy, source, tmp_path / "restored")

    assert jars(tmp_path / "restored") == 6
    assert done.warnings == ()


@on_a_loop
async def test_what_nobody_needs_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "LOG_BYTES_MIN", 0)
    for start in range(5):
        async with copied(tmp_path, FolderTarget(tmp_path / "copy")) as (engine, _):
            await fill(engine, start, 1)

    listing = copy_layout.listing(FolderTarget(tmp_path / "copy"))

    streams = {name.partition("/")[0] for name in listing.names if "/" in name}
    assert streams == {"s000004", "s000005"}
    assert [base.stream for base in listing.bases] == ["s000004", "s000005"]


@on_a_loop
async def test_a_target_that_goes_away_does_not_hold_the_desk_and_is_caught_up_with(tmp_path: Path) -> None:
    target = UnreliableTarget(tmp_path / "copy")
    async with copied(tmp_path, target) as (engine, copy):
        await caught_up(copy)
        target.gone = True
        await fill(engine, 0, 40)
        await until(lambda: copy.failing == "OSError")
        behind = copy.until
        target.gone = False
        await caught_up(copy)
        await asyncio.to_thread(restore, tmp_path / "copy", tmp_path / "restored")
        assert behind is not None
        assert copy.until is not None
        assert copy.until > behind
        assert not copy.failing

    assert jars(tmp_path / "restored") == 40


@on_a_loop
async def test_a_target_that_is_away_too_long_gets_a_new_base(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copy_tail, "WAITING_BYTES_MAX", 200_000)
    target = UnreliableTarget(tmp_path / "copy")
    async with copied(tmp_path, target) as (engine, copy):
        await caught_up(copy)
        target.gone = True
        await fill(engine, 0, 80)
        await move_all(engine)
        await fill(engine, 80, 20)  # over what was not read yet
        target.gone = False
        await until(lambda: copy_layout.listing(target).bases[-1].stream > "s000001")
        await caught_up(copy)
        await asyncio.to_thread(restore, tmp_path / "copy", tmp_path / "restored")

    assert jars(tmp_path / "restored") == 100


@on_a_loop
async def test_what_there_is_no_room_for_is_left_in_the_log_and_caught_up_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copy_tail, "WAITING_BYTES_MAX", 200_000)
    monkeypatch.setattr(checkpoints, "PAUSE_SECONDS", 600)  # the log lasts as long as this test
    target = UnreliableTarget(tmp_path / "copy")
    async with copied(tmp_path, target) as (engine, copy):
        await caught_up(copy)
        target.gone = True
        await fill(engine, 0, 50)
        target.gone = False
        await caught_up(copy)
        await asyncio.to_thread(restore, tmp_path / "copy", tmp_path / "restored")
        streams = {base.stream for base in copy_layout.listing(target).bases}

    assert jars(tmp_path / "restored") == 50
    assert streams == {"s000001"}


@pytest.mark.parametrize("room", [70_000, 80_000, 90_000])
@on_a_loop
async def test_every_part_of_the_log_ends_between_two_transactions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    monkeypatch.setattr(copy_tail, "WAITING_BYTES_MAX", room)
    target = UnreliableTarget(tmp_path / "copy")
    async with copied(tmp_path, target) as (engine, copy):
        await caught_up(copy)
        target.gone = True
        await fill(engine, 0, 50)
        target.gone = False
        await caught_up(copy)
    parts = [part for part in copy_layout.listing(target).parts if part.first > 1]

    found = []
    while parts:
        where = tmp_path / f"restored-{len(parts)}"
        restore(tmp_path / "copy", where)
        found.append((jars(where), rows(where, "select count(*) from events")[0][0]))
        (tmp_path / "copy" / parts.pop().name).unlink()

    assert len(found) > 5
    assert [counts for counts in found if counts[0] != counts[1]] == []  # each jar came with one event
    assert found == sorted(found, reverse=True)


@on_a_loop
async def test_a_base_is_not_good_before_everything_in_it_is_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copy_tail, "WAITING_BYTES_MAX", 70_000)
    target = UnreliableTarget(tmp_path / "copy", gone=True)
    async with copied(tmp_path, target) as (engine, copy):
        await fill(engine, 0, 50)
        await move_all(engine)  # now all of it is in the base as well
        target.gone = False
        await caught_up(copy)
    (base,) = copy_layout.listing(target).bases
    for part in copy_layout.listing(target).parts:
        if part.first > base.whole_from:
            (tmp_path / "copy" / part.name).unlink()

    restore(tmp_path / "copy", tmp_path / "restored")

    assert jars(tmp_path / "restored") == 50


@on_a_loop
async def test_a_damaged_log_is_told_and_what_came_before_it_is_restored(tmp_path: Path) -> None:
    async with copied(tmp_path, FolderTarget(tmp_path / "copy")) as (engine, copy):
        await caught_up(copy)
        for start in (0, 10, 20):
            await fill(engine, start, 10)
            await caught_up(copy)
    listing = copy_layout.listing(FolderTarget(tmp_path / "copy"))
    damage(tmp_path / "copy" / listing.parts[-1].name)

    done = restore(tmp_path / "copy", tmp_path / "restored")

    assert 10 <= jars(tmp_path / "restored") < 30
    assert "damaged" in done.warnings[0]


@on_a_loop
async def test_a_missing_part_of_the_log_is_told(tmp_path: Path) -> None:
    async with copied(tmp_path, FolderTarget(tmp_path / "copy")) as (engine, copy):
        await caught_up(copy)
        for start in (0, 10, 20):
            await fill(engine, start, 10)
            await caught_up(copy)
    listing = copy_layout.listing(FolderTarget(tmp_path / "copy"))
    (tmp_path / "copy" / listing.parts[-2].name).unlink()

    done = restore(tmp_path / "copy", tmp_path / "restored")

    assert "missing" in done.warnings[0]


@on_a_loop
async def test_a_damaged_base_gives_way_to_the_one_before(tmp_path: Path) -> None:
    for start in (0, 10):
        async with copied(tmp_path, FolderTarget(tmp_path / "copy")) as (engine, _):
            await fill(engine, start, 10)
    newest = copy_layout.listing(FolderTarget(tmp_path / "copy")).bases[-1]
    damage(tmp_path / "copy" / newest.name)

    done = restore(tmp_path / "copy", tmp_path / "restored")

    assert jars(tmp_path / "restored") == 10
    assert "damaged" in done.warnings[0]


@on_a_loop
async def test_the_keys_of_the_desk_are_in_the_copy_and_follow_changes(tmp_path: Path) -> None:
    async with copied(tmp_path, FolderTarget(tmp_path / "copy")) as (engine, copy):
        (tmp_path / "data" / "signing-key.pem").write_text("old")
        (tmp_path / "data" / "gone.pem").write_text("gone")
        await fill(engine, 0, 1)
        await until((tmp_path / "copy/s000001/files/gone.pem").exists)
        (tmp_path / "data" / "signing-key.pem").write_text("newer")
        (tmp_path / "data" / "gone.pem").unlink()
        await until(lambda: not (tmp_path / "copy/s000001/files/gone.pem").exists())
        await caught_up(copy)

    restore(tmp_path / "copy", tmp_path / "restored")

    assert (tmp_path / "restored" / "signing-key.pem").read_text() == "newer"
    assert not (tmp_path / "restored" / "gone.pem").exists()


def stranger(folder: Path, target: Path) -> ContinuousCopy:
    """Return the copy of another desk, into a target."""
    (folder / "other").mkdir()
    return ContinuousCopy(DataDirectory(folder / "other"), FolderTarget(target), MachineClock())


@on_a_loop
async def test_another_desk_cannot_have_the_same_target(tmp_path: Path) -> None:
    async with copied(tmp_path, FolderTarget(tmp_path / "copy")):
        pass

    with pytest.raises(CopyRefusedError, match="another desk"):
        stranger(tmp_path, tmp_path / "copy").claim()


@on_a_loop
async def test_a_target_in_use_is_refused(tmp_path: Path) -> None:
    async with copied(tmp_path, FolderTarget(tmp_path / "copy")):
        with pytest.raises(CopyRefusedError, match="Another process"):
            stranger(tmp_path, tmp_path / "copy").claim()


@on_a_loop
async def test_a_folder_with_something_else_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").touch()

    with pytest.raises(CopyRefusedError, match="not empty"):
        stranger(tmp_path, tmp_path / "photos").claim()


@on_a_loop
async def test_a_copy_that_never_had_a_base_cannot_be_restored(tmp_path: Path) -> None:
    copy = stranger(tmp_path, tmp_path / "copy")
    copy.claim()
    copy.release()

    with pytest.raises(CopyRefusedError, match="no whole base"):
        restore(tmp_path / "copy", tmp_path / "restored")


@on_a_loop
async def test_nothing_is_left_of_a_restore_that_failed(tmp_path: Path) -> None:
    async with copied(tmp_path, FolderTarget(tmp_path / "copy")) as (engine, _):
        await fill(engine, 0, 10)
    damage(tmp_path / "copy" / copy_layout.listing(FolderTarget(tmp_path / "copy")).bases[-1].name)

    with pytest.raises(DamagedError):
        restore(tmp_path / "copy", tmp_path / "restored")

    assert names_in(tmp_path) == ["copy", "data"]


@on_a_loop
async def test_everything_in_the_copy_can_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    async with copied(tmp_path, FolderTarget(tmp_path / "copy")) as (engine, _):
        await fill(engine, 0, 3)

    modes = {path.stat().st_mode & 0o077 for path in (tmp_path / "copy").rglob("*") if path.name != "lock"}

    assert modes == {0}
