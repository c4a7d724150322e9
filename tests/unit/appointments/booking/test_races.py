"""What two people do with one appointment, or one time, in the same moment: one of them wins, and nothing is torn."""

import pytest

from frontdesk.services.appointments.events import AppointmentCancelled, AppointmentMoved, SlotFreed
from tests.unit.appointments.booking.clinic import DAY, Clinic, refusal
from tests.unit.appointments.meanwhile import Meanwhile
from tests.unit.driver import content


@pytest.fixture
def meanwhile() -> Meanwhile:
    """Return who comes in between."""
    return Meanwhile()


@pytest.fixture
def clinic(meanwhile: Meanwhile) -> Clinic:
    """Return a clinic at which somebody may come in between."""
    return Clinic(fault=meanwhile)


def moves(clinic: Clinic, id: str) -> int:
    """Move an appointment to 12:00, and return the status."""
    body = {"appointment_date": DAY, "appointment_time": "12:00"}
    return clinic.does(id, "reschedule", body).status


def times(clinic: Clinic) -> list[str]:
    """Return who has which time of the doctor's Monday."""
    shown = [clinic.shows(busy.appointment_id) for busy in clinic.agenda(clinic.vega).busy]
    return [f"{one['patient_name']} {one['appointment_time']}" for one in shown]


def test_who_moves_what_is_cancelled_meanwhile_has_lost(clinic: Clinic, meanwhile: Meanwhile) -> None:
    id = str(clinic.book("10:00")["appointment_id"])
    meanwhile.work = lambda: clinic.does(id, "cancel")

    assert moves(clinic, id) == 409
    assert (clinic.shows(id)["state"], times(clinic)) == ("cancelled", [])
    assert len(clinic.heard(SlotFreed)) == len(clinic.heard(AppointmentCancelled)) == 1
    assert clinic.heard(AppointmentMoved) == []


def test_who_cancels_what_is_moved_meanwhile_cancels_the_new_time(
    clinic: Clinic, meanwhile: Meanwhile
) -> None:
    id = str(clinic.book("10:00")["appointment_id"])
    meanwhile.work = lambda: moves(clinic, id)

    assert clinic.does(id, "cancel").status == 200
    assert times(clinic) == []
    assert [told.start_utc.hour for told in clinic.heard(SlotFreed)] == [13, 15]  # each time once, in UTC


def test_of_two_who_book_a_time_one_has_it_and_the_other_hears_what_is_free(
    clinic: Clinic, meanwhile: Meanwhile
) -> None:
    meanwhile.work = lambda: clinic.book("10:00", "Ana Torres")

    told = refusal(clinic.tries("10:00", "Ben Soto"))
    assert (told["code"], told["alternatives"][0]["appointment_time"]) == ("slot_taken", "10:30")
    assert times(clinic) == ["Ana Torres 10:00"]


def test_of_two_moves_into_one_time_one_wins(clinic: Clinic, meanwhile: Meanwhile) -> None:
    one, two = (
        str(clinic.book(time, name)["appointment_id"])
        for time, name in (("10:00", "Ana Torres"), ("11:00", "Ben Soto"))
    )
    meanwhile.work = lambda: moves(clinic, two)

    assert moves(clinic, one) == 409
    assert times(clinic) == ["Ana Torres 10:00", "Ben Soto 12:00"]


def test_one_patient_does_not_get_two_visits_at_once_from_two_doctors(
    clinic: Clinic, meanwhile: Meanwhile
) -> None:
    meanwhile.work = lambda: clinic.book("10:00", doctor_name="Dra. Luna")

    assert refusal(clinic.tries("10:00", "Ana Torres"))["code"] == "patient_busy"
    assert times(clinic) == []


def test_an_appointment_that_is_opened_again_loses_its_time_to_who_books_meanwhile(
    clinic: Clinic, meanwhile: Meanwhile
) -> None:
    id = str(clinic.book("10:00")["appointment_id"])
    clinic.does(id, "cancel")
    meanwhile.work = lambda: clinic.book("10:00", "Ben Soto")

    assert content(clinic.does(id, "reopen"))["code"] == "slot_taken"
    assert times(clinic) == ["Ben Soto 10:00"]
