"""Wall-clock time and UTC, with the hours that the clocks of a place skip or show twice.

A zone is an IANA name. Moments are aware UTC; a day's minutes are those that its clocks show, 0 to 1440.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from frontdesk.services.appointments.hours.refusals import AmbiguousTime, NonexistentTime
from frontdesk.services.appointments.hours.spans import Span

DAY_MINUTES = 24 * 60

_WIDEST = timedelta(hours=15)  # no zone is further from UTC
_SECOND = timedelta(seconds=1)


def resolve_local(day: date, at: time, zone: str, fold: int | None = None) -> datetime:
    """Return the UTC moment at which the clocks of `zone` show this.

    `fold` chooses between the two moments of a time that is shown twice, and means nothing for others. Raises
    NonexistentTime (with `next`, the first time that the clocks show after it) and AmbiguousTime (with the `offsets`
    of fold 0 and 1).
    """
    stretches = _offsets(day, zone)
    if len(stretches) == 1:  # nearly always
        return datetime.combine(day, at, UTC) - stretches[0][2]
    wall, place = datetime.combine(day, at), ZoneInfo(zone)
    first, second = (wall.replace(tzinfo=place, fold=which).astimezone(UTC) for which in (0, 1))
    if first == second:
        return first
    # In a gap, fold 0 means the offset from before it, with which the time lands after it; fold 1 the other way round.
    if first > second:
        change = _change_between(second, first, place)
        raise NonexistentTime(next=f"{change.astimezone(place):%Y-%m-%dT%H:%M}")
    if fold is None:
        raise AmbiguousTime(offsets=[_said(moment, place) for moment in (first, second)])
    return second if fold else first


def to_local(moment: datetime, zone: str) -> datetime:
    """Return a moment as the clocks of a place show it, with its offset and fold."""
    return moment.astimezone(ZoneInfo(zone))


def shown(day: date, start: int, end: int, zone: str) -> Iterator[Span]:
    """Yield the real time in which the clocks of a place show this date and a minute in start <= minute < end.

    What the clocks skip is not in it, and what they show twice is in it twice.
    """
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    low, high = midnight + timedelta(minutes=start), midnight + timedelta(minutes=end)
    for since, until, offset in _offsets(day, zone):
        first, last = max(since, low - offset), min(until, high - offset)
        if first < last:
            yield Span(first, last)


def day_span(day: date, zone: str) -> Span:
    """Return from when to when the clocks of a place show a date; nothing of one that they skip, at the change."""
    spans = tuple(shown(day, 0, DAY_MINUTES, zone))
    if spans:
        return Span(spans[0].start, spans[-1].end)
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    change = next(since for since, _, offset in _offsets(day, zone) if since + offset > midnight)
    return Span(change, change)


@lru_cache(maxsize=4096)
def _offsets(day: date, zone: str) -> tuple[tuple[datetime, datetime, timedelta], ...]:
    """Return the stretches of real time around a date, each with the one offset from UTC that is in force in it.

    One or two: since 1970 no zone has changed its offset twice within six days (tzdata 2025).
    """
    place = ZoneInfo(zone)
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    start, end = midnight - _WIDEST, midnight + timedelta(days=1) + _WIDEST
    before, after = _offset(start, place), _offset(end, place)
    if before == after:
        return ((start, end, before),)
    change = _change_between(start, end, place)
    return ((start, change, before), (change, end, after))


def _change_between(before: datetime, after: datetime, place: ZoneInfo) -> datetime:
    """Return the first second with the offset that is in force at `after`, and not yet at `before`."""
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if _offset(middle, place) == _offset(before, place):
            before = middle
        else:
            after = middle
    return after


def _offset(moment: datetime, place: ZoneInfo) -> timedelta:
    return moment.astimezone(place).utcoffset() or timedelta()


def _said(moment: datetime, place: ZoneInfo) -> str:
    """Return the offset that is in force at a moment, as it is written: "-03:00"."""
    return moment.astimezone(place).isoformat(timespec="minutes")[16:]
