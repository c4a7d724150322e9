"""An export is whole, private and bounded, and is only taken of a desk that has nothing left to do."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from frontdesk.adapters.embedded.copy_target import CopyRefusedError
from frontdesk.adapters.embedded.directory import DataDirectory, InUseError
from frontdesk.adapters.embedded.reader import NoDataError
from frontdesk.kernel.records import Record
from frontdesk.kernel.time import to_micros
from frontdesk.transfer import carry, files
from frontdesk.transfer.entries import Counted, Entry, Held, Kept, Sum, Tally, TransferError, differences
from frontdesk.transfer.files import Export, Header
from tests.unit.reconciliation.world import SERVICES, tamper

NOW = datetime.now(UTC)


@pytest.fixture
def data(told: Path, tmp_path: Path) -> Path:
    """Give a data folder to spoil."""
    return Path(shutil.copytree(told, tmp_path / "data"))


def export(data: Path, out: Path) -> Header:
    return carry.export(data, out, SERVICES, version="1", now=NOW, advance=lambda _: None)


def entries(out: Path) -> Iterator[Entry]:
    found = Export(out)
    for part in found.header.parts:
        yield from found.read(part)


def test_everything_is_in_it_and_only_its_owner_can_read_it(data: Path, tmp_path: Path) -> None:
    header = export(data, tmp_path / "out")

    kept = list(entries(tmp_path / "out"))
    records = [entry for entry in kept if isinstance(entry, Kept)]
    assert [entry.record.kind for entry in records].count("order") == 15
    assert [timer.message.name for entry in records for timer in entry.timers] == ["Hold Lapsed"]
    assert {type(entry) for entry in kept} == {Kept, Counted, Held}
    assert header.entries == len(kept) == sum(one.count for one in header.sums.values())
    assert header.left_behind["events"] > 0
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "out").iterdir()} == {0o600}
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700


def test_parts_are_bounded_by_entries_and_by_bytes(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = export(data, tmp_path / "whole")
    monkeypatch.setattr(files, "PART_ENTRIES", 7)
    by_entries = export(data, tmp_path / "by-entries")
    monkeypatch.setattr(files, "PART_BYTES", 1)
    by_bytes = export(data, tmp_path / "by-bytes")

    assert max(part.entries for part in whole.parts) > 7
    assert max(part.entries for part in by_entries.parts) == 7
    assert {part.entries for part in by_bytes.parts} == {1}
    assert whole.sums == by_entries.sums == by_bytes.sums


def test_a_desk_that_runs_or_has_something_left_to_do_is_not_exported(data: Path, tmp_path: Path) -> None:
    running = DataDirectory(data)
    running.lock()
    with pytest.raises(InUseError):
        export(data, tmp_path / "out")
    running.unlock()
    assert tamper(data, "update cursors set seq = 0 where subscriber = 'orders-processor'") == 1
    with pytest.raises(TransferError, match=r"taken in yet, by orders-processor.*frontdesk up"):
        export(data, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_dead_letters_are_to_be_settled_first(data: Path, tmp_path: Path) -> None:
    dead = "insert into retries select 'accounting', max(seq), 8, null, 'Broken' from events where name='Order Created'"
    assert tamper(data, dead) == 1

    with pytest.raises(TransferError, match=r"dead letters, of accounting \(Order Created\)"):
        export(data, tmp_path / "out")


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("insert into counters values('flowers:sold', 3)", "flowers:sold"),
        ("insert into claims values('flowers:rose', 'me', null)", "flowers:rose"),
        ("insert into timers values('flower:1', 'wilt', 1, '{}')", None),
    ],
)
def test_what_belongs_to_no_service_is_named_and_not_dropped(
    data: Path, tmp_path: Path, sql: str, named: str | None
) -> None:
    message = "'" + '{"id":"x","name":"n","schema":1,"source":"s","version":1,"at":"2020-01-01T00:00:00Z",'
    message += '"correlation_id":"","body":"{}"}' + "'"
    tamper(data, sql.replace("'{}'", message))

    with pytest.raises(TransferError, match=f"no service of this version: {named or 'flower:1'}"):
        export(data, tmp_path / "out")


def test_a_table_of_a_service_that_is_gone_is_named_unless_it_is_empty(data: Path, tmp_path: Path) -> None:
    tamper(data, "create table r_flower(id)")
    export(data, tmp_path / "out")
    tamper(data, "insert into r_flower values('rose')")

    with pytest.raises(TransferError, match="r_flower"):
        export(data, tmp_path / "other")


def test_a_claim_that_has_lapsed_is_left_out(data: Path, tmp_path: Path) -> None:
    soon = NOW + timedelta(seconds=60)
    for key, until in (("inventory:lapsed", NOW), ("inventory:held", soon)):
        tamper(data, "insert into claims values(?, 'me', ?)", key, to_micros(until))

    export(data, tmp_path / "out")

    held = {entry.key: entry.until for entry in entries(tmp_path / "out") if isinstance(entry, Held)}
    assert "inventory:lapsed" not in held
    assert held["inventory:held"] == soon


def test_an_export_that_was_damaged_or_is_none_is_refused(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    header = export(data, out)
    part = out / header.parts[0].name
    part.write_bytes(part.read_bytes()[:-1] + b"\1")

    with pytest.raises(TransferError, match=r"missing or damaged"):
        list(Export(out).read(header.parts[0]))
    (out / files.HEADER).write_text("{")
    with pytest.raises(TransferError, match="cannot be read"):
        Export(out)
    with pytest.raises(TransferError, match="is no export"):
        Export(tmp_path)
    with pytest.raises(CopyRefusedError):
        export(data, out)
    with pytest.raises(NoDataError):
        export(tmp_path / "nowhere", tmp_path / "other")


def test_sums_do_not_depend_on_the_order_and_see_every_change() -> None:
    order = Kept(Record("order", "o-1", 2, 1, "{}", {"by_shop": ("a", "b"), "by_day": ("c", "d")}))
    same = Kept(Record("order", "o-1", 2, 1, "{}", {"by_day": ("c", "d"), "by_shop": ("a", "b")}))
    newer = Kept(Record("order", "o-1", 3, 1, "{}", order.record.keys))
    counter = Counted("orders:n", 4)

    def sums(*found: Entry) -> dict[str, Sum]:
        tally = Tally()
        for entry in found:
            tally.add("orders", entry)
        return tally.sums()

    assert sums(order, counter) == sums(counter, same)
    assert differences(sums(order), sums(newer)) == ["orders order: 1 on both sides, and not the same"]
    assert differences(sums(order, counter), sums(order)) == ["orders counters: 0 where 1 should be"]
    assert differences(sums(order, order), sums(order, newer)) != []
