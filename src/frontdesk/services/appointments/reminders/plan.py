"""When a patient is reminded, in the wall-clock time of the clinic. Pure.

A day before means at the same time of the day before, whatever the clocks do in the night between: 24 hours before may
be an hour off. Quiet hours move a reminder earlier, and none comes within the last hour before the visit.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

import msgspec

from frontdesk.services.appointments.booking.model import Time
from frontdesk.services.appointments.clinics.model import Quiet, ReminderKind, ReminderStep
from frontdesk.services.appointments.hours.clock import resolve_local, to_local
from frontdesk.services.appointments.hours.refusals import NonexistentTime
from frontdesk.services.appointments.hours.week import minute_of

LAST = timedelta(hours=1)  # before the visit; later than this nobody is reminded
BEFORE_QUIET = timedelta(minutes=15)  # a message takes a while, and must not arrive in the quiet hours


class Due(msgspec.Struct, frozen=True):
    """One reminder, and the UTC moment of it. `name` tells the second of a kind from the first: `soon-2`."""

    name: str
    kind: ReminderKind
    at: datetime


def planned(
    steps: Sequence[ReminderStep], quiet: Quiet | None, visit: Time, now: datetime
) -> tuple[Due, ...]:
    """Return the reminders of a visit that are still to come, in order.

    What would have been due before now is left out, and so is the second of two for the same moment.
    """
    due: dict[datetime, Due] = {}
    for name, step in _named(steps):
        at = awake(min(_moment(step, visit), visit.start - LAST), quiet, visit.zone)
        if at > now:
            due.setdefault(at, Due(name, step.kind, at))
    return tuple(due[at] for at in sorted(due))


def is_quiet(moment: datetime, quiet: Quiet, zone: str) -> bool:
    """Return whether nobody is to be disturbed then. The first minute of the quiet hours is quiet, the last is not."""
    minute = _minute(moment, zone)
    begins, ends = minute_of(quiet.begins), minute_of(quiet.ends)
    return begins <= minute < ends if begins <= ends else minute >= begins or minute < ends


def awake(moment: datetime, quiet: Quiet | None, zone: str) -> datetime:
    """Return the moment, or the last one before the quiet hours in which it lies."""
    if quiet is None or not is_quiet(moment, quiet, zone):
        return moment
    day = to_local(moment, zone).date()
    if _minute(moment, zone) < minute_of(quiet.begins):  # after midnight: they began the evening before
        day -= timedelta(days=1)
    return shown_at(day, quiet.begins, zone) - BEFORE_QUIET


def end_of_quiet(moment: datetime, quiet: Quiet, zone: str) -> datetime:
    """Return when the quiet hours are over in which a moment lies."""
    day = to_local(moment, zone).date()
    if _minute(moment, zone) >= minute_of(quiet.ends):
        day += timedelta(days=1)
    return shown_at(day, quiet.ends, zone)


def shown_at(day: date, clock: str, zone: str, fold: int = 0) -> datetime:
    """Return when the clocks show this; of what they skip, the first moment after it."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minute_of(clock))
    try:
        return resolve_local(wall.date(), wall.time(), zone, fold)
    except NonexistentTime as gap:
        after = datetime.fromisoformat(str(gap.extra["next"]))
        return resolve_local(after.date(), after.time(), zone, fold)


def _named(steps: Sequence[ReminderStep]) -> Iterator[tuple[str, ReminderStep]]:
    seen = Counter[ReminderKind]()
    for step in steps:
        seen[step.kind] += 1
        yield step.kind if seen[step.kind] == 1 else f"{step.kind}-{seen[step.kind]}", step


def _moment(step: ReminderStep, visit: Time) -> datetime:
    if step.minutes_before is not None:
        return visit.start - timedelta(minutes=step.minutes_before)
    day = date.fromisoformat(visit.date) - timedelta(days=step.days_before)
    return shown_at(day, step.at or visit.clock, visit.zone)


def _minute(moment: datetime, zone: str) -> int:
    local = to_local(moment, zone)
    return local.hour * 60 + local.minute
