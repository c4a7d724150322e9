"""A patient is forgotten: nothing of them stays, and what was there stays without them."""

from datetime import timedelta

import msgspec
import pytest

from frontdesk.kernel.callers import Caller
from frontdesk.services.appointments.booking.agenda import AGENDAS, Agenda, Busy, patient_agenda
from frontdesk.services.appointments.booking.model import APPOINTMENTS, Appointment, Patient
from frontdesk.services.appointments.events import PatientErased
from frontdesk.services.appointments.privacy.model import AGAIN_AFTER
from frontdesk.services.appointments.waiting.entries import ENTRIES, Entry, Wishes
from tests.unit.appointments.privacy.clinic import (
    ANA,
    BEN,
    CLINIC,
    DOCTOR,
    OWNER,
    STRANGER,
    Clinic,
    appointment,
)
from tests.unit.appointments.privacy.test_forgetting import PERSONAL
from tests.unit.driver import START, content

ERASE = f"POST /clinics/{CLINIC}/patients/{ANA}/erase"
WHY = {"reason": "she asked for it"}


@pytest.fixture
def clinic() -> Clinic:
    """Return a clinic that keeps something of Ana."""
    made = Clinic()
    made.keep_all_of_ana()
    return made


def visit(clinic: Clinic, id: str) -> Appointment:
    """Return an appointment as it is kept."""
    return msgspec.json.decode(clinic.store.records["appointment", id].body, type=Appointment)


def test_nothing_of_a_patient_stays(clinic: Clinic) -> None:
    response = clinic.send(OWNER, ERASE, WHY)
    clinic.settle()
    clinic.wait(AGAIN_AFTER)

    assert response.status == 202
    erasure = clinic.send(OWNER, f"GET /clinics/{CLINIC}/erasures/{content(response)['erasure_id']}")
    assert content(erasure)["done_at"] is not None
    assert content(erasure)["forgotten"] == 3
    without_the_key = clinic.kept().replace(patient_agenda(ANA), "")
    assert [word for word in PERSONAL if word in without_the_key] == []


def test_the_visit_stays_without_the_patient(clinic: Clinic) -> None:
    clinic.send(OWNER, ERASE, WHY)
    clinic.settle()

    kept = visit(clinic, "apt_1")
    assert (kept.doctor_id, kept.time) == (appointment().doctor_id, appointment().time)
    assert kept.patient is None


def test_everybody_else_is_told_to_forget_by_id_alone(clinic: Clinic) -> None:
    clinic.send(OWNER, ERASE, WHY)

    assert clinic.heard(PatientErased) == [PatientErased(clinic_id=CLINIC, patient_id=ANA)]
    assert all("asked for it" not in message.body for message in clinic.store.log)


def test_who_waits_for_a_time_is_offered_none_any_more(clinic: Clinic) -> None:
    entry = Entry(
        clinic_id=CLINIC,
        patient_id=ANA,
        patient=Patient("Ana Torres"),
        wishes=Wishes(earliest=START.date(), latest=START.date()),
        zone="America/Santiago",
        joined_at=START - timedelta(days=1),
        expires_at=START + timedelta(days=9),
    )
    clinic.keep(ENTRIES.new("wle_1", entry))
    clinic.send(OWNER, ERASE, WHY)
    clinic.settle()

    record = clinic.store.records["waiting_entry", "wle_1"]
    assert ENTRIES.load(record).value.patient is None
    assert {*record.keys} == {"by_clinic"}


def test_others_are_not_forgotten(clinic: Clinic) -> None:
    clinic.keep(APPOINTMENTS.new("apt_2", appointment(BEN)))
    clinic.send(OWNER, ERASE, WHY)
    clinic.settle()

    assert visit(clinic, "apt_2") == appointment(BEN)


