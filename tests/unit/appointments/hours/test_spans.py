"""What overlaps, what covers what, and what is left: checked minute by minute against the plainest way to say it."""

import itertools
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from frontdesk.services.appointments.hours.spans import (
    Open,
    Span,
    capacity_in,
    flattened,
    has_room,
    is_open,
    without,
)

DAY = datetime(2026, 3, 16, tzinfo=UTC)


class Busy(msgspec.Struct, frozen=True):
    """A visit that is there already."""

    start: datetime
    end: datetime
    capacity: int = 1


def at(clock: str) -> datetime:
    """Return "10:30" of the one day of these tests."""
    return DAY + timedelta(hours=int(clock[:2]), minutes=int(clock[3:]))


def minute(n: int) -> datetime:
    return DAY + timedelta(minutes=n)


stretches = st.tuples(st.integers(0, 39), st.integers(1, 12)).map(lambda pair: (pair[0], pair[0] + pair[1]))
capacities = st.integers(1, 3)
visits = st.lists(
    st.tuples(stretches, capacities).map(lambda v: Busy(minute(v[0][0]), minute(v[0][1]), v[1])), max_size=6
)
opens = st.lists(
    st.tuples(stretches, capacities).map(lambda v: Open(minute(v[0][0]), minute(v[0][1]), v[1])), max_size=6
)


@pytest.mark.parametrize(
    ("start", "end", "fits"),
    [
        ("10:30", "11:00", True),
        ("09:30", "10:00", True),
        ("10:15", "10:45", False),
        ("09:45", "10:15", False),
        ("10:05", "10:25", False),
        ("09:00", "11:00", False),
        ("10:00", "10:30", False),
        ("10:00", "10:31", False),
    ],
)
def test_two_visits_may_touch_and_not_overlap(start: str, end: str, *, fits: bool) -> None:
    there = [Busy(at("10:00"), at("10:30"))]

    assert has_room(there, at(start), at(end)) is fits


def test_where_two_may_share_a_third_may_not() -> None:
    one = Busy(at("10:00"), at("10:30"), 2)

    assert has_room([one], at("10:00"), at("10:30"), 2)
    assert not has_room([one, one], at("10:00"), at("10:30"), 2)


def test_two_that_are_there_one_after_the_other_leave_room_for_one_over_both() -> None:
    there = [Busy(at("10:00"), at("10:30"), 2), Busy(at("10:30"), at("11:00"), 2)]

    assert has_room(there, at("10:00"), at("11:00"), 2)


def test_nobody_joins_one_who_is_to_be_alone() -> None:
    assert not has_room([Busy(at("10:00"), at("10:30"), 1)], at("10:00"), at("10:30"), 5)
    assert not has_room([Busy(at("10:00"), at("10:30"), 5)], at("10:00"), at("10:30"), 1)


@given(visits, stretches, capacities)
def test_there_is_room_if_no_minute_has_more_visits_than_each_of_them_allows(
    there: list[Busy], wish: tuple[int, int], capacity: int
) -> None:
    def crowded(n: int) -> bool:
        allowed = [visit.capacity for visit in there if visit.start <= minute(n) < visit.end]
        return len(allowed) + 1 > min([capacity, *allowed])

    fits = not any(crowded(n) for n in range(*wish))

    assert has_room(there, minute(wish[0]), minute(wish[1]), capacity) is fits


@given(opens)
def test_flattened_hours_have_the_largest_capacity_of_each_minute_once(pieces: list[Open]) -> None:
    flat = flattened(pieces)

    for n in range(60):
        wanted = max((p.capacity for p in pieces if p.start <= minute(n) < p.end), default=0)
        assert sum(p.capacity for p in flat if p.start <= minute(n) < p.end) == wanted
    for before, after in itertools.pairwise(flat):
        assert (
            before.end < after.start or before.capacity != after.capacity
        )  # nothing is left that could be joined


@given(opens, stretches)
def test_hours_are_open_from_one_minute_to_another_if_they_are_in_each_between(
    pieces: list[Open], wish: tuple[int, int]
) -> None:
    flat = flattened(pieces)
    each = [sum(p.capacity for p in flat if p.start <= minute(n) < p.end) for n in range(*wish)]

    assert capacity_in(flat, minute(wish[0]), minute(wish[1])) == min(each)
    assert is_open(flat, minute(wish[0]), minute(wish[1])) is (min(each) > 0)


@given(st.lists(stretches, max_size=5), st.lists(stretches, max_size=5))
@example([(0, 3), (0, 4)], [(1, 2)])
def test_what_is_left_of_spans_is_what_no_hole_touches(
    whole: list[tuple[int, int]], holes: list[tuple[int, int]]
) -> None:
    left = without(
        [Span(minute(a), minute(b)) for a, b in whole], [Span(minute(a), minute(b)) for a, b in holes]
    )

    for n in range(60):
        wanted = 0 if any(a <= n < b for a, b in holes) else sum(a <= n < b for a, b in whole)
        assert sum(span.start <= minute(n) < span.end for span in left) == wanted
    assert list(left) == sorted(left)
