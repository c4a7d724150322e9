"""The file of one visit: the same UID for ever, and each change with a higher SEQUENCE."""

from datetime import timedelta

import pytest

from tests.unit.appointments.booking.clinic import DAY, DESK, DOCTOR, STRANGER, at
from tests.unit.appointments.calendar.reading import Calendars, event, read
from tests.unit.driver import content


def test_a_visit_is_an_event_at_its_time_and_place() -> None:
    clinic = Calendars(address="Av. Italia 100, Santiago")
    id = clinic.book("10:00")["appointment_id"]
    answer = clinic.send(DESK, f"GET /appointments/{id}/visit.ics")
    calendar = read(answer)
    found = event(calendar)

    assert answer.headers["Content-Disposition"] == 'attachment; filename="visit.ics"'
    assert answer.content_type == "text/calendar; charset=utf-8; method=PUBLISH"
    assert calendar["METHOD"] == "PUBLISH"
    assert calendar["VERSION"] == "2.0"
    assert (found.start, found.end) == (at("10:00"), at("10:30"))
    assert found["UID"] == f"{id}@frontdesk"
    assert found["SEQUENCE"] == 0
    assert found["STATUS"] == "TENTATIVE"
    assert found["SUMMARY"] == "Cita: Dr. Vega"
    assert found["LOCATION"] == "Sur, Av. Italia 100, Santiago"


def test_a_visit_keeps_its_uid_and_counts_its_changes() -> None:
    clinic = Calendars()
    id = clinic.book("10:00")["appointment_id"]
    told = [event(clinic.file(id))]
    for verb, body in (
        ("confirm", None),
        ("reschedule", {"appointment_date": DAY, "appointment_time": "11:00"}),
        ("cancel", {}),
        ("reopen", {}),
    ):
        clinic.clock.advance(timedelta(minutes=1))
        assert clinic.does(id, verb, body).status == 200
        told.append(event(clinic.file(id)))

    assert {one["UID"] for one in told} == {f"{id}@frontdesk"}
    assert [one["SEQUENCE"] for one in told] == [0, 0, 1, 2, 3]
    assert [one["STATUS"] for one in told] == [
        "TENTATIVE",
        "CONFIRMED",
        "CONFIRMED",
        "CANCELLED",
        "TENTATIVE",
    ]
    stamps = [one.stamp for one in told]
    assert stamps == sorted(set(stamps))
    assert [f"{one.start:%H%M}" for one in told] == ["1300", "1300", "1400", "1400", "1400"]


def test_a_visit_that_is_off_is_cancelled_in_calendars() -> None:
    clinic = Calendars()
    id = clinic.book()["appointment_id"]
    clinic.does(id, "cancel", {})
    calendar = clinic.file(id)

    assert calendar["METHOD"] == "CANCEL"
    assert event(calendar)["STATUS"] == "CANCELLED"


@pytest.mark.parametrize(("verb", "sequence"), [("mark-mistaken", 1), ("cancel", 1), ("confirm", 0)])
def test_every_end_of_a_visit_counts_as_a_change(verb: str, sequence: int) -> None:
    clinic = Calendars()
    id = clinic.book()["appointment_id"]
    assert clinic.does(id, verb).status == 200

    assert event(clinic.file(id))["SEQUENCE"] == sequence


def test_with_two_e_mail_addresses_it_is_an_invitation_and_names_nobody() -> None:
    clinic = Calendars(email="hola@sur.example")
    id = clinic.book(patient_email="ana@example.com", reason="a secret")["appointment_id"]
    calendar = clinic.file(id)
    found = event(calendar)

    assert calendar["METHOD"] == "REQUEST"
    assert found["ORGANIZER"] == "mailto:hola@sur.example"
    assert found["ORGANIZER"].params["CN"] == "Sur"
    assert found["ATTENDEE"] == "mailto:ana@example.com"
    assert found["ATTENDEE"].params["PARTSTAT"] == "NEEDS-ACTION"
    assert b"Torres" not in calendar.to_ical()
    assert b"secret" not in calendar.to_ical()


def test_a_visit_is_told_in_the_language_of_its_patient() -> None:
    clinic = Calendars()
    id = clinic.book(patient_language="pt-BR")["appointment_id"]

    assert event(clinic.file(id))["SUMMARY"] == "Consulta: Dr. Vega"


def test_the_staff_read_it_nobody_else_does_and_the_look_is_kept() -> None:
    clinic = Calendars()
    id = clinic.book()["appointment_id"]

    assert clinic.send(DOCTOR, f"GET /appointments/{id}/visit.ics").status == 200
    assert clinic.send(STRANGER, f"GET /appointments/{id}/visit.ics").status == 404
    assert clinic.looks() == ["appointment calendar"]


def test_a_patient_gets_it_by_the_link_that_they_were_sent_until_it_dies() -> None:
    clinic = Calendars()
    id = clinic.book()["appointment_id"]
    token = clinic.remind(id)
    url = f"https://desk.example/answers/visit.ics?t={token}"

    assert event(read(clinic.fetch(url)))["UID"] == f"{id}@frontdesk"
    assert clinic.fetch(url + "x").status == 404
    assert clinic.fetch("https://desk.example/answers/visit.ics").status == 404
    clinic.clock.advance(timedelta(days=4))
    assert clinic.fetch(url).status == 404


def test_a_wrong_id_has_no_calendar() -> None:
    clinic = Calendars()

    assert content(clinic.send(DESK, "GET /appointments/apt_none/visit.ics"))["code"] == "not_found"
