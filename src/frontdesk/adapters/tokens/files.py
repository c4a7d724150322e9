"""Secrets in files that only their owner can read."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def create_once(path: Path, content: bytes) -> None:
    """Put a secret into a file, unless there is one. Safe when two processes start at once, and when one crashes."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}")  # one left by a crash is in nobody's way
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass  # another process was first: its secret counts
    finally:
        fresh.unlink()
    sync(path.parent)


def sync(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Be the only one here who changes what is in a folder. Others wait; a crash lets them in."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
