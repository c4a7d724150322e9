"""When a doctor works: the week, the dates on which it is otherwise, and the nights on which clocks change."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.services.appointments.hours.clock import day_span, to_local
from frontdesk.services.appointments.hours.spans import Open, is_open
from frontdesk.services.appointments.hours.week import (
    ExceptionKind,
    HoursException,
    Week,
    WeeklyRule,
    working_intervals,
)

SANTIAGO, LONDON = "America/Santiago", "Europe/London"
MONDAY = date(2026, 3, 16)
CLOSED, EXTRA = ExceptionKind.CLOSED, ExceptionKind.EXTRA
MORNINGS = tuple(WeeklyRule(weekday=day, start="09:00", end="13:00") for day in range(1, 6))


def at(text: str) -> datetime:
    """Return a moment as it is written."""
    return datetime.fromisoformat(text).astimezone(UTC)


def on(day: date, *weeks: Week, visit_type_id: str = "") -> list[str]:
    """Return when a doctor works on a local date, as the clocks of the first week show it."""
    zone = weeks[0].zone
    span = day_span(day, zone)
    found = working_intervals(weeks, span.start, span.end, visit_type_id)
    return [f"{to_local(piece.start, zone):%H:%M}-{to_local(piece.end, zone):%H:%M}" for piece in found]


def test_a_week_has_its_hours_on_its_weekdays() -> None:
    week = Week(SANTIAGO, (*MORNINGS, WeeklyRule(weekday=1, start="15:00", end="18:00")))

    assert on(MONDAY, week) == ["09:00-13:00", "15:00-18:00"]
    assert on(MONDAY + timedelta(days=1), week) == ["09:00-13:00"]
    assert on(MONDAY - timedelta(days=1), week) == []


def test_a_rule_holds_from_its_first_to_its_last_date() -> None:
    rule = WeeklyRule(
        weekday=1,
        start="09:00",
        end="13:00",
        valid_from=MONDAY,
        valid_to=MONDAY + timedelta(weeks=1),
    )

    found = [on(MONDAY + timedelta(weeks=n), Week(LONDON, (rule,))) for n in range(-1, 3)]
    assert found == [[], ["09:00-13:00"], ["09:00-13:00"], []]


def test_hours_that_touch_are_one_also_over_midnight() -> None:
    late = WeeklyRule(weekday=1, start="22:00", end="24:00")
    early = WeeklyRule(weekday=2, start="00:00", end="02:00")
    monday = day_span(MONDAY, LONDON)

    (night,) = working_intervals(
        (Week(LONDON, (late, early)),), monday.start, monday.end + timedelta(minutes=1)
    )
    assert (night.start, night.end) == (at("2026-03-16T22:00Z"), at("2026-03-17T02:00Z"))
    assert is_open([night], at("2026-03-16T23:45Z"), at("2026-03-17T00:15Z"))


def test_hours_may_be_for_some_visit_types_alone() -> None:
    rules = (
        WeeklyRule(weekday=1, start="09:00", end="10:00", visit_type_ids=("vst_first",)),
        WeeklyRule(weekday=1, start="10:00", end="11:00"),
    )

    assert on(MONDAY, Week(LONDON, rules), visit_type_id="vst_first") == ["09:00-11:00"]
    assert on(MONDAY, Week(LONDON, rules), visit_type_id="vst_other") == ["10:00-11:00"]
    assert on(MONDAY, Week(LONDON, rules)) == ["09:00-11:00"]


def test_of_two_rules_at_once_the_larger_capacity_counts() -> None:
    rules = (
        WeeklyRule(weekday=1, start="09:00", end="12:00"),
        WeeklyRule(weekday=1, start="10:00", end="11:00", capacity=3),
    )
    monday = day_span(MONDAY, LONDON)

    found = working_intervals((Week(LONDON, rules),), monday.start, monday.end)
    assert found == (
        Open(at("2026-03-16T09:00Z"), at("2026-03-16T10:00Z"), 1),
        Open(at("2026-03-16T10:00Z"), at("2026-03-16T11:00Z"), 3),
        Open(at("2026-03-16T11:00Z"), at("2026-03-16T12:00Z"), 1),
    )


def test_a_closed_date_is_closed_and_a_closed_hour_is_cut_out() -> None:
    tuesday = MONDAY + timedelta(days=1)
    exceptions = (
        HoursException(first=MONDAY, last=MONDAY, kind=CLOSED),
        HoursException(first=tuesday, last=tuesday, kind=CLOSED, start="10:00", end="11:00"),
    )

    assert on(MONDAY, Week(SANTIAGO, MORNINGS, exceptions)) == []
    assert on(tuesday, Week(SANTIAGO, MORNINGS, exceptions)) == ["09:00-10:00", "11:00-13:00"]


def test_an_extra_saturday_is_open_unless_the_clinic_is_closed() -> None:
    saturday = date(2026, 3, 21)
    extra = HoursException(first=saturday, last=saturday, kind=EXTRA, start="10:00", end="12:00")
    holiday = HoursException(first=saturday, last=saturday, kind=CLOSED)

    assert on(saturday, Week(SANTIAGO, MORNINGS, (extra,))) == ["10:00-12:00"]
    assert on(saturday, Week(SANTIAGO, MORNINGS, (extra,)), Week(SANTIAGO, (), (holiday,))) == []


def test_a_shift_over_the_repeated_hour_lasts_an_hour_longer() -> None:
    late = WeeklyRule(weekday=6, start="22:00", end="24:00")

    (night,) = working_intervals((Week(SANTIAGO, (late,)),), at("2026-04-05T00:00Z"), at("2026-04-05T04:00Z"))
    assert night.end - night.start == timedelta(hours=3)


def test_a_shift_over_the_missing_hour_is_an_hour_shorter() -> None:
    night = WeeklyRule(weekday=7, start="00:00", end="04:00")

    (found,) = working_intervals(
        (Week(SANTIAGO, (night,)),), at("2026-09-06T04:00Z"), at("2026-09-06T12:00Z")
    )
    assert (found.start, found.end) == (at("2026-09-06T04:00Z"), at("2026-09-06T07:00Z"))


def test_nine_in_london_moves_in_utc_when_the_clocks_change() -> None:
    sundays = (WeeklyRule(weekday=7, start="09:00", end="10:00"),)

    found = working_intervals((Week(LONDON, sundays),), at("2026-10-18T00:00Z"), at("2026-10-26T00:00Z"))
    assert [piece.start for piece in found] == [at("2026-10-18T08:00Z"), at("2026-10-25T09:00Z")]


def test_a_doctor_may_work_by_the_clocks_of_another_place() -> None:
    madrid = Week("Europe/Madrid", (WeeklyRule(weekday=1, start="09:00", end="13:00"),))

    (found,) = working_intervals((madrid, Week(SANTIAGO)), at("2026-03-16T00:00Z"), at("2026-03-17T00:00Z"))
    assert (found.start, found.end) == (at("2026-03-16T08:00Z"), at("2026-03-16T12:00Z"))


clocks = st.sampled_from(
    ["00:00", "00:30", "01:00", "01:30", "02:00", "09:00", "22:00", "23:00", "23:30", "24:00"]
)
rules = st.builds(
    lambda weekday, pair, capacity: WeeklyRule(
        weekday=weekday, start=min(pair), end=max(pair), capacity=capacity
    ),
    st.integers(1, 7),
    st.tuples(clocks, clocks).filter(lambda pair: pair[0] != pair[1]),
    st.integers(1, 3),
)
exceptions = st.builds(
    lambda day, length, kind, pair: HoursException(
        first=day, last=day + timedelta(days=length), kind=kind, start=min(pair), end=max(pair)
    ),
    st.dates(date(2026, 4, 1), date(2026, 4, 8)),
    st.integers(0, 2),
    st.sampled_from(ExceptionKind),
    st.tuples(clocks, clocks).filter(lambda pair: pair[0] != pair[1]),
)
weeks = st.builds(
    Week,
    st.sampled_from([SANTIAGO, LONDON, "America/Lima", "Australia/Lord_Howe"]),
    st.lists(rules, max_size=4).map(tuple),
    st.lists(exceptions, max_size=3).map(tuple),
)


@settings(deadline=None)
@given(st.lists(weeks, min_size=1, max_size=2).map(tuple))
def test_a_doctor_works_in_each_moment_that_some_clock_opens_and_none_closes(
    opening: tuple[Week, ...],
) -> None:
    since, until = at("2026-04-02T00:00Z"), at("2026-04-07T00:00Z")  # Santiago's night, and Lord Howe's
    found = working_intervals(opening, since, until)

    moment = since
    while moment < until:
        open_ = [hours for week in opening for hours in week.rules if _reads(hours, moment, week.zone)]
        special = [hours for week in opening for hours in week.exceptions if _reads(hours, moment, week.zone)]
        extra = [hours for hours in special if hours.kind is EXTRA]
        closed = [hours for hours in special if hours.kind is CLOSED]
        capacities = [hours.capacity for hours in open_] + [hours.capacity for hours in extra]
        wanted = 0 if closed else max(capacities, default=0)
        assert sum(piece.capacity for piece in found if piece.start <= moment < piece.end) == wanted
        moment += timedelta(minutes=15)


def _reads(hours: WeeklyRule | HoursException, moment: datetime, zone: str) -> bool:
    shown = to_local(moment, zone)
    return hours.holds_on(shown.date()) and hours.start <= f"{shown:%H:%M}" < hours.end
