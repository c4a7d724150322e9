"""Moments and days as a FHIR search says them: `2026-03-15`, `ge2026-03`, `lt2026-03-15T10:00:00Z`. Pure."""

import re
from datetime import UTC, date, datetime, timedelta

import msgspec

from frontdesk.kernel.errors import Fault, Invalid
from frontdesk.services.appointments.clinics.setting import FIRST_DAY, LAST_DAY
from frontdesk.services.appointments.hours.clock import day_span

_SAID = re.compile(r"^(eq|ge|gt|sa|le|lt|eb)?(\d{4})(?:-(\d\d)(?:-(\d\d)(T.+)?)?)?$", re.ASCII)
_INSTANT = timedelta(microseconds=1)


class Period(msgspec.Struct, frozen=True):
    """since <= moment < until; None: open."""

    since: datetime | None = None
    until: datetime | None = None


def read_period(name: str, text: str, zone: str) -> Period:
    """Return which moments a search parameter means; days are those of a place. Raises Invalid."""
    if not text:
        return Period()
    found = _SAID.match(text)
    if found is None:
        raise _wrong(name)
    prefix, year, month, day, clock = found.groups()
    try:
        if clock:
            begin = datetime.fromisoformat(text.removeprefix(prefix or "")).astimezone(UTC)
            end = begin + _INSTANT
            _check_days(begin.date(), begin.date())
        else:
            begin, end = _days(int(year), month, day, zone)
    except (ValueError, OverflowError):
        raise _wrong(name) from None
    return _meant(prefix or "eq", begin, end)


def read_moment(name: str, text: str, zone: str) -> datetime:
    """Return the moment that is said, the beginning of a day. Raises Invalid."""
    since = read_period(name, text, zone).since
    if since is None:
        raise _wrong(name)
    return since


def _meant(prefix: str, begin: datetime, end: datetime) -> Period:
    if prefix == "eq":
        return Period(begin, end)
    if prefix in {"ge", "gt", "sa"}:
        return Period(since=begin if prefix == "ge" else end)
    return Period(until=end if prefix == "le" else begin)


def _days(year: int, month: str | None, day: str | None, zone: str) -> tuple[datetime, datetime]:
    first = date(year, int(month or 1), int(day or 1))
    if day:
        last = first
    elif month:
        last = date(year + first.month // 12, first.month % 12 + 1, 1) - timedelta(days=1)
    else:
        last = date(year, 12, 31)
    _check_days(first, last)
    return day_span(first, zone).start, day_span(last, zone).end


def _check_days(first: date, last: date) -> None:
    """Refuse what is beyond all calendars: around it there is no room for any time zone."""
    if not (first >= FIRST_DAY and last <= LAST_DAY):
        raise ValueError(first)


def _wrong(name: str) -> Invalid:
    return Invalid(
        (Fault(f"/{name}", "wrong_format", "Say a date or moment, perhaps after ge, gt, le or lt."),)
    )
