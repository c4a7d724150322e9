"""What a stack uses of the machine is read from all of its processes, those that have ended included."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bench.processes import Running

PARENT = """
import subprocess, sys
subprocess.run([sys.executable, "-c", "import time\\nwhile time.process_time() < 0.5: pass"], check=True)
print("ended", flush=True)
sys.stdin.read()
"""


@contextmanager
def parent_of_an_ended_process() -> Iterator[Running]:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ended\n"
        yield Running(port=0, roots=(process.pid,))
        assert process.stdin is not None
        process.stdin.close()


def test_the_time_of_processes_that_have_ended_counts() -> None:
    with parent_of_an_ended_process() as running:
        assert running.cpu_seconds() >= 0.4
