"""The report of an import: every row that could not be taken, and each reason. It quotes no value of a row.

JSON lines, one for each order; or CSV with one line for each fault, when the file's name ends so.
"""

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from frontdesk.entrypoints.cli.import_values import text
from frontdesk.kernel.errors import Fault

COLUMNS = ("key", "reference", "field", "code", "message")


class Entry(msgspec.Struct, frozen=True):
    """One order that was not taken. `key` is the row's in the old table."""

    key: str
    reference: str
    faults: tuple[Fault, ...]


def entry(key: Any, reference: str, faults: Iterable[Fault]) -> Entry:
    """Return an entry, whatever type the key is of."""
    shown = key.hex() if isinstance(key, bytes) else text(key)
    return Entry(shown, reference, tuple(faults))


def reason(fault: Fault) -> str:
    """Return what faults of many orders have in common, as in `/lines/*/sku wrong_format`."""
    place = "/".join("*" if step.isdigit() else step for step in fault.pointer.split("/"))
    return f"{place or '/'} {fault.code}"


class Report:
    """A file that grows. `since` is where an import that goes on had come to: what was written after it is dropped."""

    def __init__(self, path: Path | None, since: int = 0) -> None:
        self._csv = path is not None and path.suffix == ".csv"
        self._file: BinaryIO | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            self._file = path.open("r+b")
            self._file.truncate(min(since, path.stat().st_size))
            self._file.seek(0, io.SEEK_END)
            if self._csv and self._file.tell() == 0:
                self._file.write(_csv_line(COLUMNS))

    def add(self, found: Entry) -> None:
        """Write one entry."""
        if self._file is None:
            return
        if self._csv:
            for fault in found.faults:
                line = (found.key, found.reference, fault.pointer, fault.code, fault.message)
                self._file.write(_csv_line(line))
        else:
            self._file.write(msgspec.json.encode(found) + b"\n")

    def size(self) -> int:
        """Return how many bytes are safely in the file."""
        if self._file is None:
            return 0
        self._file.flush()
        return self._file.tell()

    def close(self) -> None:
        """Finish the file."""
        if self._file is not None:
            self._file.close()


def _csv_line(cells: Iterable[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue().encode()
