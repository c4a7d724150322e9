"""What is written, another's library reads as it was meant."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from frontdesk.services.appointments.calendar.writing import (
    MAX_OCTETS,
    Entry,
    Party,
    calendar,
    escaped,
    folded,
)
from tests.unit.appointments.calendar.reading import event

NOW = datetime(2026, 3, 16, 12, tzinfo=UTC)
texts = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=300) | st.text(
    "ñ🩺\\;,: \"'\n", max_size=300
)


def entry(summary: str, organizer: Party | None = None) -> Entry:
    """Return a visit of an hour."""
    return Entry(
        uid="apt_1@frontdesk",
        sequence=0,
        changed_at=NOW,
        start=NOW,
        end=NOW.replace(hour=13),
        status="CONFIRMED",
        summary=summary,
        organizer=organizer,
    )


@given(texts)
def test_a_text_is_read_as_it_was_written(text: str) -> None:
    written = calendar("PUBLISH", [entry(text)])

    assert str(event(Calendar.from_ical(written))["SUMMARY"]) == text
    assert all(len(line) <= MAX_OCTETS for line in written.split(b"\r\n"))


@given(texts)
def test_a_line_is_cut_between_characters_and_loses_none(text: str) -> None:
    line = f"SUMMARY:{escaped(text)}"
    pieces = folded(line).removesuffix(b"\r\n").split(b"\r\n ")

    assert "".join(piece.decode() for piece in pieces) == line


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a, b; c\\d", "a\\, b\\; c\\\\d"),
        ("one\r\ntwo\rthree\nfour", "one\\ntwo\\nthree\\nfour"),
        ("be\x07ll\x00", "bell"),
    ],
)
def test_signs_that_mean_something_are_escaped(text: str, value: str) -> None:
    assert escaped(text) == value


def test_nobody_writes_further_properties_through_a_name() -> None:
    written = calendar(
        "PUBLISH", [entry("x\r\nATTENDEE:mailto:a@b", Party('Sol"\r\nX-EVIL:1', "a@b\r\nX-EVIL:2"))]
    )
    found = event(Calendar.from_ical(written))

    assert found["ORGANIZER"].params["CN"] == "SolX-EVIL:1"
    assert "ATTENDEE" not in found
    assert "X-EVIL" not in found
