"""An export: a folder of compressed JSON lines in parts of bounded size, and what they come to.

    export.json              written last: a folder without it is no export
    orders-00001.jsonl.gz    one entry a line, of one service

It holds personal data, so its owner alone can read it; it holds no keys.
"""

import gzip
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from frontdesk.adapters.embedded.backup_files import new_folder
from frontdesk.transfer.entries import DECODER, ENCODER, Entry, Sum, Tally, TransferError

FORMAT = 1
HEADER = "export.json"
PART_ENTRIES = 10_000
PART_BYTES = 16 * 1024 * 1024  # before compression
LEVEL = 6


class Part(msgspec.Struct, frozen=True):
    """One file."""

    name: str
    service: str
    entries: int
    sha256: str


class Header(msgspec.Struct, frozen=True):
    """What an export says of itself. `version` is the program's; `left_behind` counts what no stage takes in."""

    format: int
    version: str
    taken_at: datetime
    services: tuple[str, ...]
    parts: tuple[Part, ...]
    sums: dict[str, Sum]
    left_behind: dict[str, int]

    @property
    def digest(self) -> str:
        """What tells this export from every other."""
        return hashlib.sha256(ENCODER.encode(self)).hexdigest()

    @property
    def entries(self) -> int:
        """How many there are in all."""
        return sum(part.entries for part in self.parts)


class Writer:
    """Fills the folder of an export."""

    def __init__(self, folder: Path) -> None:
        self.tally = Tally()
        self.parts: list[Part] = []
        self._folder = folder

    def write(self, service: str, entries: Iterable[Entry]) -> Iterator[int]:
        """Write all that a service keeps; yield how many entries each part has, once it is on disk."""
        left = iter(entries)
        while (first := next(left, None)) is not None:
            name = f"{service}-{len(self.parts) + 1:05}.jsonl.gz"
            with (
                _private(self._folder / name) as file,
                gzip.GzipFile(fileobj=file, mode="wb", compresslevel=LEVEL, mtime=0) as packed,
            ):
                count = self._fill(cast("BinaryIO", packed), service, first, left)
            self.parts.append(Part(name, service, count, _sha256(self._folder / name)))
            yield count

    def _fill(self, file: BinaryIO, service: str, first: Entry, left: Iterator[Entry]) -> int:
        entry: Entry | None = first
        count = size = 0
        while entry is not None:
            self.tally.add(service, entry)
            size += file.write(ENCODER.encode(entry) + b"\n")
            count += 1
            full = count == PART_ENTRIES or size >= PART_BYTES
            entry = None if full else next(left, None)
        return count

    def finish(self, header: Header) -> None:
        """Say what it is: from here on it counts as an export."""
        with _private(self._folder / HEADER) as file:
            file.write(msgspec.json.format(ENCODER.encode(header), indent=2))


@contextmanager
def writing(out: Path) -> Iterator[Writer]:
    """Give a writer of a new folder, which is there whole in the end or not at all. Raises CopyRefusedError."""
    with new_folder(out) as folder:
        yield Writer(folder)


class Export:
    """An export as it lies on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            self.header = msgspec.json.decode((folder / HEADER).read_bytes(), type=Header)
        except FileNotFoundError:
            raise TransferError(f"{folder} is no export: it has no {HEADER}.") from None
        except msgspec.DecodeError as error:
            raise TransferError(f"{folder / HEADER} cannot be read: {error}.") from None
        if self.header.format != FORMAT:
            raise TransferError(f"{folder} is of format {self.header.format}; this version knows {FORMAT}.")

    def read(self, part: Part) -> Iterator[Entry]:
        """Yield the entries of a part. Raises TransferError when it is not as it was written."""
        path = self._folder / part.name
        if not path.is_file() or _sha256(path) != part.sha256:
            raise TransferError(f"{path} is missing or damaged. Take the export again.")
        with gzip.open(path) as lines:
            for line in lines:
                yield DECODER.decode(line)


@contextmanager
def _private(path: Path) -> Iterator[BinaryIO]:
    """Open a new file that only its owner can read, and see it onto the disk."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
