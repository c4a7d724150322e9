"""Values of an old table are read exactly, or refused with a reason that quotes nothing."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.entrypoints.cli import import_values as values
from frontdesk.entrypoints.cli.import_values import Bad

MADRID = ZoneInfo("Europe/Madrid")


def code_of(convert: Any, *given_values: Any, **options: Any) -> str:
    """Return why a value is refused."""
    with pytest.raises(Bad) as refused:
        convert(*given_values, **options)
    for value in given_values:
        assert not isinstance(value, str) or not value.strip() or value not in refused.value.message
    return refused.value.code


@given(st.integers(-(10**15), 10**15), st.sampled_from([0, 2, 3]))
def test_an_amount_survives_being_written_as_a_decimal(minor: int, places: int) -> None:
    written = Decimal(minor).scaleb(-places)

    assert values.minor(written, places) == minor
    assert values.minor(str(written), places) == minor


@pytest.mark.parametrize(
    ("written", "comma", "minor"),
    [
        ("12.5", False, 1250),
        ("12.50000", False, 1250),
        (" 7 ", False, 700),
        (7, False, 700),
        (Decimal("0.1"), False, 10),
        (b"3.20", False, 320),
        ("1.234,50", True, 123450),
        ("12,5", True, 1250),
        (Decimal("12.5"), True, 1250),
    ],
)
def test_an_amount_may_be_written_in_many_ways(written: Any, comma: bool, minor: int) -> None:  # noqa: FBT001
    assert values.minor(written, 2, comma=comma) == minor


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("12.505", "too_many_decimals"),
        ("twelve", "not_a_number"),
        ("12,50", "not_a_number"),
        ("NaN", "not_a_number"),
        ("Infinity", "not_a_number"),
        ("", "not_a_number"),
        (True, "not_a_number"),
        (b"\xff", "not_text"),
    ],
)
def test_an_amount_that_is_not_exact_is_refused(written: Any, code: str) -> None:
    assert code_of(values.minor, written, 2) == code


def test_a_currency_without_decimals_has_none() -> None:
    assert values.minor("500", 0) == 500
    assert code_of(values.minor, "500.5", 0) == "too_many_decimals"


@pytest.mark.parametrize(("written", "points"), [("19", 1900), ("5.5", 550), (Decimal("7.25"), 725), (0, 0)])
def test_a_rate_is_read_in_hundredths_of_a_per_cent(written: Any, points: int) -> None:
    assert values.basis_points(written) == points


@pytest.mark.parametrize("written", ["5.555", "-1", "101"])
def test_a_rate_beyond_reason_is_refused(written: str) -> None:
    assert code_of(values.basis_points, written) == "not_a_rate"


@pytest.mark.parametrize(
    ("written", "form", "moment"),
    [
        (datetime(2024, 1, 5, 10), None, datetime(2024, 1, 5, 9, tzinfo=UTC)),  # noqa: DTZ001 - local, as a driver gives it
        (datetime(2024, 7, 5, 10), None, datetime(2024, 7, 5, 8, tzinfo=UTC)),  # noqa: DTZ001 - as above
        ("2024-07-05 10:00:00", None, datetime(2024, 7, 5, 8, tzinfo=UTC)),
        ("2024-07-05T10:00:00+05:00", None, datetime(2024, 7, 5, 5, tzinfo=UTC)),
        ("05.07.2024 10:00", "%d.%m.%Y %H:%M", datetime(2024, 7, 5, 8, tzinfo=UTC)),
        (1720166400, "epoch", datetime(2024, 7, 5, 8, tzinfo=UTC)),
        ("2024-10-27 02:30:00", None, datetime(2024, 10, 27, 0, 30, tzinfo=UTC)),  # happened twice: the first
    ],
)
def test_a_moment_is_local_unless_it_says_where(written: Any, form: str | None, moment: datetime) -> None:
    assert values.moment(written, MADRID, form) == moment


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2024-03-31 02:30:00", "no_such_time"),
        ("0000-00-00 00:00:00", "not_a_moment"),
        ("yesterday", "not_a_moment"),
        ("", "not_a_moment"),
    ],
)
def test_a_moment_that_never_was_is_refused(written: str, code: str) -> None:
    assert code_of(values.moment, written, MADRID) == code


def test_text_becomes_one_line() -> None:
    assert values.text("  Calle Mayor 1\r\n\tEscalera\x07 B ") == "Calle Mayor 1 Escalera B"


@pytest.mark.parametrize(
    ("old", "sku"),
    [
        ("ART-1", "art-1"),
        ("Jabón líquido 5 l", "jabon-liquido-5-l"),
        ("__x__", "x"),
        ("a" * 39 + "-b", "a" * 39),
        ("???", ""),
    ],
)
def test_an_old_number_becomes_an_id(old: str, sku: str) -> None:
    assert values.slug(old) == sku
