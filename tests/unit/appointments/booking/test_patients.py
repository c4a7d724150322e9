"""What a patient may do alone, and the desk besides. Pure: on agendas that are handed in."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from frontdesk.services.appointments.booking import deciding, outcomes
from frontdesk.services.appointments.booking.agenda import Books
from frontdesk.services.appointments.booking.change import Case, Wish
from frontdesk.services.appointments.booking.model import Actor, Party
from frontdesk.services.appointments.booking.refusals import InThePast, NotYetOpen, TooLate
from frontdesk.services.appointments.booking.states import State
from frontdesk.services.appointments.booking.wishes import time_of
from frontdesk.services.appointments.events import AppointmentMoved, SlotFreed
from frontdesk.services.appointments.hours.free import Visit

NOW = datetime(2026, 3, 16, 12, 0, tzinfo=UTC)
PATIENT = Actor(Party.PATIENT, "pat_ana")
DESK = Actor(Party.DESK, "usr_desk")
HOUR = timedelta(hours=1)


def wish(start: datetime, **more: Any) -> Wish:
    """Return a wish of Ana's for half an hour."""
    when = time_of(start, Visit(timedelta(minutes=30)), "America/Santiago")
    return Wish(
        clinic_id="sur", doctor_id="doc_vega", doctor_name="Vega", time=when, patient_id="pat_ana", **more
    )


def booked(start: datetime) -> Case:
    """Return Ana's visit."""
    return deciding.book("apt_1", wish(start), Books(), DESK, NOW)


def test_a_patient_books_within_the_clinics_window() -> None:
    window = (NOW + 2 * HOUR, NOW + 48 * HOUR)
    for start in (NOW + HOUR, NOW + 48 * HOUR):
        with pytest.raises(NotYetOpen):
            deciding.book("apt_1", wish(start, window=window), Books(), PATIENT, NOW)
        deciding.book("apt_1", wish(start, window=window), Books(), DESK, NOW)
    deciding.book("apt_1", wish(NOW + 2 * HOUR, window=window), Books(), PATIENT, NOW)


def test_the_desk_books_who_walks_in_while_the_time_has_begun() -> None:
    begun = NOW - timedelta(minutes=10)

    deciding.book("apt_1", wish(begun), Books(), DESK, NOW)
    with pytest.raises(InThePast):
        deciding.book("apt_1", wish(begun), Books(), PATIENT, NOW)
    with pytest.raises(InThePast):
        deciding.book("apt_1", wish(NOW - timedelta(minutes=30)), Books(), DESK, NOW)


def test_a_patient_cancels_and_moves_until_the_cutoff() -> None:
    case = booked(NOW + 5 * HOUR)
    later = wish(NOW + 9 * HOUR)

    assert outcomes.cancel(case, "pat", PATIENT, NOW, 5 * HOUR).appointment.state is State.CANCELLED
    with pytest.raises(TooLate):
        outcomes.cancel(case, "pat", PATIENT, NOW + timedelta(seconds=1), 5 * HOUR)
    with pytest.raises(TooLate):
        deciding.move(case, later, PATIENT, NOW + timedelta(seconds=1), 5 * HOUR)
    assert outcomes.cancel(case, "prov", DESK, NOW + 4 * HOUR, 5 * HOUR).appointment.cancellation == "prov"


def test_a_move_tells_what_is_free_now_and_nothing_that_is_not() -> None:
    case = booked(NOW + 5 * HOUR)

    away = deciding.move(case, wish(NOW + 9 * HOUR), DESK, NOW)
    near = deciding.move(case, wish(NOW + 5 * HOUR + timedelta(minutes=15)), DESK, NOW)

    assert [type(event) for event in away.events[1:]] == [AppointmentMoved, SlotFreed]
    assert [type(event) for event in near.events[1:]] == [AppointmentMoved]


def test_a_confirmed_visit_stays_confirmed_when_it_moves() -> None:
    case = outcomes.confirm(booked(NOW + 5 * HOUR), PATIENT, NOW)

    assert deciding.move(case, wish(NOW + 9 * HOUR), DESK, NOW).appointment.state is State.CONFIRMED


def test_a_time_that_has_begun_is_not_offered_to_others() -> None:
    case = booked(NOW + 5 * HOUR)

    assert not [
        event
        for event in outcomes.cancel(case, "pat", DESK, NOW + 5 * HOUR).events
        if isinstance(event, SlotFreed)
    ]


def test_history_keeps_its_beginning_and_its_end() -> None:
    case = booked(NOW + 5 * HOUR)
    for turn in range(60):
        case = deciding.move(case, wish(NOW + (6 + turn) * HOUR), DESK, NOW)

    steps = case.appointment.steps
    assert (len(steps), steps[0].verb, steps[-1].start) == (50, "create", NOW + 65 * HOUR)
    assert case.appointment.first is not None
    assert case.appointment.first.time.start == NOW + 5 * HOUR
