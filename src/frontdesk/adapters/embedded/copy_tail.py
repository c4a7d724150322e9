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

WAITING_BYTES_MAX = (
    256 * 1024 * 1024
)  # of frames that nobody has fetched; more are left in the log while it lasts
LOOKS = 10  # at an index that is being written
LOG_HEADER_BYTES = 32
FRAME_HEADER_BYTES = 24
COMMIT_AT = 4  # in the header of a frame: the pages of the database if it ends a transaction, else 0
SALTS_AT = 8

# version, unused, transactions, initialised, byte order, page size, frames, database pages, checksum, salts, checksum
_INDEX = struct.Struct("=IIIBBHII8s8s8s")
_PAGE_NUMBER = _COMMIT = struct.Struct(">I")


class TailLostError(Exception):
    """Frames have passed unread: only a new base can help."""


@dataclass(slots=True)
class Frames:
    """What commits have appended since the last fetch."""

    page_bytes: int = 0
    database_pages: int = 0  # after the last of these commits
    runs: list[tuple[bytes, bytes]] = field(default_factory=list)  # the log's salts, and frames under them
    log_began: bool = False  # the log did begin anew, somewhere among these
    complete: bool = True  # whether these are all there were

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
        self._frames = 0  # of the log, that are read
        self._seen = 0  # of the log, that there are
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
        """Return everything since the last call, or as much as there is room for.

        Raises TailLostError from a loss until `restart`.
        """
        if self._frames < self._seen:
            self.take()
        with self._guard:
            if self._lost:
                raise TailLostError
            fetched, self._waiting, self._waiting_bytes = self._waiting, Frames(), 0
            fetched.complete = self._frames == self._seen
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
        self._lost, self._salts, self._frames, self._seen, self._transactions = False, b"", 0, 0, 0
        self._waiting, self._waiting_bytes = Frames(), 0

    def _read(self) -> None:
        transactions, page_bytes, frames, database_pages, salts = self._look()
        if salts != self._salts:
            unread = self._frames < self._seen or transactions - self._transactions not in {0, 1}
            if self._salts and unread:
                raise TailLostError
            self._salts, self._frames = salts, 0
            self._waiting.log_began = True
        if frames < self._frames:
            raise TailLostError
        self._transactions, self._seen = transactions, frames
        self._waiting.page_bytes = page_bytes
        if frames > self._frames:
            self._keep(frames - self._frames, page_bytes + FRAME_HEADER_BYTES, database_pages)

    def _keep(self, wanted: int, step: int, database_pages: int) -> None:
        """Read so many frames more, or whole transactions for which there is room: the log itself keeps the rest."""
        count = min(wanted, (WAITING_BYTES_MAX - self._waiting_bytes) // step)
        run = os.pread(self._log, count * step, LOG_HEADER_BYTES + self._frames * step)
        if len(run) < count * step or self._look()[-1] != self._salts:
            raise TailLostError
        if count < wanted:
            run, database_pages = _whole_transactions(run, step)
        if run:
            self._waiting.runs.append((self._salts, run))
            self._waiting.database_pages = database_pages
            self._waiting_bytes += len(run)
            self._frames += len(run) // step

    def _look(self) -> tuple[int, int, int, int, bytes]:
        for _ in range(LOOKS):
            both = os.pread(self._index, 2 * _INDEX.size, 0)
            if both[: _INDEX.size] == both[_INDEX.size :]:  # else it is being written
                _, _, transactions, _, _, page_size, frames, pages, _, salts, _ = _INDEX.unpack_from(both)
                page_bytes = (page_size & 0xFE00) + ((page_size & 1) << 16)
                return transactions, page_bytes, frames, pages, salts
        raise TailLostError


def _whole_transactions(run: bytes, step: int) -> tuple[bytes, int]:
    """Return a run up to its last commit, and the pages that the database has then."""
    for start in range(len(run) - step, -1, -step):
        database_pages: int = _COMMIT.unpack_from(run, start + COMMIT_AT)[0]
        if database_pages:
            return run[: start + step], database_pages
    return b"", 0
