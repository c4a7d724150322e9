"""Offers of the waiting list are accepted and declined by an answer, in one commit with it."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from frontdesk.kernel.records import Commit
from frontdesk.services.appointments.answers.links import Scope
from frontdesk.services.appointments.booking.states import State
from frontdesk.services.appointments.events import AppointmentBooked, OfferAccepted, OfferDeclined
from frontdesk.services.appointments.waiting.offers import OFFERS, OfferState
from tests.unit.appointments.answers.world import Answering
from tests.unit.appointments.booking.clinic import at
from tests.unit.driver import run


@pytest.fixture
def clinic() -> Answering:
    """Return a clinic that has offered Ben eleven o'clock."""
    made = Answering()
    made.offers()
    return made


OFFER = "apt_offered"
TAKEN = {State.PENDING, State.CONFIRMED}


def test_a_button_accepts(clinic: Answering) -> None:
    token = clinic.remind(OFFER, offer_id=OFFER)

    assert clinic.presses(Scope.CONFIRM, token) == "accepted"
    assert clinic.visit(OFFER).state in TAKEN
    assert len(clinic.heard(OfferAccepted)) == len(clinic.heard(AppointmentBooked)) == 1


def test_a_word_accepts_and_a_repeat_changes_nothing(clinic: Answering) -> None:
    assert clinic.says("1", OFFER) == "accepted"
    for _ in range(3):
        clinic.deliver(clinic.last)

    assert len(clinic.heard(OfferAccepted)) == 1


def test_a_bare_no_declines_at_once(clinic: Answering) -> None:
    assert clinic.says("2", OFFER) == "declined"
    assert clinic.visit(OFFER).state is State.EXPIRED
    assert len(clinic.heard(OfferDeclined)) == 1


def test_an_offer_is_answered_on_its_page(clinic: Answering) -> None:
    token = clinic.remind(OFFER, offer_id=OFFER)
    text = clinic.opens(token).body.decode()

    assert "Hay una hora libre para usted" in text
    assert "Cambiar la hora" not in text
    assert "La hora es suya" in clinic.submits(token, Scope.CONFIRM, at("11:00")).body.decode()
    assert clinic.visit(OFFER).state in TAKEN


def test_the_page_of_an_offer_moves_nothing(clinic: Answering) -> None:
    token = clinic.remind(OFFER, offer_id=OFFER)

    assert "llame" in clinic.submits(token, Scope.RESCHEDULE, at("11:00"), at("15:00")).body.decode()
    assert clinic.visit(OFFER).time.start == at("11:00")


def test_an_answer_that_comes_too_late_is_told_so(clinic: Answering) -> None:
    token = clinic.remind(OFFER, offer_id=OFFER)
    clinic.clock.advance(timedelta(minutes=15))

    assert clinic.presses(Scope.CONFIRM, token) == "offer_over"
    assert "ya no está libre" in clinic.submits(token, Scope.CONFIRM, at("11:00")).body.decode()
    assert clinic.told() == ["appointment-offer-over"]


def test_who_has_another_visit_then_is_called(clinic: Answering) -> None:
    clinic.book(
        "11:00", "Ben Soto", doctor_name="Dra. Luna", patient_phone="+56900000002", overbook="an X-ray"
    )

    assert clinic.says("1", OFFER, reply_to="msg_1") == "unplaced"
    assert clinic.visit(OFFER).state is State.HELD


def test_yes_with_a_visit_and_an_offer_is_asked_which(clinic: Answering) -> None:
    clinic.book("16:00", "Ben Soto", patient_phone="+56900000002")

    assert clinic.says("1", OFFER) == "which"


def test_an_offer_that_was_taken_back_is_over(clinic: Answering) -> None:
    record = run(clinic.store.get(OFFERS.name, OFFER))
    assert record is not None
    kept = OFFERS.load(record)
    over = kept.changed(replace(kept.value, state=OfferState.LAPSED))
    run(clinic.store.commit(Commit((over.record(),))))

    assert clinic.says("1", OFFER) == "offer_over"
    assert clinic.visit(OFFER).state is State.HELD
