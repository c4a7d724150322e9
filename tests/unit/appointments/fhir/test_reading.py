"""Appointments, slots and schedules read in FHIR: every answer is valid R4, and says what is so."""

from typing import Any

import pytest

from frontdesk.kernel.callers import ANYONE
from frontdesk.services.appointments.booking.states import State
from frontdesk.services.appointments.fhir.codes import STATUS, fhir_id, own_id
from tests.unit.appointments.booking.clinic import CLINIC, DAY, STRANGER, at
from tests.unit.appointments.fhir.system import System


@pytest.fixture
def system() -> System:
    """Return a clinic that speaks FHIR."""
    return System()


def acts(system: System, id: str, verb: str, body: object = None) -> None:
    """Let the desk do something with an appointment."""
    response = super(System, system).does(id, verb, body)
    assert response.status == 200, response.body


def actors(appointment: Any) -> dict[str, str]:
    """Return what each participant said, by reference."""
    return {one["actor"]["reference"]: one["status"] for one in appointment["participant"]}


def test_an_appointment_is_read(system: System) -> None:
    booked = system.book(reason="a check")
    found = system.reads(f"Appointment/{fhir_id(booked['appointment_id'])}")

    assert found["status"] == "pending"
    assert (found["start"], found["end"]) == ("2026-03-16T13:00:00Z", "2026-03-16T13:30:00Z")
    assert found["identifier"][0]["value"] == booked["appointment_id"]
    assert actors(found) == {
        f"Patient/{fhir_id(booked['patient_id'])}": "needs-action",
        f"Practitioner/{fhir_id(system.vega)}": "accepted",
        f"Location/{CLINIC}": "accepted",
    }


@pytest.mark.parametrize(
    ("verb", "body", "status", "patient"),
    [
        ("confirm", None, "booked", "accepted"),
        ("cancel", {"reason": "pat-crs"}, "cancelled", "declined"),
        ("cancel", {"reason": "prov"}, "cancelled", "needs-action"),
        ("mark-mistaken", {"reason": "twice"}, "entered-in-error", "needs-action"),
    ],
)
def test_what_became_of_it_is_said(system: System, verb: str, body: Any, status: str, patient: str) -> None:
    id = system.book()["appointment_id"]
    acts(system, id, verb, body)
    found = system.reads(f"Appointment/{fhir_id(id)}")

    assert found["status"] == status
    assert next(iter(actors(found).values())) == patient
    codes = [coding["code"] for coding in found.get("cancelationReason", {}).get("coding", [])]
    assert codes == ([body["reason"]] if verb == "cancel" else [])


def test_every_state_has_a_status_of_fhir() -> None:
    assert {*STATUS} == {*State}
    assert {*STATUS.values()} <= {
        "proposed",
        "pending",
        "booked",
        "arrived",
        "fulfilled",
        "cancelled",
        "noshow",
        "entered-in-error",
        "checked-in",
        "waitlist",
    }


def test_an_id_goes_there_and_comes_back() -> None:
    assert own_id(fhir_id("apt_0123ABC")) == own_id("apt_0123ABC") == "apt_0123ABC"


def test_a_search_finds_by_patient_actor_date_and_status(system: System) -> None:
    ana, ben = system.book(), system.book("11:00", "Ben Soto")
    luna = system.book("12:00", "Eva Ruiz", doctor_name="Dra. Luna")
    acts(system, ben["appointment_id"], "confirm")

    def ids(**query: str) -> list[str]:
        return [own_id(one["id"]) for one in system.resources("Appointment", **query)]

    def of(*booked: Any) -> list[str]:
        return [one["appointment_id"] for one in booked]

    assert ids() == of(ana, ben, luna)
    assert ids(patient=f"Patient/{fhir_id(ana['patient_id'])}") == of(ana)
    assert ids(patient=ana["patient_id"]) == of(ana)
    assert ids(actor=f"Patient/{fhir_id(ben['patient_id'])}") == of(ben)
    assert ids(actor=f"Practitioner/{fhir_id(system.luna)}") == of(luna)
    assert ids(actor=f"Location/{CLINIC}") == of(ana, ben, luna)
    assert ids(date=DAY) == ids(date="2026-03") == ids(date="2026") == of(ana, ben, luna)
    assert ids(date="ge2026-03-16T13:30:00Z") == of(ben, luna)
    assert ids(date="lt2026-03-16T11:00:00-03:00") == of(ana)
    assert ids(date="gt2026-03-16") == ids(date="2026-03-17") == []
    assert ids(status="booked") == of(ben)
    assert ids(status="pending,booked") == of(ana, ben, luna)


