"""What is loaded once is never looked at again, no look is at many objects, and no thread waits long for its turn."""

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

TURNS = """
import sys
from frontdesk.adapters.embedded import interpreter

interpreter.settle()
assert sys.getswitchinterval() == interpreter.SWITCH_SECONDS < 0.001
"""


def test_a_thread_that_comes_back_from_the_disk_has_its_turn_before_a_commit_would_have_ended() -> None:
    subprocess.run([sys.executable, "-c", TURNS], check=True)


def test_a_look_is_at_a_thousand_objects_and_none_at_all_that_was_loaded() -> None:
    subprocess.run([sys.executable, "-c", LOOKS], check=True)
