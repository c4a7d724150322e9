"""How Python itself is set for a process in which nobody may wait for long."""

import gc
import sys

# Objects that have come and not gone, before those are looked through; how many such looks before one at those that
# stayed; how many of these before one at all. Many short looks cost what few long ones do: a look at ten thousand took
# 20 ms and more, one at two hundred thousand a tenth of a second, and orders waited for that.
GARBAGE_THRESHOLDS = (1_000, 10, 400)
# How long the loop may keep the interpreter from a thread that asks for it. The thread that commits asks after every
# transaction, and with Python's 5 ms a transaction took twice as long as the disk needed.
SWITCH_SECONDS = 0.000_5


def settle() -> None:
    """Call it once all is loaded: what is there by now lives as long as the process and is never looked at again."""
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)
