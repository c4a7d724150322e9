"""Documents of patients: those that can exist, those that cannot, and those of countries that we do not know."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.services.appointments.clinics.documents import plain_document


@pytest.mark.parametrize(
    ("country", "written", "kept"),
    [
        ("CL", "12.345.678-5", "123456785"),
        ("CL", "11.111.111-1", "111111111"),
        ("CL", "10.000.013-K", "10000013K"),
        ("CL", "10.000.013-k", "10000013K"),
        ("CL", "10.000.004-0", "100000040"),
        ("MX", "HEGG560427MVZRRL04", "HEGG560427MVZRRL04"),
        ("MX", "hegg560427mvzrrl04", "HEGG560427MVZRRL04"),
        ("BR", "529.982.247-25", "52998224725"),
        ("BR", "111.444.777-35", "11144477735"),
        ("AR", "12.345.678", "12345678"),
        ("AR", "1.234.567", "1234567"),
        ("PE", "12345678", "12345678"),
        ("CO", "1.020.304.050", "1020304050"),
        ("GB", "ab 12-3", "AB123"),
    ],
)
def test_a_document_that_can_exist_is_kept_without_signs(country: str, written: str, kept: str) -> None:
    assert plain_document(country, written) == kept


@pytest.mark.parametrize(
    ("country", "written"),
    [
        ("CL", "12.345.678-K"),
        ("CL", "10.000.013-0"),
        ("CL", "K"),
        ("CL", "123.456.789-0"),
        ("MX", "HEGG560427MVZRRL05"),
        ("MX", "HEGG560427"),
        ("BR", "529.982.247-26"),
        ("BR", "111.111.111-11"),
        ("AR", "123456"),
        ("PE", "1234567"),
        ("CO", "12345"),
        ("CL", ""),
        ("GB", " - "),
        ("AR", "١٢٣٤٥٦٧٨"),  # digits, though of no Argentine document
    ],
)
def test_a_document_that_cannot_exist_is_none(country: str, written: str) -> None:
    assert plain_document(country, written) is None


@given(st.integers(1_000_000, 99_999_999), st.data())
def test_one_digit_wrong_makes_a_rut_impossible(number: int, data: st.DataObject) -> None:
    digits = str(number)
    last = next(sign for sign in "0123456789K" if plain_document("CL", digits + sign))
    place = data.draw(st.integers(0, len(digits) - 1))
    other = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != digits[place]))

    assert plain_document("CL", f"{digits[:place]}{other}{digits[place + 1 :]}{last}") is None
    assert sum(plain_document("CL", digits + sign) is not None for sign in "0123456789K") == 1


@settings(deadline=None)
@given(st.integers(0, 999_999_999).map(lambda number: f"{number:09}"))
def test_nine_digits_have_one_end_that_makes_a_cpf(digits: str) -> None:
    ends = [f"{end:02}" for end in range(100) if plain_document("BR", f"{digits}{end:02}")]

    assert len(ends) == (0 if len(set(digits)) == 1 else 1)  # with all digits alike it is nobody's
