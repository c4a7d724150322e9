"""What an import keeps between runs: its state and its report."""

import csv
import json
from pathlib import Path

from frontdesk.entrypoints.cli.import_report import Report, entry, reason
from frontdesk.entrypoints.cli.import_state import Counts, ImportState, Progress
from frontdesk.kernel.errors import Fault

FAULTS = (Fault("/lines/2/sku", "missing", "There is nothing."), Fault("/total", "wrong_total", "No."))


def test_a_state_knows_what_was_taken_and_where_to_go_on(tmp_path: Path) -> None:
    progress = Progress("orders", 17, Counts(rows=17, taken=16, refused=1, reasons={"/ x": 1}), 120)
    state = ImportState(tmp_path / "imports" / "one.db")
    state.save(progress, {"A-1": "f1", "A-2": "f2"})
    state.close()

    again = ImportState(tmp_path / "imports" / "one.db")
    assert again.progress() == progress
    assert again.known(["A-1", "A-3"]) == {"A-1": "f1"}
    again.save(None, {"A-1": "another"})
    assert again.progress() is None
    assert again.known(["A-1"]) == {"A-1": "f1"}
    again.close()


def test_a_state_that_cannot_be_read_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "one.db").write_bytes(b"half a file" * 1000)

    state = ImportState(tmp_path / "one.db")

    assert state.progress() is None
    state.close()


def test_a_report_drops_what_was_written_after_the_last_save(tmp_path: Path) -> None:
    path = tmp_path / "report.jsonl"
    report = Report(path)
    report.add(entry(1, "A-1", FAULTS))
    saved = report.size()
    report.add(entry(2, "A-2", FAULTS))
    report.close()

    again = Report(path, saved)
    again.add(entry(b"\x01\xff", "A-3", FAULTS))
    again.close()

    assert [json.loads(line)["key"] for line in path.read_text().splitlines()] == ["1", "01ff"]


def test_a_report_may_be_a_table_with_a_line_for_each_fault(tmp_path: Path) -> None:
    report = Report(tmp_path / "report.csv")
    report.add(entry(1, "A-1", FAULTS))
    report.close()

    with (tmp_path / "report.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))

    assert [(line["key"], line["field"], line["code"]) for line in lines] == [
        ("1", "/lines/2/sku", "missing"),
        ("1", "/total", "wrong_total"),
    ]


def test_a_report_can_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    Report(tmp_path / "report.jsonl").close()

    assert (tmp_path / "report.jsonl").stat().st_mode & 0o077 == 0


def test_faults_of_different_lines_have_the_same_reason() -> None:
    assert reason(FAULTS[0]) == "/lines/*/sku missing"
    assert reason(Fault("", "changed", "")) == "/ changed"
