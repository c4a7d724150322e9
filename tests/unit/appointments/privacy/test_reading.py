"""Who has seen what: an export, and the log of every look."""

import pytest

from frontdesk.kernel.callers import Caller
from frontdesk.kernel.unit import Unit
from frontdesk.services.appointments.privacy.accesses import note
from frontdesk.services.notifications.events import PeopleSeen
from tests.unit.appointments.privacy.clinic import ANA, BEN, CLINIC, OWNER, Clinic
from tests.unit.driver import content, run

EXPORT = f"GET /clinics/{CLINIC}/patients/{ANA}/export"
LOG = f"GET /clinics/{CLINIC}/accesses"
DESK = Caller("usr_desk")


@pytest.fixture
def clinic() -> Clinic:
    """Return a clinic that keeps something of Ana."""
    made = Clinic()
    made.keep_all_of_ana()
    return made


def look(clinic: Clinic, what: str, *patients: str) -> None:
    """Let the desk see patients."""
    unit = Unit("appointments", clinic.store, clinic.clock.now(), clinic.bus.chance, DESK, "test")
    run(note(unit, what, {CLINIC: patients}))


def test_an_export_has_all_that_is_kept(clinic: Clinic) -> None:
    records = content(clinic.send(OWNER, EXPORT))["records"]

    assert {kind: [one["id"] for one in kept] for kind, kept in records.items() if kept} == {
        "appointment": ["apt_1"],
        "answer": ["ans_1"],
        "answer_link": ["lnk_1"],
    }
    assert records["appointment"][0]["patient"]["name"] == "Ana Torres"


def test_an_export_is_a_look_like_any_other(clinic: Clinic) -> None:
    clinic.send(OWNER, EXPORT)

    (seen,) = content(clinic.send(OWNER, LOG))["items"]
    assert (seen["who"], seen["what"], seen["patient_ids"]) == ("usr_owner", "export", [ANA])


def test_there_is_no_export_of_nobody(clinic: Clinic) -> None:
    assert clinic.send(OWNER, f"GET /clinics/{CLINIC}/patients/pat_nobody/export").status == 404
    assert content(clinic.send(OWNER, LOG))["items"] == []


def test_the_log_can_be_asked_about_one_patient(clinic: Clinic) -> None:
    look(clinic, "appointment list", ANA, BEN)
    look(clinic, "appointment", BEN)

    seen = content(clinic.send(OWNER, LOG, query={"patient_id": ANA}))["items"]
    assert [one["what"] for one in seen] == ["appointment list"]


def test_the_log_is_read_page_by_page(clinic: Clinic) -> None:
    for n in range(3):
        look(clinic, f"look {n}", ANA)
    first = content(clinic.send(OWNER, LOG, query={"limit": "2"}))
    second = content(clinic.send(OWNER, LOG, query={"limit": "2", "cursor": first["cursor"]}))

    assert {one["what"] for one in first["items"] + second["items"]} == {"look 0", "look 1", "look 2"}
    assert second["cursor"] is None


def test_where_nobody_is_shown_nothing_is_kept(clinic: Clinic) -> None:
    look(clinic, "appointment", "")
    look(clinic, "appointment list")

    assert content(clinic.send(OWNER, LOG))["items"] == []


def test_who_looked_at_messages_of_patients_is_in_the_log_once(clinic: Clinic) -> None:
    seen_at = clinic.clock.now()
    for place in (f"clinic:{CLINIC}", "shop:kiosk"):
        seen = PeopleSeen(place=place, who="usr_desk", what="inbox", people=(ANA, BEN), seen_at=seen_at)
        message = clinic.tell(seen, place)
        clinic.deliver(message)

    (kept,) = content(clinic.send(OWNER, LOG))["items"]
    assert (kept["who"], kept["what"], kept["patient_ids"]) == ("usr_desk", "inbox", [ANA, BEN])
