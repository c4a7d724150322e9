"""The README shows the states, and every reservation comes to an end."""

import re
from pathlib import Path

from frontdesk.services.inventory import reservations
from frontdesk.services.inventory.reservations import WAYS, State


def test_the_readme_shows_the_ways() -> None:
    readme = Path(reservations.__file__).with_name("README.md").read_text(encoding="utf-8")
    shown = dict(re.findall(r"^\| ([A-Z]+) \|[^|]+\| ([^|]+) \|$", readme, re.MULTILINE))

    assert shown == {state: ", ".join(sorted(ways)) or "-" for state, ways in WAYS.items()}


def test_no_reservation_goes_in_a_circle() -> None:
    def follow(state: State, passed: frozenset[State]) -> None:
        assert state not in passed
        for way in WAYS[state]:
            follow(way, passed | {state})

    for state in State:
        follow(state, frozenset())
