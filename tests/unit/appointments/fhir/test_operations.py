"""`$find`, `$hold` and `$book`: what was found can be had, by one, once."""

from typing import Any

import pytest

from frontdesk.services.appointments.booking.states import State
from frontdesk.services.appointments.fhir.codes import fhir_id, own_id
from tests.unit.appointments.booking.clinic import DAY, DOCTOR, STRANGER
from tests.unit.appointments.fhir.system import System, patient, refers


@pytest.fixture
def system() -> System:
    """Return a clinic that speaks FHIR."""
    return System()


def find(system: System, **more: str) -> list[Any]:
    """Find times with Dr. Vega on Monday."""
    query = {
        "start": DAY,
        "end": "2026-03-17",
        "practitioner": f"Practitioner/{fhir_id(system.vega)}",
        **more,
    }
    return system.resources("Appointment/$find", **query)


def only(bundle: Any) -> Any:
    """Return the one resource of a bundle."""
    (entry,) = bundle["entry"]
    return entry["resource"]


def test_what_is_found_could_be_had_and_is_kept_nowhere(system: System) -> None:
    found = find(system)

    assert found[0]["start"] == "2026-03-16T12:00:00Z"  # nine o'clock in Santiago
    assert {one["status"] for one in found} == {"proposed"}
    assert not [key for key in system.store.records if key[0] == "appointment"]


def test_what_is_found_is_held_and_booked(system: System) -> None:
    first = find(system)[0]
    held = only(system.does("$hold", refers("appointment-reference", f"Appointment/{first['id']}")))
    slot = system.reads(first["slot"][0]["reference"])
    booked = only(
        system.does(
            "$book",
            refers("appointment-reference", f"Appointment/{held['id']}"),
            patient(telecom=[{"system": "phone", "value": "+56900000001"}]),
        )
    )

    assert (held["status"], slot["status"], booked["status"]) == ("pending", "busy-tentative", "booked")
    assert held["id"] == booked["id"]
    assert [one["actor"].get("display") for one in booked["participant"]][:2] == ["Ana Torres", "Dr. Vega"]
    assert first["id"] not in [one["id"] for one in find(system)]


def test_what_is_found_is_booked_at_once(system: System) -> None:
    first = find(system)[0]
    who = patient(
        telecom=[
            {"system": "phone", "value": "+56900000001"},
            {"system": "email", "value": "ana@example.org"},
        ],
        identifier=[{"value": "12.345.678-5"}],
        communication=[{"language": {"coding": [{"code": "pt-BR"}]}}],
    )
    comment = {"name": "comment", "valueString": "a check"}
    booked = only(
        system.does("$book", refers("appointment-reference", f"Appointment/{first['id']}"), who, comment)
    )
    kept = system.shows(own_id(booked["id"]))

    assert (booked["status"], booked["start"]) == ("booked", first["start"])
    assert (kept["state"], kept["reason"]) == (State.CONFIRMED, "a check")
    assert kept["patient_email"] == "ana@example.org"
    assert (kept["patient_phone"], kept["patient_language"]) == ("+56900000001", "pt-BR")


def test_a_visit_type_is_found_and_booked_as_such(system: System) -> None:
    kind = system.type(name="Long", duration_minutes=60)
    first = find(system, **{"visit-type": kind})[0]
    given = {"name": "appointment-resource", "resource": first}
    booked = only(system.does("$book", given, patient()))

    assert (first["minutesDuration"], booked["minutesDuration"]) == (60, 60)
    assert system.shows(own_id(booked["id"]))["visit_type_id"] == kind


def test_an_appointment_without_an_id_is_booked_as_described(system: System) -> None:
    first = {key: value for key, value in find(system)[3].items() if key != "id"}
    booked = only(system.does("$book", {"name": "appointment-resource", "resource": first}, patient()))

    assert booked["start"] == first["start"]


def test_a_time_that_is_taken_is_an_outcome_with_alternatives(system: System) -> None:
    first = find(system)[0]
    chosen = refers("appointment-reference", f"Appointment/{first['id']}")
    system.does("$book", chosen, patient())
    refused = system.does("$book", chosen, patient("Ben Soto"), answered=409)
    issue = refused["issue"][0]

    assert (issue["code"], issue["details"]["coding"][0]["code"]) == ("conflict", "slot_taken")
    assert "alternatives" in issue["diagnostics"]
    assert "Ana" not in str(refused)


def test_a_repeat_with_its_key_is_answered_as_the_first_time(system: System) -> None:
    chosen = refers("appointment-reference", f"Appointment/{find(system)[0]['id']}")
    answers = [system.does("$book", chosen, patient(), idempotency_key="k1") for _ in range(3)]

    assert len({only(answer)["id"] for answer in answers}) == 1
    assert len([key for key in system.store.records if key[0] == "appointment"]) == 1


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ([], "invalid"),
        ([{"name": "appointment-resource", "resource": {"start": "soon"}}], "invalid"),
        ([refers("appointment-reference", "Appointment/doc-0.29560000.30")], "not-found"),
        ([refers("appointment-reference", "Appointment/apt-0")], "not-found"),
    ],
)
def test_what_means_nothing_is_an_outcome(system: System, parameters: list[Any], code: str) -> None:
    status = 422 if code == "invalid" else 404

    assert system.does("$book", *parameters, patient(), answered=status)["issue"][0]["code"] == code


@pytest.mark.parametrize(
    "more",
    [{"telecom": [{"system": "phone", "value": "call me"}]}, {"identifier": [{"value": "not a document!"}]}],
)
def test_a_patient_that_cannot_be_kept_is_an_outcome_that_quotes_nothing(
    system: System, more: dict[str, Any]
) -> None:
    chosen = refers("appointment-reference", f"Appointment/{find(system)[0]['id']}")
    refused = system.does("$book", chosen, patient(**more), answered=422)

    assert "call me" not in str(refused)
    assert "not a document" not in str(refused)


def test_a_booking_needs_a_patient(system: System) -> None:
    chosen = refers("appointment-reference", f"Appointment/{find(system)[0]['id']}")

    assert system.does("$book", chosen, answered=422)["issue"][0]["code"] == "invalid"


def test_only_the_desk_books(system: System) -> None:
    chosen = refers("appointment-reference", f"Appointment/{find(system)[0]['id']}")
    for caller in (DOCTOR, STRANGER):
        system.does("$book", chosen, patient(), answered=404, caller=caller)


def test_no_more_than_a_month_is_found_at_once(system: System) -> None:
    query: dict[str, Any] = {
        "start": DAY,
        "end": "2026-05-17",
        "practitioner": f"Practitioner/{fhir_id(system.vega)}",
    }

    assert system.reads("Appointment/$find", answered=422, **query)["issue"][0]["expression"] == ["end"]
