"""The README shows the states, and what keeps a time is what the table says."""

import re
from pathlib import Path

from frontdesk.services.appointments import booking
from frontdesk.services.appointments.booking.states import AWAITED, KEEPS_TIME, TABLE, State, Verb


def test_the_readme_shows_the_table() -> None:
    readme = Path(booking.__file__).parent.with_name("README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z_]+) \|[^|]+\| ([^|]+) \|$", readme, re.MULTILINE)
    shown = {state: set(re.findall(r"[a-z_]+", re.sub(r"\([^)]*\)", "", ways))) for state, ways in rows}

    assert {state: shown[state] for state in State} == {
        state: set(ways.values()) for state, ways in TABLE.items()
    }


def test_whoever_is_awaited_has_a_time_and_may_give_it_up() -> None:
    assert AWAITED <= KEEPS_TIME
    assert all({Verb.CANCEL, Verb.RESCHEDULE} <= set(TABLE[state]) for state in AWAITED)


def test_what_came_to_its_end_stays_there() -> None:
    assert not TABLE[State.FULFILLED]
    assert not TABLE[State.ENTERED_IN_ERROR]
