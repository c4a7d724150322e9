"""Names and telephones of people as they come: each can be booked for, or is refused for its shape."""

import pytest

from tests.unit.appointments.booking.clinic import OWNER, Clinic
from tests.unit.driver import faults


@pytest.mark.parametrize(
    "name",
    [
        "Ana Torres",
        "Íñigo Peña Muñoz",
        "Sinéad O'Connor",
        "D’Angelo",  # noqa: RUF001 - the apostrophe of a telephone
        "שרה לוי",
        "محمد علي",
        "Ø",
        "ñ" * 200,
        "李小龍",
    ],
)
def test_a_patient_keeps_the_name_that_they_have(name: str) -> None:
    clinic = Clinic()
    booked = clinic.book(patient=name)

    assert clinic.shows(booked["appointment_id"])["patient_name"] == name


@pytest.mark.parametrize("name", ["", " Ana", "Ana\nTorres", "ñ" * 201, "\x00", "An\u0007a"])
def test_what_is_no_name_is_refused(name: str) -> None:
    assert set(faults(Clinic().tries(patient=name))) == {"/patient_name"}


@pytest.mark.parametrize(
    "phone",
    [
        "+56900000001",
        "+525512345678",
        "+5215512345678",
        "+5491112345678",
        "+541112345678",
        "+5511987654321",
        "+551187654321",
        "+447700900000",
        "+447700900999",
    ],
)
def test_a_telephone_number_of_any_country_is_taken_as_it_is(phone: str) -> None:
    clinic = Clinic()
    booked = clinic.book(patient_phone=phone)

    assert clinic.shows(booked["appointment_id"])["patient_phone"] == phone


@pytest.mark.parametrize(
    "phone",
    ["+56 9 0000 0001", "900000001", "+0900000001", "+5690000", "+1234567890123456", "+56900000001\n"],
)
def test_a_number_that_is_not_whole_and_plain_is_refused(phone: str) -> None:
    assert set(faults(Clinic().tries(patient_phone=phone))) == {"/patient_phone"}


@pytest.mark.parametrize(
    ("document", "status"),
    [("12.345.678-5", 201), ("10000013k", 201), ("12.345.678-K", 422), ("ABCDEFG", 422)],
)
def test_a_document_is_checked_where_one_is_given(document: str, status: int) -> None:
    clinic = Clinic()
    answer = clinic.send(OWNER, "POST /appointments", clinic.asks(patient_document=document))

    assert answer.status == status
    assert status == 201 or faults(answer) == {"/patient_document": "bad_document"}


@pytest.mark.parametrize("name", ["DRA. VÉGA", "dr  vega", "Vega", "Dr. Vega"])
def test_all_names_of_a_doctor_are_one_calendar(name: str) -> None:
    clinic = Clinic()
    first = clinic.book("10:00")
    again = clinic.tries("10:15", doctor_name=name)

    assert again.status == 409
    assert first["doctor_name"] == "Dr. Vega"


def test_an_unknown_doctor_is_refused_or_made_where_the_clinic_says_so() -> None:
    assert Clinic().tries(doctor_name="Dr. Nadie").status == 422

    clinic = Clinic(adds_doctors=True)
    made = clinic.book(doctor_name="Dr. Nadie")
    assert clinic.book("11:00", "Ben", doctor_name="NADIE")["doctor_id"] == made["doctor_id"]
