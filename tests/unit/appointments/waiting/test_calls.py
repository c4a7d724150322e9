"""Whom to call in the morning: who has not said whether they come to a visit of the next day."""

from typing import Any

import pytest

from frontdesk.services.appointments.privacy.accesses import ACCESSES
from frontdesk.services.notifications.events import MessageFailed
from tests.unit.appointments.booking.clinic import CLINIC, DAY, OWNER, STRANGER, at
from tests.unit.appointments.reminders.world import PLACE
from tests.unit.appointments.waiting.world import RECEPTION, Waiting
from tests.unit.driver import content, faults

CALLS = f"GET /clinics/{CLINIC}/calls"


@pytest.fixture
def clinic() -> Waiting:
    clinic = Waiting()
    clinic.until(at("08:30", "2026-03-15"))
    return clinic


def calls(clinic: Waiting, **query: str) -> list[dict[str, Any]]:
    """Return the list of tomorrow, or of another day."""
    found: list[dict[str, Any]] = content(clinic.send(RECEPTION, CALLS, query=query))["items"]
    return found


def test_who_has_not_confirmed_for_tomorrow_is_called_in_the_order_of_the_day(clinic: Waiting) -> None:
    late = clinic.booked("15:00", "Ben Soto", patient_phone="+56900000002")
    early = clinic.booked("09:00", "Ana Torres")
    clinic.done(clinic.booked("10:00", "Eva Ruiz", patient_phone="+56900000003"), "confirm")
    clinic.done(clinic.booked("11:00", "Gil Paz", patient_phone="+56900000004"), "cancel")
    clinic.booked("09:00", "Ida Mora", patient_phone="+56900000005", appointment_date="2026-03-17")

    found = calls(clinic)
    assert [(one["appointment_id"], one["why"]) for one in found] == [
        (early, "no_answer"),
        (late, "no_answer"),
    ]
    assert (found[1]["patient_name"], found[1]["patient_phone"], found[1]["appointment_time"]) == (
        "Ben Soto",
        "+56900000002",
        "15:00",
    )
    assert [one["patient_name"] for one in calls(clinic, date="2026-03-17")] == ["Ida Mora"]


def test_who_may_not_have_been_reached_is_marked(clinic: Waiting) -> None:
    clinic.booked("09:00", "Ben Soto", patient_phone=None)
    lost = clinic.booked("10:00", "Eva Ruiz")
    told = clinic.told("booked")[0].id
    failed = MessageFailed(message_id=told, place=PLACE, about=lost, person="", channel="sms", code="131026")
    clinic.tell(failed, told)
    clinic.booked("11:00", "Gil Paz", patient_phone="+56900000004")

    assert [one["why"] for one in calls(clinic)] == ["not_reached", "not_reached", "no_answer"]


def test_who_did_not_come_before_is_marked(clinic: Waiting) -> None:
    before = clinic.booked("10:00")
    clinic.until(at("10:40"))
    clinic.done(before, "no-show")
    clinic.booked("10:00", appointment_date="2026-03-17")

    assert [one["missed"] for one in calls(clinic)] == [1]


def test_a_look_at_the_list_is_kept(clinic: Waiting) -> None:
    clinic.booked("10:00")
    calls(clinic)

    kept = [ACCESSES.load(one).value for (kind, _), one in clinic.store.records.items() if kind == "access"]
    assert [one.what for one in kept] == ["call list"]


def test_the_list_is_for_the_people_of_the_clinic(clinic: Waiting) -> None:
    assert clinic.send(STRANGER, CALLS).status == 404


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_beyond_all_calendars_is_refused(clinic: Waiting, day: str) -> None:
    assert faults(clinic.send(RECEPTION, CALLS, query={"date": day})) == {"/date": "out_of_range"}


class TestClosing:
    """A day, or some hours of it, on which visits are booked already."""

    @staticmethod
    def closes(clinic: Waiting, **more: str) -> None:
        body = {"kind": "closed", "first": DAY, **more}
        clinic.ok(RECEPTION, f"POST /doctors/{clinic.vega}/exceptions", body)

    def test_whose_doctor_is_away_is_called_although_they_have_confirmed(self, clinic: Waiting) -> None:
        hit = clinic.booked("09:00", "Ben Soto", patient_phone="+56900000002")
        clinic.done(hit, "confirm")
        pending = clinic.booked("09:30", "Eva Ruiz", patient_phone="+56900000003")
        clinic.done(clinic.booked("15:00"), "confirm")
        clinic.done(clinic.booked("10:00", "Gil Paz", doctor_name="Dra. Luna"), "confirm")
        self.closes(clinic, start="08:00", end="12:00")

        assert [(one["appointment_id"], one["why"]) for one in calls(clinic)] == [
            (hit, "closed"),
            (pending, "closed"),
        ]

    def test_a_holiday_of_the_clinic_hits_all(self, clinic: Waiting) -> None:
        for time, doctor in (("09:00", "Dr. Vega"), ("10:00", "Dra. Luna")):
            clinic.done(clinic.booked(time, doctor_name=doctor), "confirm")
        clinic.ok(RECEPTION, f"POST /clinics/{CLINIC}/exceptions", {"kind": "closed", "first": DAY})

        assert [one["why"] for one in calls(clinic)] == ["closed", "closed"]

    def test_hours_that_are_given_up_and_a_doctor_who_is_gone_hit_visits_too(self, clinic: Waiting) -> None:
        for time, doctor in (("09:00", "Dr. Vega"), ("10:00", "Dra. Luna")):
            clinic.done(clinic.booked(time, doctor_name=doctor), "confirm")
        rule = {"weekday": 1, "start": "12:00", "end": "18:00"}
        clinic.ok(OWNER, f"PUT /doctors/{clinic.vega}/hours", {"rules": [rule]})
        clinic.ok(OWNER, f"PUT /doctors/{clinic.luna}", {"name": "Dra. Luna", "active": False})

        assert [(one["doctor_name"], one["why"]) for one in calls(clinic)] == [
            ("Dr. Vega", "closed"),
            ("Dra. Luna", "closed"),
        ]

    def test_a_visit_outside_the_week_on_purpose_is_none_of_them(self, clinic: Waiting) -> None:
        clinic.done(clinic.booked("20:00", overbook="cannot come by day"), "confirm")
        over = clinic.booked("09:00", "Ben Soto", overbook="is in pain")
        clinic.done(over, "confirm")
        assert calls(clinic) == []

        self.closes(clinic, end="12:00")
        assert [one["appointment_id"] for one in calls(clinic)] == [over]
