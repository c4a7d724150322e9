"""Who goes first where there are too few processors: the desk, then its worker, then what nobody waits for."""

import os
import sys

WORKER = 5  # steps behind the desk, which writes and reacts for both
BACKGROUND = 10


def give_way(steps: int) -> None:
    """Let the others go before the thread that calls this, and before all that it starts from then on."""
    if sys.platform == "linux":  # elsewhere it would be for all threads
        os.nice(steps)
