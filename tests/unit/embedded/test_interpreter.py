"""No look for garbage is a long one, and a thread that asks for the interpreter has it at once."""

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


def run(program: str) -> None:
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_look_is_at_a_thousand_objects_and_none_at_all_that_was_loaded() -> None:
    run(LOOKS)


def test_a_thread_that_asks_has_its_turn_within_a_millisecond() -> None:
    run(
        "import sys; from frontdesk.adapters.embedded import interpreter; interpreter.settle();"
        " assert sys.getswitchinterval() < 0.001"
    )
