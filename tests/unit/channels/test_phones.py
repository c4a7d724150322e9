"""One line has one spelling. Judged by the library that knows every country, where it knows the answer."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.phones import from_whatsapp, is_number, mobile, number_in, to_whatsapp


@pytest.mark.parametrize(
    ("typed", "named", "line", "sent_to"),
    [
        ("+525512345678", "5215512345678", "+525512345678", "525512345678"),
        ("+525512345678", "525512345678", "+525512345678", "525512345678"),
        ("+5215512345678", "5215512345678", "+525512345678", "525512345678"),
        ("+5491112345678", "5491112345678", "+5491112345678", "541112345678"),
        ("+541112345678", "5491112345678", "+5491112345678", "541112345678"),
        ("+542991234567", "5492991234567", "+5492991234567", "542991234567"),
        ("+5511981234567", "5511981234567", "+5511981234567", "5511981234567"),
        ("+5565981234567", "556581234567", "+5565981234567", "5565981234567"),
        ("+556581234567", "5565981234567", "+5565981234567", "5565981234567"),
        ("+56912345678", "56912345678", "+56912345678", "56912345678"),
        ("+573001234567", "573001234567", "+573001234567", "573001234567"),
        ("+447700900123", "447700900123", "+447700900123", "447700900123"),
    ],
)
def test_whoever_answers_is_found_under_the_number_that_was_typed(
    typed: str, named: str, line: str, sent_to: str
) -> None:
    assert mobile(typed) == line
    assert from_whatsapp(named) == line
    assert to_whatsapp(typed) == sent_to


@pytest.mark.parametrize("number", ["+554532782153", "+5215", "+54911", "+551198123456700", "+525512345678"])
def test_a_line_on_a_wall_and_a_number_of_another_length_stay_as_they_are(number: str) -> None:
    assert mobile(number) == number


def test_somebody_without_a_number_keeps_their_name() -> None:
    assert from_whatsapp("CL.13491208655302741918") == "CL.13491208655302741918"


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("+525512345678", True),
        ("525512345678", False),
        ("+05512345678", False),
        ("+52 55 1234 5678", False),
        ("+1234567890123456", False),
        ("+123456", False),
        ("+52551234567\n", False),
        ("+٥٢٥٥١٢٣٤٥٦٧٨", False),
        ("", False),
    ],
)
def test_only_e164_is_a_number(text: str, good: bool) -> None:  # noqa: FBT001 - a row of the table
    assert is_number(text) is good


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+52 (55) 1234-5678", "+525512345678"),
        (" +56 9 1234.5678 ", "+56912345678"),
        ("55 1234 5678", ""),
        ("0052 55 1234 5678", ""),
        ("+52 55 1234 5678 ext. 9", ""),
        ("ana@example.org", ""),
        ("", ""),
    ],
)
def test_what_people_put_between_digits_means_nothing(typed: str, number: str) -> None:
    assert number_in(typed) == number


@given(
    st.sampled_from(["MX", "AR", "BR", "CL", "CO", "PE", "UY", "GB", "US", "ES"]),
    st.integers(0, 10**7 - 1),
)
def test_the_spelling_is_that_of_the_library_that_knows_every_country(country: str, last: int) -> None:
    example = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    assert example is not None
    digits = str(example.national_number)
    number = phonenumbers.parse(f"{digits[:-7]}{last:07d}", country)
    spelled = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    kinds = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
    if phonenumbers.number_type(number) in kinds:
        assert is_number(spelled)
        assert mobile(spelled) == spelled
        assert from_whatsapp(to_whatsapp(spelled)) == spelled
