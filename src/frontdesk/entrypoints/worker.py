"""The process of a desk's worker. A desk starts it, and nobody else: its argument is the number of their socket."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from frontdesk import bootstrap
from frontdesk.adapters.embedded.worker_frames import Setup
from frontdesk.adapters.embedded.worker_side import Parts, work
from frontdesk.entrypoints.logs import start_logging


@contextmanager
def _parts(setup: Setup) -> Iterator[Parts]:
    start_logging(setup.log_level)
    with bootstrap.worker_parts(setup) as parts:
        yield parts


if __name__ == "__main__":
    work(int(sys.argv[1]), _parts)