def test_hundreds_of_visits_are_forgotten_however_often_messages_come(clinic: Clinic) -> None:
    ids = [f"apt_{n}" for n in range(10, 160)]
    for n, id in enumerate(ids):
        clinic.keep(APPOINTMENTS.new(id, appointment(start=START - timedelta(days=30 + n))))
    clinic.send(OWNER, ERASE, WHY)
    clinic.settle(times=2)
    clinic.wait(AGAIN_AFTER)

    assert [id for id in ids if visit(clinic, id).patient is not None] == []


def test_a_visit_to_come_has_to_be_cancelled_first(clinic: Clinic) -> None:
    begins = START + timedelta(days=1)
    agenda = Agenda((Busy("apt_9", begins, begins + timedelta(minutes=30)),))
    clinic.keep(AGENDAS.new(patient_agenda(BEN), agenda), APPOINTMENTS.new("apt_9", appointment(BEN, begins)))

    response = clinic.send(OWNER, f"POST /clinics/{CLINIC}/patients/{BEN}/erase", WHY)

    assert (response.status, content(response)["code"]) == (409, "visits_to_come")
    assert content(response)["appointments"] == ["apt_9"]


@pytest.mark.parametrize("has_agenda", [True, False])
def test_a_visit_that_is_booked_at_the_same_moment_is_not_lost(*, has_agenda: bool) -> None:
    raced: list[str] = []

    async def book_first(method: str, moment: str) -> None:
        if (method, moment) == ("commit", "before") and raced == ["go"]:
            raced.append("done")
            begins = START + timedelta(days=1)
            agenda = Agenda((Busy("apt_9", begins, begins + timedelta(minutes=30)),))
            kept = AGENDAS.new(patient_agenda(BEN), Agenda())
            here.keep(kept.changed(agenda) if has_agenda else AGENDAS.new(kept.id, agenda))

    here = Clinic(book_first)
    here.keep(APPOINTMENTS.new("apt_1", appointment(BEN)))
    if has_agenda:
        here.keep(AGENDAS.new(patient_agenda(BEN), Agenda()))
    raced.append("go")

    assert here.send(OWNER, f"POST /clinics/{CLINIC}/patients/{BEN}/erase", WHY).status == 409
    assert here.heard(PatientErased) == []


def test_who_comes_again_after_the_erasure_is_a_new_acquaintance(clinic: Clinic) -> None:
    clinic.send(OWNER, ERASE, WHY)
    clinic.settle()
    clinic.clock.advance(timedelta(minutes=5))
    again = appointment(start=clinic.clock.now() + timedelta(days=7))
    steps = (msgspec.structs.replace(again.steps[0], at=clinic.clock.now()),)
    clinic.keep(APPOINTMENTS.new("apt_7", msgspec.structs.replace(again, steps=steps)))
    clinic.wait(AGAIN_AFTER)

    assert visit(clinic, "apt_7").patient == again.patient


def test_what_an_index_did_not_list_yet_is_forgotten_the_second_time(clinic: Clinic) -> None:
    clinic.send(OWNER, ERASE, WHY)
    clinic.settle()
    clinic.keep(APPOINTMENTS.new("apt_8", appointment()))  # booked long ago, and listed only now
    clinic.wait(AGAIN_AFTER)

    assert visit(clinic, "apt_8").patient is None


@pytest.mark.parametrize("caller", [DOCTOR, STRANGER], ids=["doctor", "stranger"])
def test_only_the_owner_may_have_somebody_forgotten(clinic: Clinic, caller: Caller) -> None:
    assert clinic.send(caller, ERASE, WHY).status == 404
    assert clinic.send(caller, f"GET /clinics/{CLINIC}/accesses").status == 404
    assert clinic.send(caller, f"GET /clinics/{CLINIC}/patients/{ANA}/export").status == 404


def test_a_patient_of_another_clinic_is_not_there(clinic: Clinic) -> None:
    assert clinic.send(STRANGER, f"POST /clinics/norte/patients/{ANA}/erase", WHY).status == 404
    assert clinic.send(STRANGER, f"GET /clinics/norte/patients/{ANA}/export").status == 404
    assert clinic.heard(PatientErased) == []
