"""Where a copy goes: named objects that are there whole or not at all. A folder is the first kind of place."""

import fcntl
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Protocol

CHUNK_BYTES = 1024 * 1024
SYNC_EVERY_BYTES = 16 * 1024 * 1024  # of a large object: one long fsync at its end would hold everything up


class CopyRefusedError(Exception):
    """A place that cannot take, or does not hold, the copy that was asked for. The text says what to do."""


class Target(Protocol):
    """Named objects; a name may hold slashes. Every method may raise OSError."""

    def lock(self) -> None:
        """Take the place for this process. Raises CopyRefusedError when another one has it."""

    def unlock(self) -> None:
        """Give the place back."""

    def put(self, name: str, chunks: Iterable[bytes]) -> None:
        """Keep an object, replacing one of that name. It is durable on return and never seen half."""

    def read(self, name: str) -> Iterator[bytes]:
        """Give an object from its beginning. Raises FileNotFoundError."""

    def names(self, prefix: str = "") -> list[tuple[str, int]]:
        """Return the names that begin so, in order, each with its size in bytes."""

    def delete(self, name: str) -> None:
        """Forget an object; one that is not there is no error."""


class FolderTarget:
    """A folder: another disk, a mounted share. Its files can be read by their owner alone."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: IO[str] | None = None

    def lock(self) -> None:
        """See `Target`. Makes the folder if need be."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (self.path / "lock").open("a", encoding="utf-8")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise CopyRefusedError(
                f"Another process copies to {self.path}. Stop it, or name another folder."
            ) from None
        self._lock = lock
        for half in self.path.rglob(".*.part"):
            half.unlink()

    def unlock(self) -> None:
        """See `Target`."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def put(self, name: str, chunks: Iterable[bytes]) -> None:
        """See `Target`."""
        path = self.path / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, chunks)

    def read(self, name: str) -> Iterator[bytes]:
        """See `Target`."""
        with (self.path / name).open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk

    def names(self, prefix: str = "") -> list[tuple[str, int]]:
        """See `Target`. What a crash left half written has a name that begins with a point, and is not listed."""
        found = []
        for path in self.path.rglob("*"):
            name = path.relative_to(self.path).as_posix()
            if (
                name.startswith(prefix)
                and path.is_file()
                and not path.name.startswith(".")
                and name != "lock"
            ):
                found.append((name, path.stat().st_size))
        return sorted(found)

    def delete(self, name: str) -> None:
        """See `Target`. A folder that becomes empty goes too."""
        path = self.path / name
        path.unlink(missing_ok=True)
        if path.parent != self.path and not any(path.parent.iterdir()):
            path.parent.rmdir()


def write_whole(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file that only its owner can read, and put it in place when it is whole and durable."""
    fresh = path.with_name(f".{path.name}.part")
    fresh.unlink(missing_ok=True)
    unsynced = 0
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for chunk in chunks:
            file.write(chunk)
            unsynced += len(chunk)
            if unsynced >= SYNC_EVERY_BYTES:
                file.flush()
                os.fdatasync(file.fileno())
                unsynced = 0
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make durable which names a folder holds."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
