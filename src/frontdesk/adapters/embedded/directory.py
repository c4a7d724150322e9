"""The data directory: one business, one folder, one server."""

import fcntl
import os
from pathlib import Path
from typing import IO


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
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            raise InUseError(
                f"The data in {self.path} is in use by process {holder}. Stop that server, or choose another --data."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    def unlock(self) -> None:
        """Give the directory back."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None
