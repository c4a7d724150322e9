"""The files of a data folder besides the database, and a new folder that is there whole or not at all."""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

from frontdesk.adapters.embedded.copy_pages import DIGEST_BYTES
from frontdesk.adapters.embedded.copy_target import CHUNK_BYTES, CopyRefusedError, sync_folder
from frontdesk.adapters.embedded.directory import DataDirectory

DESK_ID = "desk-id"
# By name, and why it is not copied.
LEFT_OUT = {
    "lock": "belongs to a running process",
    "server.json": "the address of a running server",
    "frontdesk.db-wal": "folded into the database",
    "frontdesk.db-shm": "belongs to a running process",
    "imports": "only saves an import time",
}
_HALF_WRITTEN = (".part", ".new")


def side_files(directory: DataDirectory) -> list[str]:
    """Return the files besides the database that a copy needs, relative to the folder."""
    return sorted(_side_files(directory))


def _side_files(directory: DataDirectory) -> Iterator[str]:
    for path in directory.path.rglob("*"):
        name = path.relative_to(directory.path).as_posix()
        if name.partition("/")[0] in LEFT_OUT or path == directory.database or not path.is_file():
            continue
        if not path.name.startswith(".") and path.suffix not in _HALF_WRITTEN:
            yield name


def check_outside(directory: DataDirectory, place: Path) -> None:
    """Refuse a place inside the data folder: it would be part of what it keeps. Raises CopyRefusedError."""
    if place.resolve().is_relative_to(directory.path.resolve()):
        raise CopyRefusedError(
            f"{place} is inside the data folder, and would be lost with it. Name another place."
        )


def desk_id(directory: DataDirectory) -> str:
    """Return what tells this desk from every other, making it the first time. It goes with every copy and backup."""
    path = directory.path / DESK_ID
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{os.urandom(16).hex()}\n")
    return path.read_text().strip()


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Give a folder to fill; it becomes `path` when all has gone well, and is gone when not.

    Raises CopyRefusedError unless `path` is missing or empty.
    """
    path = path.absolute()
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise CopyRefusedError(f"{path} is there already and not empty. Name a new folder.")
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.part")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    try:
        yield fresh
        sync_folder(fresh)
        fresh.rename(path)
        sync_folder(path.parent)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def file_chunks(path: Path) -> Iterator[bytes]:
    """Give a file in pieces."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def digest_of(chunks: Iterable[bytes]) -> str:
    """Return the digest by which a file is known again."""
    digest = blake2b(digest_size=DIGEST_BYTES)
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()
