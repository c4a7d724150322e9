"""A module that waits for its first use is the same module then."""

import subprocess
import sys

STORY = """
import sys
import {first}
from frontdesk.entrypoints.lambdas.later import import_later

import_later("msgspec.inspect")
import msgspec
from msgspec import inspect

class Jar(msgspec.Struct):
    sweets: int

assert "Field" {found} vars(inspect)
assert msgspec.json.schema(Jar)["$defs"]["Jar"]["properties"] == {{"sweets": {{"type": "integer"}}}}
assert inspect.type_info(int) == inspect.IntType()
assert inspect is sys.modules["msgspec.inspect"] is msgspec.inspect
assert type(inspect).__name__ == "module"
assert inspect.__spec__.origin == inspect.__file__
assert not hasattr(inspect, "nothing_of_the_kind")
"""


def told(first: str, found: str) -> None:
    story = STORY.format(first=first, found=found)
    done = subprocess.run([sys.executable, "-c", story], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_it_comes_when_it_is_asked_for() -> None:
    told("json", "not in")


def test_what_was_imported_before_stays() -> None:
    told("msgspec", "in")
