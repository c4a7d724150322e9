"""The figures of a clinic: what is counted, and what is not."""

from typing import Any

import pytest

from tests.unit.appointments.booking.clinic import CLINIC, DAY, STRANGER, at
from tests.unit.appointments.waiting.world import RECEPTION, Waiting, phone
from tests.unit.driver import content, faults

STATISTICS = f"GET /clinics/{CLINIC}/statistics"


@pytest.fixture
def clinic() -> Waiting:
    return Waiting()


def figures(clinic: Waiting, first: str = DAY, last: str = DAY) -> dict[str, Any]:
    """Return the figures of some days."""
    answer = clinic.send(RECEPTION, STATISTICS, query={"from": first, "to": last})
    assert answer.status == 200, answer.body
    found: dict[str, Any] = content(answer)
    return found


def comes(clinic: Waiting, time: str, patient: str) -> str:
    """Book a time for somebody with a telephone of their own."""
    return clinic.booked(time, patient, patient_phone=phone(patient))


def test_of_nothing_there_are_no_rates(clinic: Waiting) -> None:
    found = figures(clinic)

    assert (found["visits"], found["show_rate"], found["confirmation_rate"], found["refill_rate"]) == (
        0,
        None,
        None,
        None,
    )
    assert found["notice"]["median_hours"] is None


def test_who_came_who_did_not_and_who_confirmed(clinic: Waiting) -> None:
    ids = [comes(clinic, f"{9 + n}:00".zfill(5), f"P{n} Soto") for n in range(5)]
    for id in ids[:3]:
        clinic.done(id, "confirm")
    clinic.until(at("09:00"))
    for id, verb in zip(ids, ("fulfill", "arrive", "arrive", "no-show"), strict=False):
        clinic.until(at("12:30"))
        if verb == "fulfill":
            clinic.done(id, "arrive")
        clinic.done(id, verb)

    found = figures(clinic)
    assert (found["visits"], found["came"], found["missed"]) == (5, 3, 1)
    assert found["show_rate"] == 0.75
    assert (found["confirmed"], found["confirmation_rate"]) == (3, 0.6)
    (missing,) = found["missing"]
    assert missing == {"patient_id": clinic.shows(ids[3])["patient_id"], "missed": 1}


def test_how_early_people_cancel(clinic: Waiting) -> None:
    ids = [comes(clinic, f"{9 + n}:00".zfill(5), f"P{n} Soto") for n in range(4)]
    for id, moment in zip(
        ids,
        (at("09:00", "2026-03-14"), at("09:00", "2026-03-15"), at("09:30"), at("11:30")),
        strict=True,
    ):
        clinic.until(moment)
        clinic.done(id, "cancel")

    found = figures(clinic)["notice"]
    assert found == {
        "under_2_hours": 2,
        "under_24_hours": 0,
        "under_48_hours": 1,
        "longer": 1,
        "median_hours": 25.0,
    }


def test_whose_place_was_taken_again_and_how(clinic: Waiting) -> None:
    gone = [comes(clinic, time, f"{name} Soto") for time, name in (("09:00", "Ada"), ("11:00", "Bea"))]
    lost = comes(clinic, "14:00", "Cora Soto")
    entry = clinic.waits("Ben Soto", window_to="10:00")
    for id in (*gone, lost):
        clinic.done(id, "cancel")
    clinic.answers(entry, "accept")
    comes(clinic, "11:00", "Eva Ruiz")

    found = figures(clinic)
    assert (found["cancelled"], found["refilled"], found["refilled_from_list"]) == (3, 2, 1)
    assert found["refill_rate"] == 0.6667


def test_what_was_there_before_did_not_take_the_place(clinic: Waiting) -> None:
    first = comes(clinic, "09:00", "Ada Soto")
    both = clinic.booked("09:00", "Bea Soto", overbook="urgent", patient_phone=phone("Bea Soto"))
    clinic.passes(hours=1)
    clinic.done(first, "cancel")
    clinic.done(both, "confirm")

    assert figures(clinic)["refilled"] == 0


def test_holds_offers_and_mistakes_are_no_visits(clinic: Waiting) -> None:
    clinic.ok(RECEPTION, "POST /holds", clinic.asks("09:00"))
    clinic.done(comes(clinic, "10:00", "Ada Soto"), "mark-mistaken")
    clinic.waits("Ben Soto")
    clinic.cancelled("11:00", "Gil Paz")
    clinic.passes(hours=1)

    found = figures(clinic)
    assert (found["visits"], found["cancelled"]) == (1, 1)


def test_only_the_days_of_the_clinics_calendar_that_were_asked_for(clinic: Waiting) -> None:
    comes(clinic, "09:00", "Ada Soto")
    clinic.booked("09:00", "Bea Soto", appointment_date="2026-03-17", patient_phone=phone("Bea Soto"))

    assert figures(clinic)["visits"] == 1
    assert figures(clinic, DAY, "2026-03-17")["visits"] == 2


@pytest.mark.parametrize(("first", "last"), [("2026-03-17", DAY), ("2026-01-01", "2026-04-03")])
def test_days_that_are_too_many_or_none_are_refused(clinic: Waiting, first: str, last: str) -> None:
    answer = clinic.send(RECEPTION, STATISTICS, query={"from": first, "to": last})

    assert faults(answer) == {"/to": "out_of_range"}


def test_the_figures_are_for_the_people_of_the_clinic(clinic: Waiting) -> None:
    assert clinic.send(STRANGER, STATISTICS, query={"from": DAY, "to": DAY}).status == 404
