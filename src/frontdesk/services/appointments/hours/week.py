"""When a doctor works: weekly rules in wall-clock time, and the dates on which it is otherwise.

Pure, and kept as local time and zone: the same rule is another time in UTC after the clocks have changed.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated

import msgspec

from frontdesk.kernel.sensitive import SENSITIVE
from frontdesk.services.appointments.hours.clock import DAY_MINUTES, shown
from frontdesk.services.appointments.hours.spans import Open, Span, flattened, without


class WeeklyRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
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


class HoursException(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
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


class Opening(msgspec.Struct, frozen=True):
    """All that says when a doctor works, and on whose clocks."""

    zone: str
    rules: tuple[WeeklyRule, ...] = ()
    exceptions: tuple[HoursException, ...] = ()  # the doctor's own and the clinic's


def working_intervals(opening: Opening, first: date, last: date, visit_type_id: str = "") -> tuple[Open, ...]:
    """Return when the doctor sees patients from one local date to another, both included.

    In order, without overlaps, joined over midnight. Without a visit type: all that is open for anything.
    """
    days = tuple(first + timedelta(days=n) for n in range((last - first).days + 1))
    return flattened(piece for day in days for piece in _working(opening, day, visit_type_id))


def working_around(opening: Opening, first: date, last: date, visit_type_id: str = "") -> tuple[Open, ...]:
    """Return the same with the days before and after, for visits that reach over midnight."""
    day = timedelta(days=1)
    return working_intervals(opening, first - day, last + day, visit_type_id)


def _working(opening: Opening, day: date, visit_type_id: str) -> Iterator[Open]:
    special = [exception for exception in opening.exceptions if exception.holds_on(day)]
    extra = [exception for exception in special if exception.kind is ExceptionKind.EXTRA]
    closed = [exception for exception in special if exception.kind is ExceptionKind.CLOSED]
    holes = [span for hours in closed for span in _spans(hours, day, opening.zone)]
    usual = [rule for rule in opening.rules if rule.holds_on(day)]
    working: tuple[Hours, ...] = (*usual, *extra)
    for hours in working:
        if not visit_type_id or not hours.visit_type_ids or visit_type_id in hours.visit_type_ids:
            for span in without(_spans(hours, day, opening.zone), holes):
                yield Open(span.start, span.end, hours.capacity)


def _spans(hours: Hours, day: date, zone: str) -> Iterable[Span]:
    return shown(day, minute_of(hours.start), minute_of(hours.end), zone)


def minute_of(clock: str) -> int:
    """Return the minutes since midnight of "HH:MM"; "24:00" is 1440."""
    return min(int(clock[:2]) * 60 + int(clock[3:]), DAY_MINUTES)
