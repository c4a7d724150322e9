"""The continuous copy: what the desk has answered is in another place half a second later.

A thread of the server's own process does it, with plain reads of what SQLite has written: no lock, no transaction, no
checkpoint waits for it. What it writes is told in `copy_layout`, what it reads in `copy_tail`. When its target fails
the desk goes on and so does the copy, as soon as it can; `until` says how far it has come.
"""

import logging
import os
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from frontdesk.adapters.embedded import copy_layout as layout
from frontdesk.adapters.embedded.backup_files import desk_id, side_files
from frontdesk.adapters.embedded.copy_pages import DIGEST_BYTES, DamagedError, Head, encode, merged
from frontdesk.adapters.embedded.copy_tail import Frames, Tail, TailLostError
from frontdesk.adapters.embedded.copy_target import CHUNK_BYTES, CopyRefusedError, Target
from frontdesk.adapters.embedded.directory import DataDirectory
from frontdesk.kernel.ports import Clock
from frontdesk.kernel.time import sortable

RECOVERY_POINT = timedelta(seconds=1)  # what is stated: so far behind at most while the target keeps up
TICK_SECONDS = 0.5
RETRY_SECONDS = 2.0  # after a failure of the target
FILES_SECONDS = 5.0  # between looks at the other files of the data folder
FAN = 60  # log objects of one tier that become one of the next: half a minute, half an hour, a day
LOG_BYTES_MIN = 64 * 1024 * 1024  # a new base once the log is larger than the base, and than this
BASE_BYTES_PER_SECOND = 64 * 1024 * 1024  # so that requests still find the disk free
_log = logging.getLogger(__name__)


class _StoppingError(Exception):
    """The desk stops: a base that is under way is not worth waiting for."""


@dataclass(slots=True)
class _Stream:
    """What one server has copied so far."""

    name: str
    parts: dict[int, list[layout.LogPart]]  # by tier
    last: int = 0  # number of the newest log object
    log_began: int = 1  # the log object in which SQLite's log began anew
    base: layout.Base | None = None
    log_bytes: int = 0  # since the base was begun


