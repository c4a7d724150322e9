"""Who goes first where there are too few processors: the desk, then its worker, then what nobody waits for."""

import os

WORKER = 5  # steps behind the desk, which writes and reacts for both
BACKGROUND = 10


def give_way(steps: int) -> None:
    """Let the others go before the thread that calls this, and before all that it starts from then on."""
    os.nice(steps)  # on Linux it is of one thread
