"""Where the sources are that these tests read."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src"
HOUSE = SRC / "frontdesk"


def modules(folder: Path) -> Iterator[Path]:
    """Give every Python file below a folder, in the order of its path."""
    yield from sorted(folder.rglob("*.py"))


def name_of(path: Path) -> str:
    """Return a path as a reader of a failure wants it: from the root of the checkout."""
    return path.relative_to(ROOT).as_posix()
