"""What the clocks of a place show: the nights on which they skip an hour or show one twice, and all other nights."""

import itertools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from frontdesk.services.appointments.hours.clock import day_span, resolve_local, shown, to_local
from frontdesk.services.appointments.hours.refusals import AmbiguousTime, NonexistentTime

SANTIAGO, LONDON = "America/Santiago", "Europe/London"
MINUTE = timedelta(minutes=1)

# Those that people live in; "posixrules" and the like have no place in a clinic.
ZONES = sorted(
    name for name in available_timezones() if "/" in name and not name.startswith(("posix", "right"))
)
zones = st.sampled_from(ZONES)
days = st.dates(date(1972, 1, 2), date(2060, 12, 30))
minutes = st.integers(0, 24 * 60)


def at(text: str) -> datetime:
    """Return a moment as it is written."""
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("zone", "first", "after"),
    [
        (SANTIAGO, "2026-09-06T00:00", "2026-09-06T01:00"),
        (SANTIAGO, "2027-09-05T00:00", "2027-09-05T01:00"),
        (LONDON, "2026-03-29T01:00", "2026-03-29T02:00"),
        (LONDON, "2027-03-28T01:00", "2027-03-28T02:00"),
        ("America/Tijuana", "2026-03-08T02:00", "2026-03-08T03:00"),
        ("Australia/Lord_Howe", "2026-10-04T02:00", "2026-10-04T02:30"),
    ],
)
def test_a_time_that_the_clocks_skip_does_not_exist(zone: str, first: str, after: str) -> None:
    wall, end = datetime.fromisoformat(first), datetime.fromisoformat(after)
    while wall < end:
        with pytest.raises(NonexistentTime) as refused:
            resolve_local(wall.date(), wall.time(), zone, fold=0)
        assert refused.value.extra == {"next": after}
        wall += MINUTE

    assert to_local(resolve_local(end.date(), end.time(), zone), zone).replace(tzinfo=None) == end
    last = datetime.fromisoformat(first) - MINUTE
    assert (
        resolve_local(end.date(), end.time(), zone) - resolve_local(last.date(), last.time(), zone) == MINUTE
    )


@pytest.mark.parametrize(
    ("zone", "first", "minutes", "offsets"),
    [
        (SANTIAGO, "2026-04-04T23:00", 60, ["-03:00", "-04:00"]),
        (SANTIAGO, "2027-04-03T23:00", 60, ["-03:00", "-04:00"]),
        (LONDON, "2026-10-25T01:00", 60, ["+01:00", "+00:00"]),
        (LONDON, "2027-10-31T01:00", 60, ["+01:00", "+00:00"]),
        ("Australia/Lord_Howe", "2026-04-05T01:30", 30, ["+11:00", "+10:30"]),
    ],
)
def test_a_time_that_is_shown_twice_wants_a_fold(
    zone: str, first: str, minutes: int, offsets: list[str]
) -> None:
    for n in range(minutes):
        wall = datetime.fromisoformat(first) + n * MINUTE
        with pytest.raises(AmbiguousTime) as refused:
            resolve_local(wall.date(), wall.time(), zone)
        assert refused.value.extra == {"offsets": offsets}
        earlier, later = (resolve_local(wall.date(), wall.time(), zone, fold) for fold in (0, 1))
        assert later - earlier == minutes * MINUTE
        assert to_local(earlier, zone).fold == 0
        assert to_local(later, zone).fold == 1


def test_the_same_hour_of_london_is_another_in_utc_a_day_after_the_change() -> None:
    assert resolve_local(date(2026, 10, 24), time(9), LONDON) == at("2026-10-24T08:00Z")
    assert resolve_local(date(2026, 10, 26), time(9), LONDON) == at("2026-10-26T09:00Z")


@pytest.mark.parametrize("week", range(-4, 5))
def test_a_weekly_visit_at_ten_stays_at_ten(week: int) -> None:
    day = date(2026, 9, 6) + timedelta(weeks=week)

    assert to_local(resolve_local(day, time(10), SANTIAGO), SANTIAGO).time() == time(10)
    assert resolve_local(day, time(10), SANTIAGO).hour == (13 if week >= 0 else 14)


