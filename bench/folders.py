"""Where a run keeps its servers' data."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.disk import filesystem
from bench.errors import BenchError


@contextmanager
def run_folder(parent: Path) -> Iterator[Path]:
    """Give a folder of this run alone, which stays when the run could not be made.

    Raises BenchError, also where nothing is ever on disk.
    """
    folder = _fresh(parent)
    try:
        yield folder
    except BenchError as error:
        raise BenchError(f"{error}\nWhat the servers wrote is kept in {folder}.") from error
    except BaseException:
        shutil.rmtree(folder)
        raise
    shutil.rmtree(folder)


def _fresh(parent: Path) -> Path:
    parent.mkdir(parents=True, exist_ok=True)
    if filesystem(parent) == "tmpfs":
        raise BenchError(f"{parent} is in memory, where nothing is durable. Choose a --folder on a disk.")
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=parent)).resolve()
    folder.chmod(0o711)  # PostgreSQL runs as a user without rights, who must be able to pass
    return folder
