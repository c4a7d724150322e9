"""Secrets in files that only their owner can read."""

import fcntl
import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

TICK_NS = 50_000_000  # longer than a tick of any file system's clock


class FileKeys:
    """The secrets of one folder. See `KeyStore`. `earlier` is where one key was kept before there was a ring."""

    seen_within = timedelta()

    def __init__(self, folder: Path, *, earlier: Path | None = None) -> None:
        self._folder = folder
        self._earlier = earlier
        self._seen = 0
        self._kept: Mapping[str, bytes] = {}
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def all(self) -> Mapping[str, bytes]:
        """See `KeyStore`. Reads the folder again whenever it has changed."""
        changed = self._folder.stat().st_mtime_ns
        while changed != self._seen:
            try:
                kept = {file.name: file.read_bytes() for file in self._folder.iterdir()}
            except FileNotFoundError:
                continue  # another process has just taken it away
            if kept != self._kept:
                self._kept = kept
            if time.time_ns() - changed < TICK_NS:
                break  # what changes next may look as old: it is read again the next time
            self._seen = changed
        return self._kept

    def begin(self, family: str, name: str, make: Callable[[], bytes]) -> None:
        """See `KeyStore`."""
        with locked(self._folder):
            if not any(self._folder.glob(f"*{family}")):
                create_once(self._folder / name, self._from_before() or make())
                self._seen = 0

    def create(self, name: str, content: bytes) -> bool:
        """See `KeyStore`. What was kept before there was a ring is in the ring by now, and goes."""
        made = create_once(self._folder / name, content)
        self._seen = 0  # two changes within one tick of the file system's clock look like one
        if self._earlier is not None:
            self._earlier.unlink(missing_ok=True)
        return made

    def remove(self, name: str) -> None:
        """See `KeyStore`."""
        (self._folder / name).unlink(missing_ok=True)
        sync(self._folder)
        self._seen = 0

    def _from_before(self) -> bytes:
        return self._earlier.read_bytes() if self._earlier is not None and self._earlier.exists() else b""


def create_once(path: Path, content: bytes) -> bool:
    """Put a secret into a file, unless there is one: then return False.

    Safe when two processes start at once, and when one crashes.
    """
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}")  # one left by a crash is in nobody's way
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)
    except FileExistsError:
        return False  # another process was first: its secret counts
    finally:
        fresh.unlink()
        sync(path.parent)
    return True


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
