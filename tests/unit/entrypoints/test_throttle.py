"""Guessing tokens: so many failures a minute from one address, and not one more."""

import pytest

from frontdesk.entrypoints.throttle import ADDRESSES, FAILURES, WINDOW_SECONDS, Failures
from frontdesk.kernel.errors import TooMany


def failing(failures: Failures, times: int, address: str = "192.0.2.1", now: float = 0.0) -> None:
    """Fail so often."""
    for _ in range(times):
        failures.check(address, now)
        failures.add(address)


def test_an_address_is_refused_after_so_many_failures_and_told_how_long() -> None:
    failures = Failures()
    failing(failures, FAILURES)
    with pytest.raises(TooMany) as refused:
        failures.check("192.0.2.1", 20.0)
    assert refused.value.retry_after == WINDOW_SECONDS - 20
    failures.check("192.0.2.2", 20.0)


def test_the_next_window_begins_with_a_clean_slate() -> None:
    failures = Failures()
    failing(failures, FAILURES)
    failures.check("192.0.2.1", WINDOW_SECONDS)
    failing(failures, FAILURES, now=WINDOW_SECONDS + 1)
    with pytest.raises(TooMany):
        failures.check("192.0.2.1", 2 * WINDOW_SECONDS - 0.1)


def test_the_wait_is_never_none_at_all() -> None:
    failures = Failures()
    failing(failures, FAILURES)
    with pytest.raises(TooMany) as refused:
        failures.check("192.0.2.1", WINDOW_SECONDS - 0.001)
    assert refused.value.retry_after == 1


def test_only_so_many_addresses_are_remembered() -> None:
    failures = Failures()
    for n in range(ADDRESSES + 100):
        failing(failures, 1, str(n))
    assert len(failures._counts) == ADDRESSES  # noqa: SLF001 - memory is what this is about
    failing(failures, FAILURES - 1, "0")
    with pytest.raises(TooMany):
        failures.check("0", 1.0)