def test_a_search_goes_on_page_by_page(system: System) -> None:
    for time in ("10:00", "11:00", "12:00"):
        system.book(time, f"Ana {time[:2]}")
    first = system.reads("Appointment", _count="2")
    following = first["link"][0]["url"]
    query = dict(part.split("=", 1) for part in following.partition("?")[2].split("&"))
    second = system.reads("Appointment", **query)

    assert [len(page["entry"]) for page in (first, second)] == [2, 1]
    assert "link" not in second


def test_who_reads_in_fhir_is_in_the_access_log(system: System) -> None:
    system.book()
    before = len([key for key in system.store.records if key[0] == "access"])
    system.reads("Appointment")

    assert len([key for key in system.store.records if key[0] == "access"]) == before + 1


def test_slots_say_what_is_free_and_what_is_taken_but_not_by_whom(system: System) -> None:
    system.book()
    schedule = f"Schedule/{fhir_id(system.vega)}"
    free = system.resources("Slot", schedule=schedule, start=DAY)
    taken = system.resources("Slot", schedule=schedule, start=DAY, status="busy")

    assert "2026-03-16T13:00:00Z" not in [slot["start"] for slot in free]
    assert "2026-03-16T13:30:00Z" in [slot["start"] for slot in free]
    assert [(slot["start"], slot["status"]) for slot in taken] == [("2026-03-16T13:00:00Z", "busy")]
    assert "Ana" not in str(taken)


@pytest.mark.parametrize(
    ("clock", "status"), [("10:00", "busy"), ("11:00", "free"), ("20:00", "busy-unavailable")]
)
def test_the_slot_of_an_appointment_can_be_read(system: System, clock: str, status: str) -> None:
    system.book()
    minutes = int(at(clock).timestamp()) // 60

    assert system.reads(f"Slot/{fhir_id(system.vega)}.{minutes}.30")["status"] == status


def test_schedules_are_the_calendars_of_doctors(system: System) -> None:
    found = system.resources("Schedule")
    one = system.reads(f"Schedule/{found[0]['id']}")

    assert {one["actor"][0]["display"] for one in found} == {"Dr. Vega", "Dra. Luna"}
    assert one["active"]
    assert system.resources("Schedule", actor=f"Practitioner/{fhir_id(system.luna)}")[0]["id"] == fhir_id(
        system.luna
    )


def test_what_the_server_can_do_is_open_to_everybody(system: System) -> None:
    found = system.reads("metadata", caller=ANYONE)

    assert found["fhirVersion"] == "4.0.1"
    assert {one["type"] for one in found["rest"][0]["resource"]} == {"Appointment", "Slot", "Schedule"}


@pytest.mark.parametrize(
    "path", ["Appointment/apt-0", "Schedule/doc-0", "Slot/what", "Slot/doc-0.1.30", "Slot/doc-0.999999999.30"]
)
def test_what_is_not_there_is_an_outcome(system: System, path: str) -> None:
    found = system.reads(path, answered=404)

    assert (found["resourceType"], found["issue"][0]["code"]) == ("OperationOutcome", "not-found")


@pytest.mark.parametrize("said", ["soon", "2026-13", "2026-03-32", "9999", "ge", "2026-03-16Tnoon"])
def test_a_date_that_is_none_is_an_outcome(system: System, said: str) -> None:
    found = system.reads("Appointment", answered=422, date=said)

    assert (found["issue"][0]["code"], found["issue"][0]["expression"]) == ("invalid", ["date"])


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+00:00"])
def test_a_moment_beyond_all_calendars_is_an_outcome(system: System, moment: str) -> None:
    doctor = f"Schedule/{fhir_id(system.vega)}"

    found = system.reads("Slot", answered=422, schedule=doctor, start=f"ge{moment}")

    assert found["issue"][0]["expression"] == ["start"]


def test_another_clinics_people_see_nothing(system: System) -> None:
    id = fhir_id(system.book()["appointment_id"])
    for path in (f"Appointment/{id}", f"Schedule/{fhir_id(system.vega)}"):
        system.reads(path, answered=404, caller=STRANGER)
    system.reads("Appointment", answered=404, caller=STRANGER, actor=f"Location/{CLINIC}")
    system.reads("Slot", answered=404, caller=STRANGER, schedule=f"Schedule/{fhir_id(system.vega)}")
