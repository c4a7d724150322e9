"""Quiet hours: when somebody is to be left alone, and when a message goes out instead. Pure."""

from datetime import UTC, datetime, time, timedelta

from frontdesk.kernel.errors import Fault, Invalid
from frontdesk.services.notifications.commands import QuietHours

_EARLIER = timedelta(minutes=1)  # than the first quiet minute


def check_zone(quiet: QuietHours | None) -> None:
    """Refuse a time zone that nobody knows. Raises Invalid."""
    if quiet is None:
        return
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - most functions of this service never ask for one: 7 ms

    try:
        ZoneInfo(quiet.zone)
    except (OSError, ValueError, LookupError):
        fault = Fault("/quiet/zone", "unknown_zone", "Must be an IANA time zone, as America/Santiago.")
        raise Invalid((fault,)) from None


def moment_for(
    wanted: datetime, quiet: QuietHours | None, *, now: datetime, not_after: datetime | None
) -> datetime | None:
    """Return when a message goes out that is wanted then: before the quiet hours, or else after them.

    None when it would be worth nothing by then.
    """
    wanted = max(wanted, now)
    stretch = _stretch(wanted, quiet)
    if stretch is None:
        return wanted
    begin, end = stretch
    if begin > now:
        return max(now, begin - _EARLIER)
    return end if not_after is None or end < not_after else None


def _stretch(moment: datetime, quiet: QuietHours | None) -> tuple[datetime, datetime] | None:
    """Return the quiet hours that a moment falls into, in UTC."""
    if quiet is None or quiet.begins == quiet.ends:
        return None
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - as above

    zone = ZoneInfo(quiet.zone)
    begins, ends = time.fromisoformat(quiet.begins), time.fromisoformat(quiet.ends)
    today = moment.astimezone(zone).date()
    for day in (today - timedelta(days=1), today):
        last = day if ends > begins else day + timedelta(days=1)
        begin, end = datetime.combine(day, begins, zone), datetime.combine(last, ends, zone)
        if begin.astimezone(UTC) <= moment < end.astimezone(UTC):
            return begin.astimezone(UTC), end.astimezone(UTC)
    return None