class ContinuousCopy:
    """Used by one runtime: `claim`, `start`, `tail.take` after every commit, `finish`, `close` after the database."""

    def __init__(self, directory: DataDirectory, target: Target, clock: Clock) -> None:
        self._directory = directory
        self._target = target
        self._clock = clock
        self._stream: _Stream | None = None
        self._unsent: tuple[layout.LogPart, dict[int, memoryview], Head] | None = None
        self._files: dict[str, tuple[int, int]] = {}
        self._files_due = 0.0
        self._ship_due = 0.0
        self._stopping = threading.Event()
        self._finishing = False
        self._until: datetime | None = None
        self._complete_at = clock.now()  # when everything that had been committed was fetched
        self.failing = ""  # the class of the error that keeps it from going on

    @property
    def until(self) -> datetime | None:
        """Everything answered before this moment can be restored. None until the first base is whole."""
        return self._until

    def status(self) -> dict[str, str | float | None]:
        """Return what an operator wants to know: how far the copy is, and what keeps it."""
        until = self._until
        behind = None if until is None else round((self._clock.now() - until).total_seconds(), 3)
        return {
            "until": None if until is None else sortable(until),
            "behind_seconds": behind,
            "failing": self.failing or None,
        }

    def claim(self) -> None:
        """Take the target for this desk. Raises CopyRefusedError, DamagedError."""
        self._target.lock()
        try:
            self._claim()
        except BaseException:
            self._target.unlock()
            raise

    def start(self) -> None:
        """Begin, between opening the database and the first transaction."""
        self.tail = Tail(self._directory.database)
        self._database = os.open(self._directory.database, os.O_RDONLY)  # open until `close`: see Tail
        self.tail.restart()
        self._thread = threading.Thread(target=self._run, name="frontdesk-copy", daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """Copy what is left, after the last transaction. A stream gets its base before it ends."""
        self._stopping.set()
        self._thread.join()
        self._finishing = True
        try:
            self._turn()
            _log.info("the copy is complete")
        except (OSError, TailLostError, DamagedError) as error:
            _log.error("the copy could not be completed: %s", type(error).__name__)

    def close(self) -> None:
        """Let go of the database's files and of the target."""
        self.tail.close()
        os.close(self._database)
        self.release()

    def release(self) -> None:
        """Give the target back after `claim`, when there is to be no `start`."""
        self._target.unlock()

    def _claim(self) -> None:
        mine = desk_id(self._directory)
        held = layout.statement(self._target)
        if held is None:
            if self._target.names():
                raise CopyRefusedError(
                    "The place for the copy is not empty and holds no copy. Name another one."
                )
            layout.write_json(self._target, layout.STATEMENT, layout.Statement(layout.FORMAT, mine))
        elif held.desk != mine:
            raise CopyRefusedError("The place for the copy holds the copy of another desk. Name another one.")

    def _run(self) -> None:
        pause = 0.0
        while not self._stopping.wait(pause):
            try:
                self._turn()
            except _StoppingError:
                return
            except Exception as error:  # noqa: BLE001 - whatever it was, the copy must go on
                self._failed(error)
                pause = RETRY_SECONDS
            else:
                self.failing = ""
                pause = TICK_SECONDS

    def _failed(self, error: Exception) -> None:
        if not self.failing:
            _log.error("the copy fails and is tried again: %s", type(error).__name__)
        self.failing = type(error).__name__
        if not isinstance(error, OSError):  # something has passed unread: only a new base helps
            self._stream = self._unsent = None
            self.tail.restart()

    def _turn(self) -> None:
        stream = self._stream
        if stream is None:
            stream = self._stream = _Stream(layout.next_stream(self._target), {})
            self._files = {}
        self._ship(stream)
        self._copy_files(stream)
        if self._base_is_due(stream):
            self._make_base(stream)
        for tier, parts in list(stream.parts.items()):
            if len(parts) >= FAN:
                self._merge(stream, tier)

    def _base_is_due(self, stream: _Stream) -> bool:
        if stream.base is None:
            return True
        return not self._finishing and stream.log_bytes > max(stream.base.bytes, LOG_BYTES_MIN)

    def _ship(self, stream: _Stream) -> datetime:
        """Put what was committed into the target; everything answered before the returned moment is there."""
        self._ship_due = time.monotonic() + TICK_SECONDS
        if self._unsent is None:
            moment = self._clock.now()  # everything answered before has been taken before
            frames = self.tail.fetch()
            self._complete_at = moment if frames.complete else self._complete_at
            self._unsent = self._next_part(stream, frames, self._complete_at)
            if self._unsent is None:
                return self._reached(stream, self._complete_at)
        part, pages, head = self._unsent
        self._target.put(part.name, encode(pages, head))
        self._unsent = None
        stream.last = part.last
        stream.log_bytes += part.bytes
        stream.parts.setdefault(0, []).append(part)
        return self._reached(stream, head.at)

    def _next_part(
        self, stream: _Stream, frames: Frames, moment: datetime
    ) -> tuple[layout.LogPart, dict[int, memoryview], Head] | None:
        number = stream.last + 1
        if frames.log_began:
            stream.log_began = number
        pages = frames.pages()
        if not pages:
            return None
        size = len(pages) * frames.page_bytes
        head = Head(frames.page_bytes, frames.database_pages, moment, list(pages))
        return layout.LogPart(stream.name, number, number, 0, size), pages, head

    def _reached(self, stream: _Stream, moment: datetime) -> datetime:
        if stream.base is not None:
            self._until = moment
        return moment

    def _make_base(self, stream: _Stream) -> None:
        first, name, log_bytes = stream.log_began, f"{stream.name}/base-{stream.last:012}", stream.log_bytes
        digest, size = blake2b(digest_size=DIGEST_BYTES), 0

        def chunks() -> Iterator[bytes]:
            nonlocal size
            while chunk := os.pread(self._database, CHUNK_BYTES, size):
                digest.update(chunk)
                size += len(chunk)
                yield chunk

        self._target.put(name, self._shipping(stream, self._paced(chunks())))
        read_at = self._clock.now()
        while (whole_at := self._ship(stream)) <= read_at:
            continue  # the log is so far behind that it takes more than one part to come to the end of the base
        base = layout.Base(stream.name, name, first, stream.last, size, digest.hexdigest(), whole_at)
        layout.write_json(self._target, f"{name}.json", base)
        stream.base = base
        stream.log_bytes -= log_bytes
        self._ship(stream)
        self._forget_surplus(stream)

    def _forget_surplus(self, stream: _Stream) -> None:
        surplus = set(layout.listing(self._target).surplus())
        for tier, parts in stream.parts.items():
            stream.parts[tier] = [part for part in parts if part.name not in surplus]
        for name in surplus:
            self._target.delete(name)

    def _merge(self, stream: _Stream, tier: int) -> None:
        parts = stream.parts[tier][:FAN]
        size = sum(part.bytes for part in parts)
        whole = layout.LogPart(stream.name, parts[0].first, parts[-1].last, tier + 1, size)
        self._target.put(
            whole.name, self._shipping(stream, merged(self._target, [part.name for part in parts]))
        )
        stream.parts.setdefault(tier + 1, []).append(whole)
        del stream.parts[tier][:FAN]
        for part in parts:
            self._target.delete(part.name)

    def _shipping(self, stream: _Stream, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Give the chunks of something large, and ship what is due between them."""
        for chunk in chunks:
            yield chunk
            if time.monotonic() >= self._ship_due:
                self._ship(stream)

    def _paced(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            yield chunk
            if not self._finishing and self._stopping.wait(len(chunk) / BASE_BYTES_PER_SECOND):
                raise _StoppingError

    def _copy_files(self, stream: _Stream) -> None:
        if time.monotonic() < self._files_due and self._files:
            return
        self._files_due = time.monotonic() + FILES_SECONDS
        found: dict[str, tuple[int, int]] = {}
        for name in side_files(self._directory):
            path = self._directory.path / name
            try:
                facts = path.stat()
                found[name] = (facts.st_size, facts.st_mtime_ns)
                if self._files.get(name) != found[name]:
                    self._target.put(f"{stream.name}/{layout.FILES}/{name}", [path.read_bytes()])
            except FileNotFoundError:  # it has gone since it was listed
                found.pop(name, None)
        for name in self._files.keys() - found.keys():
            self._target.delete(f"{stream.name}/{layout.FILES}/{name}")
        self._files = found
