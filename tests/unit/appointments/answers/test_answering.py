"""Patients answer messages: what is done is done once, to the right visit, and they are told."""

from datetime import timedelta

import pytest

from frontdesk.kernel.limits import HANDLED_MARKS
from frontdesk.services.appointments.answers.links import Scope
from frontdesk.services.appointments.booking.states import State
from frontdesk.services.appointments.events import (
    AnswerUnplaced,
    AppointmentCancelled,
    AppointmentConfirmed,
    MessageWanted,
    SlotFreed,
)
from tests.unit.appointments.answers.world import Answering
from tests.unit.appointments.booking.clinic import DAY, OWNER


@pytest.fixture
def clinic() -> Answering:
    """Return a clinic that listens."""
    return Answering()


def book(clinic: Answering, time: str = "10:00", patient: str = "Ana Torres") -> str:
    """Book a visit, and return its id."""
    return str(clinic.book(time, patient, patient_phone="+56900000001")["appointment_id"])


def move(clinic: Answering, id: str) -> None:
    """Let the desk move a visit to the afternoon."""
    body = {"appointment_date": DAY, "appointment_time": "15:00"}
    assert clinic.does(id, "reschedule", body).status == 200


def test_a_word_confirms(clinic: Answering) -> None:
    id = book(clinic)

    assert clinic.says("1", id) == "confirmed"
    assert clinic.visit(id).state is State.CONFIRMED
    assert [told.by for told in clinic.heard(AppointmentConfirmed)] == ["patient"]
    assert clinic.told() == ["appointment-confirmed"]


def test_the_word_cancel_is_asked_once_more_before_it_cancels(clinic: Answering) -> None:
    id = book(clinic)

    assert clinic.says("cancelar", id) == "sure"
    assert clinic.visit(id).state is State.PENDING
    clinic.clock.advance(timedelta(minutes=2))
    assert clinic.says("cancelar", id) == "cancelled"
    assert clinic.visit(id).state is State.CANCELLED
    assert [told.reason for told in clinic.heard(AppointmentCancelled)] == ["pat-crs"]
    assert len(clinic.heard(SlotFreed)) == 1
    assert clinic.told() == ["appointment-sure"]  # of the cancellation its own event tells them


def test_a_bare_no_to_shall_we_cancel_cancels_nothing(clinic: Answering) -> None:
    id = book(clinic)

    assert [clinic.says("2", id) for _ in range(3)] == ["sure"] * 3
    assert clinic.visit(id).state is State.PENDING
    assert clinic.says("cancelar", id) == "cancelled"


def test_clear_words_cancel_at_once(clinic: Answering) -> None:
    assert clinic.says("2", book(clinic), sure=True) == "cancelled"


def test_a_button_cancels_at_once(clinic: Answering) -> None:
    id = book(clinic)
    token = clinic.remind(id)

    assert clinic.presses(Scope.CANCEL, token) == "cancelled"


def test_a_repeated_answer_changes_nothing(clinic: Answering) -> None:
    id = book(clinic)
    clinic.says("1", id)
    for _ in range(3):
        clinic.deliver(clinic.last)

    assert len(clinic.heard(AppointmentConfirmed)) == 1
    assert clinic.told() == ["appointment-confirmed"]


