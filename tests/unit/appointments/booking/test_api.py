"""The API that the seed of this system had, and what it never had: keys, versions, history."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest

from frontdesk.kernel.records import Record
from frontdesk.services.appointments.booking.agenda import AGENDAS
from tests.unit.appointments.booking.clinic import (
    CLINIC,
    DAY,
    DESK,
    DOCTOR,
    OWNER,
    STRANGER,
    Clinic,
    at,
    refusal,
)
from tests.unit.driver import content, faults

SEED = ("appointment_id", "patient_name", "doctor_name", "appointment_date", "appointment_time", "state")


@pytest.fixture
def clinic() -> Clinic:
    """Return a clinic."""
    return Clinic()


def test_only_what_touches_an_agenda_reads_one(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    get_many = clinic.store.get_many

    async def watched(kind: str, ids: Sequence[str]) -> Mapping[str, Record]:
        read.append(kind)
        return await get_many(kind, ids)

    monkeypatch.setattr(clinic.store, "get_many", watched)

    def sets(id: str, *, touches: bool, **body: str) -> None:
        read.clear()
        clinic.ok(DESK, f"PUT /appointments/{id}", body)
        assert (AGENDAS.name in read) is touches, body

    moves, comes, misses = (clinic.book(at)["appointment_id"] for at in ("10:00", "09:00", "09:30"))
    sets(moves, touches=False, state="confirmed")
    sets(moves, touches=False, notes="Brings X-rays")
    sets(moves, touches=True, patient_name="Ben Soto")
    sets(moves, touches=True, appointment_time="11:00")
    sets(moves, touches=True, state="cancelled")
    clinic.wait(at("09:40") - clinic.clock.now())
    for state in ("arrived", "checked_in", "fulfilled"):
        sets(comes, touches=False, state=state)
    sets(misses, touches=True, state="no_show")
    assert [time.appointment_id for time in clinic.agenda(clinic.vega).busy] == [comes, misses]


def test_the_six_fields_of_the_seed_go_round(clinic: Clinic) -> None:
    made = clinic.ok(DESK, "POST /appointments", clinic.asks("10:00"))
    seen = clinic.ok(DESK, f"GET /appointments/{made['appointment_id']}")

    assert [seen[name] for name in SEED[1:]] == ["Ana Torres", "Dr. Vega", DAY, "10:00", "pending"]
    assert seen["appointment_id"].startswith("apt_")
    assert clinic.ok(DESK, f"PUT /appointments/{seen['appointment_id']}", {n: seen[n] for n in SEED}) == seen


def test_the_seeds_own_example_is_a_sunday(clinic: Clinic) -> None:
    body = clinic.asks("10:00", appointment_date="2026-03-15")

    assert refusal(clinic.send(DESK, "POST /appointments", body))["code"] == "outside_hours"


def test_a_repeat_with_the_same_key_is_the_same_appointment(clinic: Clinic) -> None:
    body = clinic.asks("10:00")
    first = clinic.send(DESK, "POST /appointments", body, idempotency_key="k1")
    clinic.does(
        content(first)["appointment_id"], "reschedule", {"appointment_date": DAY, "appointment_time": "15:00"}
    )

    again = clinic.send(DESK, "POST /appointments", body, idempotency_key="k1")

    assert (again.status, content(again)) == (201, content(first))
    assert len(clinic.ok(DESK, "GET /appointments")["items"]) == 1
    other = clinic.send(DESK, "POST /appointments", clinic.asks("11:00"), idempotency_key="k1")
    assert refusal(other)["code"] == "key_reused"


def test_a_stale_version_is_refused(clinic: Clinic) -> None:
    id = clinic.book("10:00")["appointment_id"]
    body = {"appointment_time": "11:00"}

    assert clinic.send(DESK, f"PUT /appointments/{id}", body, if_match='"1"').status == 200
    assert (
        clinic.send(DESK, f"PUT /appointments/{id}", {"appointment_time": "12:00"}, if_match='"1"').status
        == 412
    )
    assert clinic.send(DESK, f"PUT /appointments/{id}", body, if_match='"1"').status == 412
    assert clinic.shows(id)["appointment_time"] == "11:00"


def test_put_moves_names_and_confirms_in_one_write(clinic: Clinic) -> None:
    id = clinic.book("10:00")["appointment_id"]
    body = {
        "appointment_time": "11:00",
        "patient_name": "Ana T. Torres",
        "state": "confirmed",
        "notes": "fasting",
    }

    put = clinic.send(DESK, f"PUT /appointments/{id}", body)

    shown = clinic.shows(id)
    assert put.headers["etag"] == '"2"'
    assert [shown[name] for name in ("appointment_time", "patient_name", "state", "notes")] == list(
        body.values()
    )
    assert clinic.tries("10:00").status == 201


def test_put_of_another_patient_moves_the_visit_to_their_agenda(clinic: Clinic) -> None:
    id = clinic.book("10:00", "Ana")["appointment_id"]
    clinic.ok(DESK, f"PUT /appointments/{id}", {"patient_name": "Ben"})

    assert refusal(clinic.tries("10:00", "Ben", doctor_name="Luna"))["code"] == "patient_busy"
    assert clinic.tries("10:00", "Ana", doctor_name="Luna").status == 201


def test_put_sets_no_state_that_no_verb_leads_to(clinic: Clinic) -> None:
    id = clinic.book("10:00")["appointment_id"]

    told = refusal(clinic.send(DESK, f"PUT /appointments/{id}", {"state": "fulfilled"}))

    assert (told["code"], "confirm" in told["allowed"]) == ("illegal_transition", True)


def test_put_of_another_appointment_is_refused(clinic: Clinic) -> None:
    id = clinic.book("10:00")["appointment_id"]

    assert faults(clinic.send(DESK, f"PUT /appointments/{id}", {"appointment_id": "apt_x"})) == {
        "/appointment_id": "not_this_one"
    }
    assert clinic.send(DESK, f"PUT /appointments/{id}", {"colour": "red"}).status == 422


def test_delete_cancels_and_keeps(clinic: Clinic) -> None:
    id = clinic.book("10:00")["appointment_id"]

    for _ in range(2):
        assert content(clinic.send(DESK, f"DELETE /appointments/{id}"))["state"] == "cancelled"
    assert clinic.shows(id)["cancellation_reason"] == "other"
    steps = clinic.ok(DESK, f"GET /appointments/{id}/history")["items"]
    assert [step["verb"] for step in steps] == ["create", "cancel"]


def test_others_do_not_know_that_it_exists(clinic: Clinic) -> None:
    id = clinic.book("10:00")["appointment_id"]

    assert clinic.send(STRANGER, f"GET /appointments/{id}").status == 404
    assert clinic.send(STRANGER, f"DELETE /appointments/{id}").status == 404
    assert clinic.send(STRANGER, "GET /appointments", query={"clinic_id": CLINIC}).status == 404
    assert clinic.send(STRANGER, "POST /appointments", clinic.asks(clinic_id=CLINIC)).status == 404


def test_a_doctor_sees_and_cancels_but_the_desk_books(clinic: Clinic) -> None:
    id = clinic.book("10:00")["appointment_id"]

    assert clinic.send(DOCTOR, f"GET /appointments/{id}").status == 200
    assert clinic.send(DOCTOR, "POST /appointments", clinic.asks("11:00")).status == 404
    assert clinic.does(id, "confirm", caller=DOCTOR).status == 404
    assert clinic.does(id, "cancel", {"reason": "prov-pers"}, caller=DOCTOR).status == 200


def test_a_list_is_of_the_clinics_day(clinic: Clinic) -> None:
    clinic.book("10:00", "Ana")
    clinic.book("17:30", "Ben", doctor_name="Luna")
    clinic.book("09:00", "Cora", appointment_date="2026-03-17")

    def names(**query: str) -> list[str]:
        response = clinic.send(DESK, "GET /appointments", query=query)
        assert response.status == 200, response.body
        return [one["patient_name"] for one in content(response)["items"]]

    assert names() == ["Ana", "Ben", "Cora"]
    assert names(date=DAY) == ["Ana", "Ben"]
    assert names(date=DAY, doctor_id=clinic.luna) == ["Ben"]
    assert names(doctor_id=clinic.vega) == ["Ana", "Cora"]
    assert names(state="confirmed") == []
    assert names(since="2026-03-16T18:00:00Z", until="2026-03-17T03:00:00Z") == ["Ben"]
    ana = content(clinic.send(DESK, "GET /appointments", query={"date": DAY}))["items"][0]
    assert names(patient_id=ana["patient_id"]) == ["Ana"]


def test_a_list_of_a_day_without_a_midnight_begins_when_its_clocks_do(clinic: Clinic) -> None:
    rules = [{"weekday": weekday, "start": "00:00", "end": "24:00"} for weekday in range(1, 8)]
    clinic.ok(OWNER, f"PUT /clinics/{CLINIC}/hours", {"rules": rules})
    clinic.book("23:30", "Ana", appointment_date="2026-09-05")
    first = clinic.book("01:00", "Ben", appointment_date="2026-09-06")

    listed = content(clinic.send(DESK, "GET /appointments", query={"date": "2026-09-06"}))["items"]
    assert [one["patient_name"] for one in listed] == ["Ben"]
    assert first["start_utc"] == "2026-09-06T04:00:00Z"


def test_what_nobody_has_marked_is_found(clinic: Clinic) -> None:
    clinic.book("10:00", "Ana")
    clinic.book("11:00", "Ben")

    def unmarked() -> list[str]:
        response = clinic.send(DESK, "GET /appointments", query={"unmarked": "true"})
        return [one["patient_name"] for one in content(response)["items"]]

    clinic.wait(at("10:59") - clinic.clock.now())
    assert unmarked() == []
    clinic.wait(timedelta(minutes=1))
    assert unmarked() == ["Ana"]


def test_who_looked_is_kept(clinic: Clinic) -> None:
    id = clinic.book("10:00")["appointment_id"]

    clinic.shows(id)
    clinic.ok(DESK, "GET /appointments")

    looks = [record.body for record in clinic.store.records.values() if record.kind == "access"]
    assert len(looks) == 2
    assert all('"usr_desk"' in look and '"pat_' in look for look in looks)


def test_no_event_key_or_index_says_who_it_is(clinic: Clinic) -> None:
    more = {
        "patient_phone": "+56900000001",
        "patient_email": "ana@example.org",
        "patient_document": "12.345.678-5",
    }
    id = clinic.book("10:00", "Ana Torres", reason="a secret illness", notes="hush", **more)["appointment_id"]
    clinic.does(id, "reschedule", {"appointment_date": DAY, "appointment_time": "11:00"})
    clinic.does(id, "cancel", {"reason": "pat"})

    told = " ".join(message.body for message in clinic.store.log)
    keys = " ".join(f"{record.id} {dict(record.keys)}" for record in clinic.store.records.values())
    for secret in ("Ana", "ana", "56900000001", "example", "12345678", "12.345", "illness", "hush"):
        assert secret not in told
        assert secret not in keys


def test_a_proposal_keeps_no_time_until_it_is_accepted(clinic: Clinic) -> None:
    id = clinic.book("10:00", "Ana", state="proposed")["appointment_id"]
    clinic.book("10:00", "Ben")

    body = {"appointment_date": DAY, "appointment_time": "10:00"}
    assert refusal(clinic.does(id, "accept", body))["code"] == "slot_taken"
    assert clinic.does(id, "accept", body | {"appointment_time": "11:00"}).status == 200


def test_a_clinic_that_adds_doctors_needs_no_roster() -> None:
    clinic = Clinic(adds_doctors=True)

    made = clinic.book("10:00", doctor_name=" Dr.  Neu ")
    assert made["doctor_name"] == "Dr. Neu"
    assert clinic.book("11:00", "Ben", doctor_name="dra neu")["doctor_id"] == made["doctor_id"]
    assert refusal(clinic.tries("10:00", "Cora", doctor_name="NEU"))["code"] == "slot_taken"
    assert refusal(Clinic().tries("10:00", doctor_name="Dr. Neu"))["code"] == "unknown_doctor"


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"appointment_time": "25:00"}, "/appointment_time"),
        ({"appointment_time": "9:00"}, "/appointment_time"),
        ({"appointment_date": "2026-02-30"}, "/appointment_date"),
        ({"patient_name": ""}, "/patient_name"),
        ({"patient_name": "\u0000"}, "/patient_name"),
        ({"patient_name": "\u3000"}, "/patient_name"),
        ({"patient_name": "\u200b-\u202e"}, "/patient_name"),
        ({"appointment_date": "0001-01-01"}, "/appointment_date"),
        ({"appointment_date": "9999-12-31"}, "/appointment_date"),
        ({"patient_phone": "12345"}, "/patient_phone"),
        ({"patient_document": "12.345.678-K"}, "/patient_document"),
        ({"duration_minutes": 481}, "/duration_minutes"),
        ({"state": "arrived"}, "/state"),
    ],
)
def test_what_is_wrong_is_named(clinic: Clinic, wrong: dict[str, object], pointer: str) -> None:
    assert list(faults(clinic.send(DESK, "POST /appointments", clinic.asks() | wrong))) == [pointer]


@pytest.mark.parametrize("name", ["Íñigo O'Higgins", "محمد", "N", "x" * 200, "王"])
def test_names_come_back_as_they_were(clinic: Clinic, name: str) -> None:
    assert clinic.book("10:00", name)["patient_name"] == name


def test_a_time_off_the_grid_or_gone_by_is_refused(clinic: Clinic) -> None:
    assert refusal(clinic.tries("10:07"))["code"] == "off_grid"
    assert refusal(clinic.tries("10:00", appointment_date="2026-03-12"))["code"] == "in_the_past"


@pytest.mark.parametrize(
    ("day", "time", "code"),
    [("2026-09-06", "00:30", "nonexistent_time"), ("2026-04-04", "23:30", "ambiguous_time")],
)
def test_the_nights_on_which_the_clocks_change(clinic: Clinic, day: str, time: str, code: str) -> None:
    rules = [{"weekday": weekday, "start": "00:00", "end": "24:00"} for weekday in range(1, 8)]
    clinic.ok(OWNER, f"PUT /clinics/{CLINIC}/hours", {"rules": rules})

    assert refusal(clinic.tries(time, appointment_date=day))["code"] == code


def test_the_hour_that_comes_twice_has_two_visits(clinic: Clinic) -> None:
    rules = [{"weekday": weekday, "start": "00:00", "end": "24:00"} for weekday in range(1, 8)]
    clinic.ok(OWNER, f"PUT /clinics/{CLINIC}/hours", {"rules": rules})
    night = {"appointment_date": "2026-04-04", "duration_minutes": 60}

    first = clinic.book("23:00", "Ana", fold=0, **night)
    second = clinic.book("23:00", "Ben", fold=1, **night)

    assert [first["start_utc"], second["start_utc"]] == ["2026-04-05T02:00:00Z", "2026-04-05T03:00:00Z"]
    assert clinic.tries("23:30", "Cora", fold=0, **night).status == 409
