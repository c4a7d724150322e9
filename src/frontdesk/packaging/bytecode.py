"""Byte code for the machine that a package runs on, so that a cold start compiles nothing.

Lambda's file system is read-only and its files' times are not the build's, so byte code that is checked against its
source would be made anew at every cold start and never kept: it is of the sort that is not checked. A process of its
own compiles, with a fixed hash seed and in sorted order, so that the same source gives the same bytes.
"""

import subprocess
import sys
from pathlib import Path

TASK_ROOT = "/var/task"  # where Lambda unpacks a zip; what tracebacks name
_COMMAND = ("-S", "-m", "compileall", "-q", "-f", "--invalidation-mode", "unchecked-hash")


def compile_all(folder: Path) -> None:
    """Put byte code beside every module in a folder. Raises CalledProcessError, with what the compiler said."""
    command = [sys.executable, *_COMMAND, "-s", str(folder), "-p", TASK_ROOT, str(folder)]
    subprocess.run(  # noqa: S603 - our own words
        command, check=True, capture_output=True, text=True, env={"PYTHONHASHSEED": "0", "PYTHONNODEBUGRANGES": "1"}
    )
