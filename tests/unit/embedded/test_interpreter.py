"""What is loaded once is never looked at again, and no look is at many objects."""

import subprocess
import sys

LOOKS = """
import gc
from frontdesk.adapters.embedded import interpreter

interpreter.settle()
looks = []


def look(phase, info):
    if phase == "start":
        looks.append((info["generation"], gc.get_count()[0]))


gc.callbacks.append(look)
kept = [[] for _ in range(20_000)]
assert {generation for generation, _ in looks} == {0, 1}, looks
assert max(young for _, young in looks) < 1_500, looks
assert gc.get_freeze_count() > 1_000
"""


def test_a_look_is_at_a_thousand_objects_and_none_at_all_that_was_loaded() -> None:
    subprocess.run([sys.executable, "-c", LOOKS], check=True)
