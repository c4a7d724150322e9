"""Patients who book by a message: they ask, are shown times, and have the one they tap."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from frontdesk.services.appointments.answers.links import Scope
from frontdesk.services.appointments.answers.wishing import choice
from frontdesk.services.appointments.booking.model import APPOINTMENTS, Appointment, Source
from frontdesk.services.appointments.booking.states import State
from tests.unit.appointments.answers.test_conversations import Conversation
from tests.unit.appointments.answers.world import read_payload
from tests.unit.appointments.booking.clinic import CLINIC, DAY, OWNER, at


class Wishing(Conversation):
    """Ana had a visit on Monday at ten, which the clinic has cancelled."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.before = self.visit_of_ana()
        assert self.does(self.before, "cancel", {"reason": "prov"}).status == 200
        self.settle()

    def labels(self) -> list[str]:
        """Return what stands on the buttons of the newest message."""
        return [button.label for button in self.phone.newest.buttons]

    def made(self) -> list[Appointment]:
        """Return all visits but the first."""
        records = [record for (kind, _), record in self.store.records.items() if kind == APPOINTMENTS.name]
        return [APPOINTMENTS.load(record).value for record in records if record.id != self.before]


@pytest.fixture
def clinic() -> Wishing:
    """Return a clinic with an old patient."""
    return Wishing()


def test_who_asks_for_a_time_is_shown_some_of_three_days_and_has_the_one_they_tap(clinic: Wishing) -> None:
    assert clinic.writes("book") == "free"
    friday, others = ("10:00", "13:45", "17:30"), ("09:00", "13:15", "17:30")
    shown = zip(("viernes 13", "lunes 16", "martes 17"), (friday, others, others), strict=True)
    assert clinic.labels() == [f"{clock} · {day}" for day, clocks in shown for clock in clocks]
    assert "lunes 16 de marzo: 09:00, 13:15, 17:30" in clinic.phone.newest.values["times"]

    assert clinic.taps("visit", "13:15 · lunes") == "booked"

    (visit,) = clinic.made()
    assert (visit.time.date, visit.time.clock, visit.source) == (DAY, "13:15", Source.PATIENT)
    assert (visit.patient, visit.patient_id) == (
        clinic.visit(clinic.before).patient,
        clinic.visit(clinic.before).patient_id,
    )
    assert clinic.phone.newest.template == "appointment-booked"
    assert clinic.phone.newest.values["time"] == "13:15"


def test_a_time_that_somebody_else_has_taken_meanwhile_brings_other_times(clinic: Wishing) -> None:
    clinic.writes("book")
    shown = clinic.phone.newest
    clinic.book("13:15", "Ben Soto")
    clinic.settle()
    button = next(one for one in shown.buttons if one.label == "13:15 · lunes 16")

    assert clinic.presses(*read_payload(button.payload), clinic.before) == "free"
    clinic.settle()

    assert "13:15 · lunes 16" not in clinic.labels()
    assert [visit.time.clock for visit in clinic.made()] == ["13:15"]


def test_who_taps_twice_has_one_visit_and_who_taps_another_time_is_shown_how_to_move(clinic: Wishing) -> None:
    clinic.writes("book")
    shown = clinic.phone.newest
    first, second = (read_payload(shown.buttons[place].payload) for place in (3, 4))

    came = [clinic.presses(*one, clinic.before) for one in (first, first, second)]
    clinic.settle()

    assert came == ["booked", "booked", "times"]
    assert [visit.time.clock for visit in clinic.made()] == ["09:00"]
    assert [one.template for one in clinic.phone.messages.values()][-2:] == [
        "appointment-booked",
        "appointment-times",
    ]


def test_after_it_was_given_up_the_old_times_bring_new_ones(clinic: Wishing) -> None:
    clinic.writes("book")
    button = read_payload(clinic.phone.newest.buttons[3].payload)
    clinic.presses(*button, clinic.before)
    clinic.settle()
    given_up = clinic.phone.newest.about
    clinic.writes("cancelar")
    clinic.taps("cancel")

    assert clinic.presses(*button, clinic.before, given_up) == "free"
    assert [visit.state for visit in clinic.made()] == [State.CANCELLED]


def test_of_two_people_with_one_telephone_a_person_of_the_desk_asks_who_it_is(clinic: Wishing) -> None:
    other = clinic.visit_of_ana("12:00", "Eva Torres")

    assert clinic.says("book", clinic.before, other) == "unplaced"


def test_a_stranger_is_for_a_person_of_the_desk(clinic: Wishing) -> None:
    assert clinic.says("book") == "unplaced"


def test_where_nothing_is_free_a_person_of_the_desk_answers(clinic: Wishing) -> None:
    holidays = {"kind": "closed", "first": "2026-03-13", "last": "2026-04-13"}
    clinic.ok(OWNER, f"POST /clinics/{CLINIC}/exceptions", holidays)

    assert clinic.writes("book") == "unplaced"


def test_a_time_is_no_link_to_the_visit_that_it_is_like(clinic: Wishing) -> None:
    clinic.writes("book")
    scope, token = read_payload(clinic.phone.newest.buttons[0].payload)

    assert scope is Scope.BOOK
    assert clinic.opens(token).status == 404
    assert clinic.submits(token, Scope.BOOK, at("09:00")).status == 404
    assert clinic.made() == []


def test_of_a_day_with_little_room_all_is_shown() -> None:
    noon = datetime(2026, 3, 16, 12, tzinfo=UTC)

    assert choice([noon], "UTC") == (noon,)
    two = (noon, noon + timedelta(hours=1))
    assert choice(two, "UTC") == two
    assert choice([], "UTC") == ()