def test_an_answer_that_comes_again_after_many_changes_changes_nothing(clinic: Answering) -> None:
    id = book(clinic)
    clinic.says("1", id)
    answered = clinic.last
    for hour in range(11, 11 + HANDLED_MARKS // 2):  # more than a record remembers
        for minute in ("00", "30"):
            body = {"appointment_date": DAY, "appointment_time": f"{hour}:{minute}"}
            assert (
                clinic.send(
                    OWNER, f"POST /appointments/{id}/reschedule", body, idempotency_key=f"{hour}{minute}"
                ).status
                == 200
            )
    clinic.deliver(answered)

    assert len(clinic.heard(AppointmentConfirmed)) == 1
    assert clinic.told() == ["appointment-confirmed"]


def test_the_same_button_twice_is_thanked_twice_and_confirmed_once(clinic: Answering) -> None:
    token = clinic.remind(book(clinic))

    assert [clinic.presses(Scope.CONFIRM, token) for _ in range(2)] == ["confirmed", "confirmed"]
    assert len(clinic.heard(AppointmentConfirmed)) == 1


def test_a_button_names_its_visit_among_several(clinic: Answering) -> None:
    first, second = book(clinic), book(clinic, "12:00")
    token = clinic.remind(second)

    assert clinic.presses(Scope.CONFIRM, token, first, second) == "confirmed"
    assert (clinic.visit(first).state, clinic.visit(second).state) == (State.PENDING, State.CONFIRMED)


def test_a_reply_names_its_visit_among_several(clinic: Answering) -> None:
    first, second = book(clinic), book(clinic, "12:00")
    clinic.remind(second)

    assert clinic.says("1", second, first, reply_to="msg_1") == "confirmed"
    assert clinic.visit(second).state is State.CONFIRMED


def test_a_word_with_two_visits_to_come_is_asked_which(clinic: Answering) -> None:
    first, second = book(clinic), book(clinic, "12:00")

    assert clinic.says("1", first) == "which"  # although only one was written about lately
    (wanted,) = clinic.heard(MessageWanted)
    assert (wanted.template, wanted.visits, wanted.scope) == ("appointment-which", (first, second), "confirm")
    assert {clinic.visit(id).state for id in (first, second)} == {State.PENDING}


def test_two_children_on_one_telephone_are_asked_which(clinic: Answering) -> None:
    ana, ben = book(clinic), book(clinic, "12:00", "Ben Torres")

    assert clinic.visit(ana).patient_id != clinic.visit(ben).patient_id
    assert clinic.says("1", ben, ana) == "which"


def test_a_person_is_found_whose_last_message_was_long_ago(clinic: Answering) -> None:
    id = book(clinic)

    assert clinic.says("1", person=clinic.visit(id).patient_id) == "confirmed"


def test_an_answer_to_an_older_reminder_after_a_move_hears_of_the_new_time(clinic: Answering) -> None:
    id = book(clinic)
    token = clinic.remind(id)
    move(clinic, id)

    assert clinic.presses(Scope.CANCEL, token) == "time_changed"
    assert clinic.says("1", id, reply_to="msg_1") == "time_changed"
    assert clinic.visit(id).state is State.PENDING
    assert clinic.told() == ["appointment-time-changed"] * 2


def test_an_answer_that_crossed_a_move_hears_of_the_new_time(clinic: Answering) -> None:
    id = book(clinic)
    answered_at = clinic.clock.now() + timedelta(seconds=1)
    clinic.clock.advance(timedelta(seconds=2))
    move(clinic, id)

    assert clinic.says("1", id, received_at=answered_at) == "time_changed"


def test_an_answer_after_a_cancel_hears_that_it_is_over(clinic: Answering) -> None:
    id = book(clinic)
    token = clinic.remind(id)
    clinic.does(id, "cancel", {"reason": "prov"})

    assert clinic.presses(Scope.CONFIRM, token) == "over"
    assert clinic.says("1", id) == "over"
    assert clinic.visit(id).state is State.CANCELLED


def test_who_wants_another_time_is_shown_where_to_choose_it(clinic: Answering) -> None:
    assert clinic.says("3", book(clinic)) == "times"
    assert clinic.told() == ["appointment-times"]


def test_too_late_to_cancel_is_said() -> None:
    clinic = Answering(cancel_cutoff_minutes=24 * 60 * 10)
    id = book(clinic)

    assert clinic.presses(Scope.CANCEL, clinic.remind(id)) == "too_late"
    assert clinic.visit(id).state is State.PENDING


def test_what_belongs_to_nothing_goes_to_a_person(clinic: Answering) -> None:
    assert clinic.says("1") == "unplaced"
    assert len(clinic.heard(AnswerUnplaced)) == 1
    assert clinic.told() == []


@pytest.mark.parametrize("word", ["unclear", "stop", "courtesy"])
def test_what_wants_nothing_of_a_visit_is_left_alone(clinic: Answering, word: str) -> None:
    id = book(clinic)

    assert clinic.says(word, id) == ""
    assert clinic.visit(id).state is State.PENDING


def test_another_clinics_visit_is_never_meant(clinic: Answering) -> None:
    id = book(clinic)
    before = clinic.visit(id)
    clinic.says("1", id, place="clinic:norte")

    assert clinic.visit(id) == before
