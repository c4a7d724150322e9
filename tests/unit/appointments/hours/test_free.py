"""Which times are free, in the order in which a day is cut: hours, grid, visits, lead time, horizon, daily cap."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.services.appointments.hours.clock import to_local
from frontdesk.services.appointments.hours.free import Terms, Visit, free_times, full_days
from frontdesk.services.appointments.hours.spans import Open
from frontdesk.services.appointments.hours.week import Week, WeeklyRule, working_intervals

SANTIAGO = "America/Santiago"
NOW = datetime(2026, 3, 1, tzinfo=UTC)
HALF_AN_HOUR = Visit(timedelta(minutes=30))


class Busy(msgspec.Struct, frozen=True):
    """A visit that is there already."""

    start: datetime
    end: datetime
    capacity: int = 1


def at(clock: str, day: int = 16) -> datetime:
    """Return "10:30" UTC of a day of March 2026."""
    return datetime(2026, 3, day, int(clock[:2]), int(clock[3:]), tzinfo=UTC)


def free(  # what can be asked
    opens: list[Open],
    busy: list[Busy] | None = None,
    visit: Visit = HALF_AN_HOUR,
    terms: Terms | None = None,
    *,
    now: datetime = NOW,
    full: frozenset[date] = frozenset(),
) -> list[str]:
    """Return the free times from the 16th to the 18th of March, UTC."""
    found = free_times(
        opens,
        busy or [],
        visit,
        terms or Terms("UTC", 30),
        since=at("00:00"),
        until=at("00:00", 18),
        now=now,
        full=full,
    )
    return [f"{moment:%H:%M}" for moment in found]


MORNING = [Open(at("09:00"), at("11:00"))]


def test_a_morning_is_cut_in_the_steps_of_the_grid() -> None:
    assert free(MORNING) == ["09:00", "09:30", "10:00", "10:30"]
    assert free(MORNING, terms=Terms("UTC", 15))[:3] == ["09:00", "09:15", "09:30"]
    assert free(MORNING, terms=Terms("UTC", 15))[-1] == "10:30"


def test_the_grid_is_that_of_the_clock_and_not_of_the_opening_hour() -> None:
    assert free([Open(at("09:10"), at("10:05"))], terms=Terms("UTC", 15)) == ["09:15", "09:30"]


def test_what_is_taken_is_not_free_and_what_only_touches_is() -> None:
    assert free(MORNING, [Busy(at("09:30"), at("10:00"))]) == ["09:00", "10:00", "10:30"]


def test_buffers_are_kept_free_before_and_after_and_lie_within_the_hours() -> None:
    visit = Visit(timedelta(minutes=30), timedelta(minutes=5), timedelta(minutes=10))

    assert free(MORNING, visit=visit, terms=Terms("UTC", 5))[0] == "09:05"
    assert free(MORNING, visit=visit, terms=Terms("UTC", 5))[-1] == "10:20"
    assert free(MORNING, [Busy(at("09:30"), at("10:00"))], visit, Terms("UTC", 5))[0] == "10:05"


def test_a_time_is_free_until_as_many_share_it_as_may() -> None:
    two = [Open(at("09:00"), at("10:00"), 2)]

    assert free(two, [Busy(at("09:00"), at("09:30"), 2)]) == ["09:00", "09:30"]
    assert free(two, [Busy(at("09:00"), at("09:30"), 2)] * 2) == ["09:30"]


def test_a_visit_type_says_itself_how_many_may_share_it() -> None:
    group = Visit(timedelta(minutes=30), capacity=3)
    there = [Busy(at("09:00"), at("09:30"), 3)] * 2

    assert "09:00" in free(MORNING, there, group)
    assert "09:00" not in free(MORNING, [*there, there[0]], group)


def test_a_visit_may_use_hours_that_touch() -> None:
    touching = [Open(at("09:00"), at("10:00"), 1), Open(at("10:00"), at("11:00"), 2)]

    assert free(touching, visit=Visit(timedelta(minutes=60))) == ["09:00", "09:30", "10:00"]


def test_a_visit_may_go_over_midnight() -> None:
    assert free([Open(at("23:30"), at("00:30", 17))], visit=Visit(timedelta(minutes=60))) == ["23:30"]


def test_nothing_is_offered_too_soon_or_too_late() -> None:
    soon = Terms("UTC", 30, lead=timedelta(hours=1), horizon=timedelta(hours=2))

    assert free(MORNING, terms=soon, now=at("08:10")) == ["09:30", "10:00"]
    assert free(MORNING, now=at("09:00")) == ["09:00", "09:30", "10:00", "10:30"]
    assert free(MORNING, now=at("09:00") + timedelta(microseconds=1)) == ["09:30", "10:00", "10:30"]


def test_nothing_is_offered_on_a_day_that_has_as_many_visits_as_it_may() -> None:
    starts = [at("09:00"), at("10:00"), at("09:00", 17)]
    full = full_days(starts, 2, "UTC")

    assert full == {date(2026, 3, 16)}
    assert free([*MORNING, Open(at("09:00", 17), at("10:00", 17))], full=full) == ["09:00", "09:30"]
    assert full_days(starts, None, "UTC") == frozenset()


def test_a_day_is_full_by_its_own_clocks() -> None:
    assert full_days([at("02:00")], 1, SANTIAGO) == {date(2026, 3, 15)}


@pytest.mark.parametrize(
    ("weekday", "hours", "day", "times"),
    [
        (6, ("22:00", "24:00"), "2026-04-04", 12),  # 23:00 to 24:00 are shown twice
        (7, ("00:00", "04:00"), "2026-09-06", 12),  # 00:00 to 01:00 are not shown
        (7, ("00:00", "00:30"), "2026-09-06", 0),
    ],
)
def test_the_nights_of_santiago_have_as_many_quarters_as_they_last(
    weekday: int, hours: tuple[str, str], day: str, times: int
) -> None:
    week = Week(SANTIAGO, (WeeklyRule(weekday=weekday, start=hours[0], end=hours[1]),))
    since = datetime.fromisoformat(f"{day}T12:00Z") - timedelta(days=1)
    until = since + timedelta(days=2)
    opens = working_intervals((week,), since, until)

    found = list(
        free_times(
            opens, [], Visit(timedelta(minutes=15)), Terms(SANTIAGO), since=since, until=until, now=NOW
        )
    )
    assert len(found) == len(set(found)) == times
    assert all(to_local(moment, SANTIAGO).date() == date.fromisoformat(day) for moment in found)


def fives(least: int, most: int) -> st.SearchStrategy[int]:
    """Give minutes in steps of five: then looking at every fifth is looking at all."""
    return st.integers(least, most).map(lambda n: 5 * n)


stretches = st.tuples(fives(0, 60), fives(1, 18))
busy_times = st.lists(
    st.tuples(stretches, st.integers(1, 3)).map(
        lambda v: Busy(
            at("08:00") + timedelta(minutes=v[0][0]), at("08:00") + timedelta(minutes=sum(v[0])), v[1]
        )
    ),
    max_size=5,
)
visits = st.builds(
    lambda length, before, after, capacity: Visit(
        timedelta(minutes=length), timedelta(minutes=before), timedelta(minutes=after), capacity
    ),
    fives(1, 18),
    fives(0, 4),
    fives(0, 4),
    st.none() | st.integers(1, 3),
)


@settings(deadline=None)
@given(busy_times, visits, st.sampled_from([5, 10, 15, 20, 30, 60]), fives(0, 48))
def test_a_time_is_offered_if_each_minute_of_it_is_open_and_has_room(
    busy: list[Busy], visit: Visit, grid: int, later: int
) -> None:
    opens = [
        Open(at("09:00"), at("10:00"), 1),
        Open(at("10:00"), at("12:00"), 2),
        Open(at("12:30"), at("13:00"), 1),
    ]
    now = at("08:00") + timedelta(minutes=later)
    offered = set(free(opens, busy, visit, Terms("UTC", grid), now=now))

    for n in range(8 * 60, 14 * 60, 5):
        start = at("00:00") + timedelta(minutes=n)
        begin, end = visit.taken(start)
        each = [begin + timedelta(minutes=5 * k) for k in range((end - begin) // timedelta(minutes=5))]
        open_now = [sum(o.capacity for o in opens if o.start <= moment < o.end) for moment in each]
        capacity = (visit.capacity or min(open_now)) if min(open_now) else 0
        meets = [[b.capacity for b in busy if b.start <= moment < b.end] for moment in each]
        fits = all(len(there) + 1 <= min([capacity, *there]) for there in meets)
        wanted = bool(capacity) and fits and n % grid == 0 and start >= now
        assert wanted == (f"{start:%H:%M}" in offered)
