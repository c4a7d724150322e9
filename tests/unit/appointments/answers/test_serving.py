"""The pages behind links, over HTTP: opening one changes nothing, its forms do, and do it once."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from frontdesk.entrypoints.api import Response
from frontdesk.services.appointments.answers.links import Scope
from frontdesk.services.appointments.booking.states import State
from frontdesk.services.appointments.events import (
    AppointmentCancelled,
    AppointmentConfirmed,
    AppointmentMoved,
)
from tests.unit.appointments.answers.world import Answering
from tests.unit.appointments.booking.clinic import DAY, at

TEN, THREE = at("10:00"), at("15:00")


@pytest.fixture
def clinic() -> Answering:
    """Return a clinic that listens."""
    return Answering()


def booked(clinic: Answering, **more: Any) -> tuple[str, str]:
    """Book a visit at ten, send a message about it, and return the visit's id and the message's token."""
    id = str(clinic.book(**more)["appointment_id"])
    return id, clinic.remind(id)


def page(response: Response) -> str:
    """Return what a page says."""
    assert response.content_type == "text/html; charset=utf-8"
    return response.body.decode()


def times(text: str) -> list[datetime]:
    """Return the times that a page offers."""
    found = re.findall(r'name="start" value="(\d+)"', text)
    return [datetime.fromtimestamp(int(stamp), TEN.tzinfo) for stamp in found]


def test_opening_a_link_shows_the_visit_and_changes_nothing(clinic: Answering) -> None:
    id, token = booked(clinic)
    before = dict(clinic.store.records)
    for do in ("", "c", "x", "r"):
        assert "Dr. Vega" in page(clinic.opens(token, do=do))

    assert clinic.store.records == before
    assert clinic.visit(id).state is State.PENDING


def test_a_page_says_nothing_of_the_patient(clinic: Answering) -> None:
    _, token = booked(clinic, patient_phone="+56900000001", reason="a secret illness")
    text = page(clinic.opens(token)) + page(clinic.opens(token, do="r"))

    assert [word for word in ("Ana", "Torres", "+569", "secret") if word in text] == []


def test_a_visit_is_confirmed_on_its_page_however_often_it_is_sent(clinic: Answering) -> None:
    id, token = booked(clinic)
    for _ in range(3):
        assert "Gracias. Le esperamos." in page(clinic.submits(token, Scope.CONFIRM, TEN))

    assert clinic.visit(id).state is State.CONFIRMED
    assert len(clinic.heard(AppointmentConfirmed)) == 1


def test_a_visit_is_cancelled_on_its_page(clinic: Answering) -> None:
    id, token = booked(clinic)

    assert "Su cita está cancelada" in page(clinic.submits(token, Scope.CANCEL, TEN))
    assert [told.reason for told in clinic.heard(AppointmentCancelled)] == ["pat-cpp"]
    assert "cancelada o ya ha pasado" in page(clinic.submits(token, Scope.CONFIRM, TEN))
    assert clinic.visit(id).state is State.CANCELLED


def test_a_visit_is_moved_to_a_time_that_its_page_offers(clinic: Answering) -> None:
    id, token = booked(clinic)
    offered = times(page(clinic.opens(token, do="r")))

    assert THREE in offered
    assert TEN not in offered
    for _ in range(2):
        assert "Su cita está cambiada" in page(clinic.submits(token, Scope.RESCHEDULE, TEN, THREE))
    assert clinic.visit(id).time.start == THREE
    assert [told.by for told in clinic.heard(AppointmentMoved)] == ["patient"]


def test_a_time_that_somebody_has_just_taken_is_not_given_twice(clinic: Answering) -> None:
    id, token = booked(clinic)
    clinic.book("15:00", "Ben Soto")
    text = page(clinic.submits(token, Scope.RESCHEDULE, TEN, THREE))

    assert "acaba de ocuparse" in text
    assert THREE not in times(text)
    assert clinic.visit(id).time.start == TEN


@pytest.mark.parametrize(
    "start", [at("20:00"), at("10:00", "2026-03-02"), at("15:01"), at("15:00", "2030-03-04")]
)
def test_no_time_can_be_had_that_is_not_offered(clinic: Answering, start: datetime) -> None:
    id, token = booked(clinic)
    clinic.submits(token, Scope.RESCHEDULE, TEN, start)

    assert clinic.visit(id).time.start == TEN


def test_no_time_can_be_had_that_is_nearer_than_the_clinic_lets_patients_book() -> None:
    clinic = Answering(lead_minutes=4 * 24 * 60)
    id, token = booked(clinic)
    clinic.submits(token, Scope.RESCHEDULE, TEN, THREE)

    assert clinic.visit(id).time.start == TEN


def test_later_weeks_are_one_link_away(clinic: Answering) -> None:
    _, token = booked(clinic)
    since = int((TEN + timedelta(days=14)).timestamp())

    assert min(times(page(clinic.opens(token, do="r", **{"from": str(since)})))) >= TEN + timedelta(days=14)


def test_a_page_that_is_out_of_date_is_shown_again_before_anything_is_done(clinic: Answering) -> None:
    id, token = booked(clinic)
    clinic.does(id, "reschedule", {"appointment_date": DAY, "appointment_time": "15:00"})

    assert "ha cambiado de hora" in page(clinic.opens(token))
    text = page(clinic.submits(token, Scope.CANCEL, TEN))
    assert "ha cambiado de hora" in text
    assert "a las 15:00" in text
    assert clinic.visit(id).state is State.PENDING
    clinic.submits(token, Scope.CANCEL, THREE)  # now they have seen it
    assert clinic.visit(id).state is State.CANCELLED


def test_a_link_is_good_for_what_it_was_made_for_and_nothing_else(clinic: Answering) -> None:
    id = str(clinic.book()["appointment_id"])
    token = clinic.remind(id, scopes=(Scope.CONFIRM,))

    for scope in (Scope.CANCEL, Scope.RESCHEDULE):
        assert clinic.submits(token, scope, TEN, THREE).status == 404
    assert times(page(clinic.opens(token, do="r"))) == []
    assert clinic.visit(id).state is State.PENDING


def test_a_link_is_dead_when_the_visit_begins(clinic: Answering) -> None:
    _, token = booked(clinic)
    clinic.clock.advance(TEN - clinic.clock.now())

    assert clinic.opens(token).status == 404
    assert clinic.submits(token, Scope.CANCEL, TEN).status == 404


@pytest.mark.parametrize("token", ["", "abcdefghijklmnopqrstuv", "x" * 5_000])
def test_a_token_that_nobody_was_given_leads_nowhere(clinic: Answering, token: str) -> None:
    assert clinic.opens(token).status == 404


def test_too_late_to_change_is_said_on_the_page() -> None:
    clinic = Answering(cancel_cutoff_minutes=24 * 60 * 10)
    id, token = booked(clinic)

    assert "llame a la clínica" in page(clinic.submits(token, Scope.CANCEL, TEN))
    assert "llame a la clínica" in page(clinic.submits(token, Scope.RESCHEDULE, TEN, THREE))
    assert clinic.visit(id).time.start == TEN


def test_what_is_no_form_is_refused(clinic: Answering) -> None:
    assert clinic.submits("%41", Scope.CONFIRM, TEN).status == 400
