"""Where a run keeps its servers' data."""

import tempfile
from pathlib import Path

from bench.disk import filesystem
from bench.errors import BenchError


def fresh_folder(parent: Path) -> Path:
    """Return a folder of this run alone. Raises BenchError where nothing is ever on disk."""
    parent.mkdir(parents=True, exist_ok=True)
    if filesystem(parent) == "tmpfs":
        raise BenchError(f"{parent} is in memory, where nothing is durable. Choose a --folder on a disk.")
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=parent)).resolve()
    folder.chmod(0o711)  # PostgreSQL runs as a user without rights, who must be able to pass
    return folder
