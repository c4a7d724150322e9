"""Checkpoints: what the log holds is moved into the database beside the writer, and the log begins anew in time.

    writer ── commit ──► log ── pass, on a thread ──► database
      └── once the log is long and all but moved: a last pass between two transactions, and the log begins anew

Only the writer can take the last step: at any other moment there are frames behind the pass.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from frontdesk.adapters.embedded.precedence import BACKGROUND, give_way

PAUSE_SECONDS = 0.05  # at 0.1 the lag doubles: moving more at once stalls the log longer
LEAST_ROWS = 128  # about 1 MB of pages: fewer are not worth a pass's fsyncs
RUSH_ROWS = 400  # in one pause; while so many come, people wait longer than a stall anyway ...
RUSH_PAUSES = 4  # ... and one pass for so many pauses saves a twentieth of all processor time
RETRY_SECONDS = 1.0  # after one that failed
LOG_PAGES = 16_000  # about 64 MB: how long the log gets before the writer stops to let it begin anew
QUICK_SECONDS = 0.02  # a pass that was so quick leaves the writer little to move
QUICK_PASSES = 8  # that are tried for one, where the disk is too slow for it
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Pace:
    """Decides, once in each pause, whether a pass is worth it by now."""

    unmoved: int = 0  # rows written since the last pass
    _before: int = 0
    _pauses: int = 0

    def is_due(self) -> bool:
        """Return whether to move now what there is. Counts from nothing again if so."""
        came, self._before, self._pauses = self.unmoved - self._before, self.unmoved, self._pauses + 1
        if came >= RUSH_ROWS and self._pauses < RUSH_PAUSES:
            return False
        self._pauses = 0
        if self.unmoved < LEAST_ROWS:
            return False
        self.unmoved = self._before = 0
        return True


class Checkpoints:
    """Open until `close`. `connect` opens a connection of its own for the thread."""

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._pace = Pace()
        self._ready = threading.Event()  # for the writer to take the last step
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="frontdesk-checkpoint", daemon=True)
        self._thread.start()

    def wrote(self, rows: int) -> None:
        """Note what a transaction has written."""
        self._pace.unmoved += rows

    def finish(self, writing: sqlite3.Connection) -> None:
        """Let the log begin anew, if it is time. Called by the writer between two transactions."""
        if not self._ready.is_set():
            return
        self._ready.clear()
        try:
            move(writing)
        except sqlite3.Error as error:  # the commit before it stands all the same
            _failed(error)

    def close(self) -> None:
        """End the thread, after the pass that it is at."""
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        give_way(BACKGROUND)
        connection = self._connect()
        while not self._closing.wait(PAUSE_SECONDS):
            if not self._pace.is_due():
                continue
            try:
                if move(connection) >= LOG_PAGES:
                    move_the_rest(connection)
                    self._ready.set()
            except sqlite3.Error as error:  # a full disk, say: the log grows until there is room again
                _failed(error)
                self._closing.wait(RETRY_SECONDS)
        connection.close()


def move(connection: sqlite3.Connection) -> int:
    """Move what is in the log by now. Returns how many pages it holds if all could be moved, else 0."""
    busy, pages, moved = connection.execute("pragma wal_checkpoint(passive)").fetchone()
    return 0 if busy or moved < pages else int(pages)


def move_the_rest(connection: sqlite3.Connection) -> None:
    """Move what came during the last pass, and then during that, until there is little: the writer waits for it."""
    for _ in range(QUICK_PASSES):
        begun = time.perf_counter()
        move(connection)
        if time.perf_counter() - begun < QUICK_SECONDS:
            return


def _failed(error: sqlite3.Error) -> None:
    _log.error("a checkpoint failed; the next one tries again: %s", type(error).__name__)
