"""A disk that can lose power: a file system layer below SQLite that knows which bytes were synced.

What SQLite writes reaches the real file at once, so the running process notices nothing. Beside it each file has an
image of what a power cut would leave: all that was synced, and of what was not a random part, in sectors of 512 bytes.
At the cut the images freeze. Models torn and reordered sectors, not a disk that lies about a sync.
"""

import random
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import apsw

SECTOR = 512


class Image:
    """What one file would be after a power cut."""

    def __init__(self, synced: bytes) -> None:
        self.synced = bytearray(synced)
        self.pending: list[tuple[int, bytes | None]] = []  # a place and a sector; no bytes: cut off there

    def write(self, place: int, data: bytes) -> None:
        """Note a write, sector by sector."""
        end = place + len(data)
        while place < end:
            stop = min(end, (place // SECTOR + 1) * SECTOR)
            self.pending.append((place, data[: stop - place]))
            data = data[stop - place :]
            place = stop

    def sync(self, keep: Sequence[bool] | None = None) -> None:
        """Make pending writes durable: all, or those that were lucky."""
        for lucky, (place, data) in zip(keep or [True] * len(self.pending), self.pending, strict=True):
            if lucky:
                self._apply(place, data)
        self.pending.clear()

    def _apply(self, place: int, data: bytes | None) -> None:
        if data is None:
            del self.synced[place:]
            return
        self.synced.extend(bytes(max(0, place - len(self.synced))))
        self.synced[place : place + len(data)] = data


class Disk(apsw.VFS):
    """Loses power at the `cut`-th write or sync."""

    def __init__(self, name: str, seed: int, cut: int) -> None:
        self.name = name
        self.images: dict[str, Image] = {}
        self.is_dead = False
        self._left = cut
        self._chance = random.Random(seed)  # noqa: S311 - a run must repeat itself
        self._lock = threading.Lock()
        super().__init__(name, "")

    def xOpen(self, name: Any, flags: list[int]) -> "_File":  # noqa: N802 - SQLite's name
        """See apsw.VFS."""
        return _File(self, name, flags)

    def image(self, path: str) -> Image:
        """Return the image of a file, which is durable as it is found."""
        if path not in self.images:
            self.images[path] = Image(Path(path).read_bytes() if Path(path).exists() else b"")
        return self.images[path]

    def note(self, image: Image, place: int, data: bytes | None) -> None:
        """Note a write or a truncation."""
        with self._lock:
            if not self._cut():
                if data is None:
                    image.pending.append((place, None))
                else:
                    image.write(place, data)

    def sync(self, image: Image) -> None:
        """Note a sync."""
        with self._lock:
            if not self._cut():
                image.sync()

    def leave(self, folder: Path) -> None:
        """Write what the cut has left into another folder."""
        for path, image in self.images.items():
            folder.joinpath(Path(path).name).write_bytes(image.synced)

    def _cut(self) -> bool:
        self._left -= 1
        if self._left == 0:
            self.is_dead = True
            for image in self.images.values():
                luck = self._chance.random()
                image.sync([self._chance.random() < luck for _ in image.pending])
        return self.is_dead


class _File(apsw.VFSFile):
    def __init__(self, disk: Disk, name: Any, flags: list[int]) -> None:
        super().__init__("", name, flags)
        path = name if isinstance(name, str) else name.filename()
        self._disk = disk
        self._image = disk.image(path)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's name
        super().xWrite(data, offset)
        self._disk.note(self._image, offset, bytes(data))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 - SQLite's name
        super().xTruncate(newsize)
        self._disk.note(self._image, newsize, None)

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's name
        super().xSync(flags)
        self._disk.sync(self._image)


class Connection:
    """As much of sqlite3.Connection as the embedded runtime uses, on such a disk."""

    def __init__(self, path: Path, disk: Disk) -> None:
        self._real = apsw.Connection(str(path), vfs=disk.name)

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """See sqlite3.Connection."""
        return self._real.execute(sql, tuple(values))

    def executemany(self, sql: str, rows: Iterator[Sequence[Any]]) -> Any:
        """See sqlite3.Connection."""
        return self._real.executemany(sql, rows)

    def executescript(self, script: str) -> None:
        """See sqlite3.Connection."""
        self._real.execute(script).fetchall()

    def close(self) -> None:
        """See sqlite3.Connection."""
        self._real.close()
