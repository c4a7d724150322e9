"""Byte code in place of source, so that a cold start fetches half as much and compiles nothing.

Tracebacks still name file and line as they are in the checkout; only the text of the line is missing. A function of
another Python than the one that compiled does not begin, and says why: with the source beside it, it would be slow and
say nothing. A process of its own compiles, with a fixed hash seed and in sorted order, so that the same source gives
the same bytes; without the columns of every expression, which take a fifth.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from frontdesk.packaging import inside

TASK_ROOT = "/var/task"  # where Lambda unpacks a zip; what tracebacks name
_COMPILE = ("-S", "-m", "compileall", "-b", "-q", "-f", "--invalidation-mode", "unchecked-hash")
_HEADER = 16  # bytes before the code: magic number, flags, hash of the source
_ENVIRONMENT = {"PYTHONHASHSEED": "0", "PYTHONNODEBUGRANGES": "1"}


def compile_all(folder: Path) -> None:
    """Turn every module in a folder into byte code, and gather the house's own in one file; see `inside`.

    Raises CalledProcessError, with what the compiler said.
    """
    house = folder / "frontdesk"
    start = house / "__init__.py"
    start.write_text(f"{start.read_text('utf-8')}\n\n{Path(inside.__file__).read_text('utf-8')}", "utf-8")
    command = [sys.executable, *_COMPILE, "-s", str(folder), "-p", TASK_ROOT, str(folder)]
    subprocess.run(command, check=True, capture_output=True, text=True, env=_ENVIRONMENT)  # noqa: S603 - our own words
    for source in folder.rglob("*.py"):
        source.unlink()
    _gather(house)


def _gather(house: Path) -> None:
    lines, codes, end = [], [], 0
    for name, path in sorted(_modules(house)):
        code = path.read_bytes()[_HEADER:]
        lines.append(f"{name} {int(path.stem == '__init__')} {end} {end + len(code)}\n")
        codes.append(code)
        end += len(code)
        path.unlink()
    (house / inside.FILE).write_bytes("".join(lines).encode() + b"\n" + b"".join(codes))


def _modules(house: Path) -> Iterator[tuple[str, Path]]:
    """Give every module but the one that finds them, by its name."""
    for path in house.rglob("*.pyc"):
        place = path.relative_to(house.parent).with_suffix("")
        if place.name == "__init__":
            place = place.parent
        if path.parent != house or path.stem != "__init__":
            yield ".".join(place.parts), path