@pytest.mark.parametrize(
    "zone",
    [
        "America/Mexico_City",
        "America/Bogota",
        "America/Lima",
        "America/Sao_Paulo",
        "America/Argentina/Buenos_Aires",
        "America/Asuncion",
        "America/Punta_Arenas",
    ],
)
def test_these_places_do_not_change_their_clocks(zone: str) -> None:
    offsets = {to_local(at("2026-01-01T12:00Z") + timedelta(days=n), zone).utcoffset() for n in range(730)}

    assert len(offsets) == 1


def test_a_day_begins_when_the_clocks_first_show_it() -> None:
    assert day_span(date(2026, 9, 6), SANTIAGO).start == at("2026-09-06T04:00Z")
    assert to_local(at("2026-09-06T04:00Z"), SANTIAGO).time() == time(1)
    assert day_span(date(2026, 9, 6), SANTIAGO).end == at("2026-09-07T03:00Z")


def test_a_date_that_the_clocks_skip_is_no_time() -> None:
    span = day_span(date(2011, 12, 30), "Pacific/Apia")

    assert span.start == span.end == day_span(date(2011, 12, 31), "Pacific/Apia").start


def test_what_is_shown_of_a_date_is_what_its_clocks_read_even_where_they_go_back_into_the_day_before() -> (
    None
):
    day = date(2010, 11, 7)  # at 00:01 the clocks of St. John's went back to 23:01
    spans = tuple(shown(day, 0, 24 * 60, "America/St_Johns"))

    assert [span.end - span.start for span in spans] == [MINUTE, timedelta(days=1)]


@settings(deadline=None)
@given(zones, days, st.times(), st.sampled_from([None, 0, 1]))
@example(SANTIAGO, date(2026, 9, 6), time(0, 30), None)
@example(SANTIAGO, date(2026, 4, 4), time(23, 30), None)
@example(
    "Africa/Monrovia", date(1972, 1, 7), time(0, 30), None
)  # its clocks went forward by 44 minutes 30 seconds
def test_a_resolved_time_is_what_the_clocks_show_and_every_time_that_they_show_can_be_resolved(
    zone: str, day: date, clock: time, fold: int | None
) -> None:
    clock = clock.replace(second=0, microsecond=0)
    shows = [
        moment
        for moment in _moments_near(day, clock, zone)
        if to_local(moment, zone).replace(tzinfo=None, fold=0) == datetime.combine(day, clock)
    ]
    try:
        found = [resolve_local(day, clock, zone, fold)]
    except NonexistentTime:
        found = []
    except AmbiguousTime:
        assert fold is None
        found = [resolve_local(day, clock, zone, which) for which in (0, 1)]

    assert found == (shows if fold is None or len(shows) < 2 else [shows[fold]])


@settings(deadline=None)
@given(zones, days, minutes, minutes)
@example(SANTIAGO, date(2026, 4, 4), 22 * 60, 24 * 60)
@example(SANTIAGO, date(2026, 4, 4), 22 * 60, 23 * 60 + 30)
@example(SANTIAGO, date(2026, 9, 6), 0, 90)
@example("America/St_Johns", date(2010, 11, 7), 0, 24 * 60)
@example("Pacific/Apia", date(2011, 12, 30), 0, 24 * 60)
def test_what_is_shown_between_two_times_is_every_minute_whose_clock_reads_so(
    zone: str, day: date, one: int, other: int
) -> None:
    start, end = sorted((one, other))
    spans = tuple(shown(day, start, end, zone))

    assert all(before.end <= after.start for before, after in itertools.pairwise(spans))
    step, moment = 7 * MINUTE, datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=16)
    while moment < datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=40):
        reads = to_local(moment, zone)
        wanted = reads.date() == day and start <= reads.hour * 60 + reads.minute + reads.second / 60 < end
        assert wanted == any(span.start <= moment < span.end for span in spans)
        moment += step


@given(zones, days)
def test_one_day_begins_where_the_other_ends_unless_the_clocks_go_back_over_midnight(
    zone: str, day: date
) -> None:
    today, tomorrow = day_span(day, zone), day_span(day + timedelta(days=1), zone)
    assume(to_local(today.end, zone).date() > day or today.start == today.end)  # not as in St. John's

    assert today.end == tomorrow.start


def _moments_near(day: date, clock: time, zone: str) -> list[datetime]:
    """Return the moments that could be meant: the wall time, read with every offset of these days, in order."""
    wall = datetime.combine(day, clock, UTC)
    around = [(wall + timedelta(hours=n)).astimezone(ZoneInfo(zone)).utcoffset() for n in range(-30, 31)]
    return sorted({wall - offset for offset in around if offset is not None})
