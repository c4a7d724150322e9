"""The tail of SQLite's write-ahead log: what each commit has appended, read before the log can begin anew.

    COMMIT ──► take ──► answered ──► next transaction (only here may SQLite begin the log anew, over what was read)

One process writes, and `take` runs between its transactions, so what the log's index says is settled and nothing is
missed; a count of transactions proves it. Source: https://www.sqlite.org/walformat.html, sections 1 and 2.
"""

import os
import struct
import threading
from dataclasses import dataclass, field
from pathlib import Path

WAITING_BYTES_MAX = 256 * 1024 * 1024  # of frames that nobody has fetched; past this the copy begins anew
LOG_HEADER_BYTES = 32
FRAME_HEADER_BYTES = 24
SALTS_AT = 8  # in the header of a frame

# version, unused, transactions, initialised, byte order, page size, frames, database pages, checksum, salts, checksum
_INDEX = struct.Struct("=IIIBBHII8s8s8s")
_PAGE_NUMBER = struct.Struct(">I")


class TailLostError(Exception):
    """Frames have passed unread: only a new base can help."""


@dataclass(slots=True)
class Frames:
    """What commits have appended since the last fetch."""

    page_bytes: int = 0
    database_pages: int = 0  # after the last of these commits
    runs: list[tuple[bytes, bytes]] = field(default_factory=list)  # the log's salts, and frames under them
    log_began: bool = False  # the log did begin anew, somewhere among these

    def pages(self) -> dict[int, memoryview]:
        """Return the last state of every page, by its number and in that order. Raises TailLostError."""
        found: dict[int, memoryview] = {}
        step = self.page_bytes + FRAME_HEADER_BYTES
        for salts, run in reversed(self.runs):
            view = memoryview(run)
            for start in range(len(run) - step, -1, -step):
                number = _PAGE_NUMBER.unpack_from(run, start)[0]
                if number in found:
                    continue
                if view[start + SALTS_AT : start + SALTS_AT + len(salts)] != salts:
                    raise TailLostError
                found[number] = view[start + FRAME_HEADER_BYTES : start + step]
        return dict(sorted(found.items()))


class Tail:
    """`take` belongs to whoever commits, `fetch` and `restart` to the copy's own thread.

    Its files stay open until `close`, and that must come after SQLite has closed the database: to close any descriptor
    of a database file gives up every lock that the process has on it. Source: https://www.sqlite.org/howtocorrupt.html.
    """

    def __init__(self, database: Path) -> None:
        self._log = os.open(f"{database}-wal", os.O_RDONLY)
        self._index = os.open(f"{database}-shm", os.O_RDONLY)
        self._guard = threading.Lock()
        self._lost = False
        self._salts = b""
        self._frames = 0
        self._transactions = 0
        self._waiting = Frames()
        self._waiting_bytes = 0

    def take(self) -> None:
        """Read what was committed since the last call. Never raises: a failure is the copy's, not the desk's."""
        with self._guard:
            if self._lost:
                return
            try:
                self._read()
            except (OSError, TailLostError):
                self._forget()
                self._lost = True

    def fetch(self) -> Frames:
        """Return everything taken since the last call. Raises TailLostError from a loss until `restart`."""
        with self._guard:
            if self._lost:
                raise TailLostError
            fetched, self._waiting, self._waiting_bytes = self._waiting, Frames(), 0
        return fetched

    def restart(self) -> None:
        """Begin again, with the whole of the log as it is now."""
        with self._guard:
            self._forget()
        self.take()

    def close(self) -> None:
        """Let go of the files."""
        os.close(self._log)
        os.close(self._index)

    def _forget(self) -> None:
        self._lost, self._salts, self._frames, self._transactions = False, b"", 0, 0
        self._waiting, self._waiting_bytes = Frames(), 0

    def _read(self) -> None:
        transactions, page_bytes, frames, database_pages, salts = self._look()
        if salts != self._salts:
            if self._salts and transactions - self._transactions not in {0, 1}:
                raise TailLostError
            self._salts, self._frames = salts, 0
            self._waiting.log_began = True
        if frames < self._frames:
            raise TailLostError
        self._transactions = transactions
        self._waiting.page_bytes, self._waiting.database_pages = page_bytes, database_pages
        if frames > self._frames:
            self._keep(frames, page_bytes + FRAME_HEADER_BYTES)

    def _keep(self, frames: int, step: int) -> None:
        size = (frames - self._frames) * step
        if self._waiting_bytes + size > WAITING_BYTES_MAX:
            raise TailLostError
        run = os.pread(self._log, size, LOG_HEADER_BYTES + self._frames * step)
        if len(run) < size or self._look()[-1] != self._salts:
            raise TailLostError
        self._waiting.runs.append((self._salts, run))
        self._waiting_bytes += size
        self._frames = frames

    def _look(self) -> tuple[int, int, int, int, bytes]:
        both = os.pread(self._index, 2 * _INDEX.size, 0)
        if both[: _INDEX.size] != both[_INDEX.size :]:  # it is being written: never so between transactions
            raise TailLostError
        _, _, transactions, _, _, page_size, frames, pages, _, salts, _ = _INDEX.unpack_from(both)
        page_bytes = (page_size & 0xFE00) + ((page_size & 1) << 16)
        return transactions, page_bytes, frames, pages, salts
