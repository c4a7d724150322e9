"""How Python itself is set for a process in which nobody may wait for long."""

import gc
import sys

# Objects that have come and not gone, before those are looked through; how many such looks before one at those that
# stayed; how many of these before one at all. Many short looks cost what few long ones do: a look at ten thousand took
# 20 ms and more, one at two hundred thousand a tenth of a second, and orders waited for that.
GARBAGE_THRESHOLDS = (1_000, 10, 400)

# How long a thread that has come back from the disk asks for the interpreter before the loop's thread must let it have
# it. By default 5 ms, which is longer than a commit takes.
SWITCH_SECONDS = 0.0005


def settle() -> None:
    """Call it once all is loaded: what is there by now lives as long as the process and is never looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    sys.setswitchinterval(SWITCH_SECONDS)
