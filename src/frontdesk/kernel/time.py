"""Moments: aware UTC `datetime` inside, RFC 3339 with `Z` outside, whole microseconds in stores."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """Return microseconds since the epoch, exactly (no float on the way)."""
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """Return the moment `micros` microseconds after the epoch."""
    return _EPOCH + timedelta(microseconds=micros)


@lru_cache(maxsize=256)
def sortable(moment: datetime) -> str:
    """Return 27 characters that sort as the moments do: an index's sort key."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"
