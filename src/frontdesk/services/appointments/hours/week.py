"""When a doctor works: weekly rules in wall-clock time, and the dates on which it is otherwise.

Pure, and kept as local time and zone: the same rule is another time in UTC after the clocks have changed.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Annotated

import msgspec

from frontdesk.kernel.sensitive import SENSITIVE
from frontdesk.services.appointments.hours.clock import DAY_MINUTES, shown, to_local
from frontdesk.services.appointments.hours.spans import Open, Span, flattened, without

DAYS_AT_HAND = 4_096  # of doctors


class WeeklyRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, cache_hash=True):
    """Working hours on one weekday (1 is Monday), from `start` to `end` ("09:00", "24:00") of the place's clocks.

    Both valid dates are included; an open end is for ever. No visit types: all of them. `capacity`: patients at a time.
    """

    weekday: int
    start: str
    end: str
    visit_type_ids: tuple[str, ...] = ()
    capacity: int = 1
    valid_from: date | None = None
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Return whether this is a rule for a date."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and day.isoweekday() == self.weekday and (self.valid_to is None or day <= self.valid_to)


class ExceptionKind(StrEnum):
    """What a date has that its weekday has not. Closed is stronger."""

    CLOSED = "closed"
    EXTRA = "extra"


class HoursException(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, cache_hash=True):
    """On each date from `first` to `last`, both included: closed, or open as well, from `start` to `end`.

    `reason` is for the staff alone.
    """

    exception_id: str = ""
    first: date
    last: date
    kind: ExceptionKind
    start: str = "00:00"
    end: str = "24:00"
    visit_type_ids: tuple[str, ...] = ()
    capacity: int = 1
    reason: Annotated[str | None, SENSITIVE] = None

    def holds_on(self, day: date) -> bool:
        """Return whether this says something about a date."""
        return self.first <= day <= self.last


Hours = WeeklyRule | HoursException


class Week(msgspec.Struct, frozen=True):
    """Hours and exceptions by the clocks of one place: a doctor's own, or those of the whole clinic."""

    zone: str
    rules: tuple[WeeklyRule, ...] = ()
    exceptions: tuple[HoursException, ...] = ()


Opening = tuple[Week, ...]
"""All that says when a doctor works. Any week may open, and what one closes is closed."""


def working_intervals(
    opening: Opening, since: datetime, until: datetime, visit_type_id: str = ""
) -> tuple[Open, ...]:
    """Return when the doctor sees patients: all that meets the time from `since` to `until`, and not cut there.

    In order, without overlaps, joined over midnight. Without a visit type: all that is open for anything.
    """
    days = tuple([(to_local(since, week.zone).date(), to_local(until, week.zone).date()) for week in opening])
    working = _working(opening, days, visit_type_id)
    return tuple([piece for piece in working if piece.start < until and since < piece.end])


@lru_cache(maxsize=DAYS_AT_HAND)
def _working(opening: Opening, days: tuple[tuple[date, date], ...], visit_type_id: str) -> tuple[Open, ...]:
    """Return the working time of whole dates: of each week from its first to its last. Many book on one of them."""
    open_: list[Open] = []
    closed: list[Span] = []
    for week, (first, last) in zip(opening, days, strict=True):
        for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
            open_ += _open_on(week, day, visit_type_id)
            closed += _closed_on(week, day)
    working = [
        Open(span.start, span.end, piece.capacity)
        for piece in open_
        for span in without([Span(piece.start, piece.end)], closed)
    ]
    return flattened(working)


def _open_on(week: Week, day: date, visit_type_id: str) -> Iterator[Open]:
    rules = [rule for rule in week.rules if rule.holds_on(day)]
    extra = [hours for hours in week.exceptions if hours.kind is ExceptionKind.EXTRA and hours.holds_on(day)]
    both: tuple[Hours, ...] = (*rules, *extra)
    for hours in both:
        if not visit_type_id or not hours.visit_type_ids or visit_type_id in hours.visit_type_ids:
            yield from (Open(span.start, span.end, hours.capacity) for span in _spans(hours, day, week.zone))


def _closed_on(week: Week, day: date) -> Iterator[Span]:
    for hours in week.exceptions:
        if hours.kind is ExceptionKind.CLOSED and hours.holds_on(day):
            yield from _spans(hours, day, week.zone)


def _spans(hours: Hours, day: date, zone: str) -> Iterable[Span]:
    return shown(day, minute_of(hours.start), minute_of(hours.end), zone)


def minute_of(clock: str) -> int:
    """Return the minutes since midnight of "HH:MM"; "24:00" is 1440."""
    return min(int(clock[:2]) * 60 + int(clock[3:]), DAY_MINUTES)
