"""The data directory: one business, one folder, one server."""

import fcntl
import os
import time
from pathlib import Path
from typing import IO

LOOKS = 3  # at the lock, before somebody else counts as having it: a command may just have asked who has
LOOK_PAUSE_SECONDS = 0.02


class InUseError(Exception):
    """Another server has this data directory."""


class DataDirectory:
    """Holds the directory from `open` to `close`. The lock goes with the process, however it ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: IO[str] | None = None

    @property
    def database(self) -> Path:
        """Where the records are."""
        return self.path / "frontdesk.db"

    @property
    def server(self) -> Path:
        """Where a running server says how it is reached."""
        return self.path / "server.json"

    @property
    def signing_key(self) -> Path:
        """Where the key is that signs access tokens."""
        return self.path / "signing-key.pem"

    def create(self) -> None:
        """Make the directory if it is missing, readable by its owner alone."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def lock(self) -> None:
        """Take the directory for this process. Raises InUseError when another one has it."""
        self.create()
        lock = (self.path / "lock").open("a+", encoding="utf-8")
        if not _taken(lock):
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            raise InUseError(
                f"The data in {self.path} is in use by process {holder}. Stop that server, or choose another --data."
            )
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    def holder(self) -> int | None:
        """Return the process that has the directory, None for nobody."""
        try:
            lock = (self.path / "lock").open(encoding="utf-8")
        except FileNotFoundError:
            return None
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(lock.read() or 0)
        return None

    def unlock(self) -> None:
        """Give the directory back."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def _taken(lock: IO[str]) -> bool:
    for look in range(LOOKS):
        if look:
            time.sleep(LOOK_PAUSE_SECONDS)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        return True
    return False
