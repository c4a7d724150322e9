"""Moments: exact to the microsecond on every way in and out."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from frontdesk.kernel.time import from_micros, sortable, to_micros

MOMENTS = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds of hypothesis are naive


@given(MOMENTS)
def test_microseconds_lose_nothing(moment: datetime) -> None:
    assert from_micros(to_micros(moment)) == moment


@given(MOMENTS, MOMENTS)
def test_sort_keys_sort_as_the_moments_do(one: datetime, other: datetime) -> None:
    assert (sortable(one) < sortable(other)) is (one < other)
    assert len(sortable(one)) == 27


def test_another_zone_is_the_same_instant() -> None:
    noon = datetime(2026, 3, 14, 12, tzinfo=UTC)
    assert to_micros(noon.astimezone(timezone(timedelta(hours=5)))) == to_micros(noon)
