"""When reminders are due: on the wall clock, around quiet hours, and not for what is over."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from frontdesk.services.appointments.booking.model import Time
from frontdesk.services.appointments.booking.wishes import time_of
from frontdesk.services.appointments.clinics.model import USUAL_REMINDERS, Quiet, ReminderKind, ReminderStep
from frontdesk.services.appointments.hours.clock import resolve_local
from frontdesk.services.appointments.hours.free import Visit
from frontdesk.services.appointments.reminders.plan import Due, end_of_quiet, is_quiet, planned

SANTIAGO = "America/Santiago"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
QUIET = Quiet("21:00", "08:00")
CONFIRM, PENDING, SOON = ReminderKind


def visit(day: str, clock: str = "10:00", zone: str = SANTIAGO, fold: int = 0) -> Time:
    """Return a visit at a time of the wall clock."""
    start = resolve_local(date.fromisoformat(day), time.fromisoformat(clock), zone, fold)
    return time_of(start, Visit(timedelta(minutes=30)), zone)


def due(
    of: Time,
    *steps: ReminderStep,
    quiet: Quiet | None = QUIET,
    now: datetime = LONG_AGO,
) -> list[tuple[str, str]]:
    """Return what is planned, in the wall-clock time of the visit's place."""
    place = ZoneInfo(of.zone)
    found = planned(steps or USUAL_REMINDERS, quiet, of, now)
    return [(one.name, f"{one.at.astimezone(place):%m-%d %H:%M}") for one in found]


def test_the_usual_plan_is_two_days_one_day_and_two_hours_before() -> None:
    assert due(visit("2026-03-18", "15:00")) == [
        ("confirm", "03-16 15:00"),
        ("pending", "03-17 15:00"),
        ("soon", "03-18 13:00"),
    ]


def test_a_day_before_at_ten_is_ten_where_the_clocks_change_in_the_night() -> None:
    step = ReminderStep(CONFIRM, days_before=1, at="10:00")

    (one,) = planned((step,), QUIET, visit("2026-09-06"), LONG_AGO)

    assert one.at == datetime(2026, 9, 5, 14, 0, tzinfo=UTC)  # 24 hours before would be at 9 there


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (SANTIAGO, "2026-09-06", 23),
        (SANTIAGO, "2026-04-05", 25),
        ("Europe/London", "2026-03-29", 23),
        ("Europe/London", "2026-10-25", 25),
        ("America/Mexico_City", "2026-04-05", 24),
    ],
)
def test_between_the_same_times_of_two_days_there_may_be_an_hour_more_or_less(
    zone: str, day: str, hours: int
) -> None:
    of = visit(day, "12:00", zone)

    (one,) = planned((ReminderStep(PENDING, days_before=1),), QUIET, of, LONG_AGO)

    assert of.start - one.at == timedelta(hours=hours)


def test_minutes_before_are_real_minutes() -> None:
    of = visit("2026-10-25", "03:30", "Europe/London")
    (one,) = planned((ReminderStep(SOON, minutes_before=240),), None, of, LONG_AGO)

    assert one.at.astimezone(ZoneInfo("Europe/London")).strftime("%H:%M") == "00:30"  # 01:00 came twice


def test_a_time_that_the_clocks_skip_is_the_first_one_after_it() -> None:
    step = ReminderStep(PENDING, days_before=1, at="00:30")

    assert due(visit("2026-09-07"), step, quiet=None) == [("pending", "09-06 01:00")]


def test_of_a_time_that_comes_twice_it_is_the_first() -> None:
    step = ReminderStep(PENDING, days_before=1, at="23:30")
    (one,) = planned((step,), None, visit("2026-04-05"), LONG_AGO)

    assert one.at == datetime(2026, 4, 5, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("clock", "when"),
    [
        ("09:00", "03-17 20:45"),  # two hours before would be 7:00
        ("09:59", "03-17 20:45"),
        ("10:00", "03-18 08:00"),  # the quiet hours are just over
        ("22:59", "03-18 20:59"),
        ("23:00", "03-18 20:45"),
    ],
)
def test_quiet_hours_move_a_reminder_earlier(clock: str, when: str) -> None:
    assert due(visit("2026-03-18", clock), ReminderStep(SOON, minutes_before=120)) == [("soon", when)]


def test_quiet_hours_within_a_day_move_it_before_them() -> None:
    siesta = Quiet("13:00", "16:00")

    assert due(visit("2026-03-18", "17:00"), ReminderStep(SOON, minutes_before=120), quiet=siesta) == [
        ("soon", "03-18 12:45")
    ]


def test_nobody_is_reminded_within_the_last_hour() -> None:
    assert due(visit("2026-03-18", "15:00"), ReminderStep(SOON, minutes_before=10)) == [
        ("soon", "03-18 14:00")
    ]


def test_what_would_have_been_due_before_the_booking_is_left_out() -> None:
    of = visit("2026-03-18", "15:00")

    assert [name for name, _ in due(of, now=of.start - timedelta(hours=47))] == ["pending", "soon"]
    assert [name for name, _ in due(of, now=of.start - timedelta(hours=24))] == ["soon"]
    assert due(of, now=of.start - timedelta(minutes=119)) == []


def test_two_of_a_kind_have_names_of_their_own() -> None:
    steps = (ReminderStep(SOON, days_before=1), ReminderStep(SOON, minutes_before=120))

    assert [name for name, _ in due(visit("2026-03-18", "15:00"), *steps)] == ["soon", "soon-2"]


def test_of_two_for_the_same_moment_the_first_is_sent() -> None:
    steps = (ReminderStep(CONFIRM, days_before=1), ReminderStep(PENDING, days_before=1))

    assert [name for name, _ in due(visit("2026-03-18", "15:00"), *steps)] == ["confirm"]


@pytest.mark.parametrize("zone", [SANTIAGO, "Europe/London", "America/Mexico_City"])
def test_no_reminder_of_any_visit_of_two_years_is_in_the_quiet_hours_or_the_last_hour(zone: str) -> None:
    hour = timedelta(hours=1)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    count = 0
    for n in range(0, 2 * 365 * 24, 5):
        of = time_of(start + n * hour, Visit(hour / 2), zone)
        for one in planned(USUAL_REMINDERS, QUIET, of, datetime(2025, 1, 1, tzinfo=UTC)):
            assert not is_quiet(one.at, QUIET, zone)
            assert one.at <= of.start - hour
            count += 1
    assert count > 7000


def test_the_quiet_hours_end_in_the_morning_of_the_clinic() -> None:
    evening = resolve_local(date(2026, 9, 5), time(22, 0), SANTIAGO)
    night = resolve_local(date(2026, 9, 6), time(3, 0), SANTIAGO)

    assert (
        end_of_quiet(evening, QUIET, SANTIAGO)
        == end_of_quiet(night, QUIET, SANTIAGO)
        == datetime(2026, 9, 6, 11, 0, tzinfo=UTC)
    )


def test_a_plan_is_in_order() -> None:
    found = planned(USUAL_REMINDERS[::-1], QUIET, visit("2026-03-18", "15:00"), LONG_AGO)

    assert [one.kind for one in found] == [CONFIRM, PENDING, SOON]
    assert found == tuple(sorted(found, key=lambda one: one.at))
    assert isinstance(found[0], Due)
