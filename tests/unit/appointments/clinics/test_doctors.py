"""Doctors: found by any way to write their names, never two of one name, and what they do."""

from tests.unit.appointments.clinics.sol import (
    DOCTOR,
    OWNER,
    RECEPTION,
    RIVAL,
    SOL,
    STRANGERS,
    add_doctor,
    add_type,
    opened,
)
from tests.unit.driver import content, faults


def test_a_doctor_is_found_however_the_name_is_written() -> None:
    desk = opened()
    vega = add_doctor(desk, "Dra. Ana Vega", aliases=["Dr. Vega"])
    add_doctor(desk, "Dr. Luis Vega")

    for written in ("DRA. VÉGA ", " dr  vega ", "ana vega", "Dra. Ana Vega", "VEGA"):
        found = content(desk.send(RECEPTION, "GET /clinics/sol/doctors", query={"name": written.strip()}))
        assert [one["doctor_id"] for one in found["items"]] == [vega]
    for written in ("Vegas", "Ana", "Luis"):
        assert (
            content(desk.send(RECEPTION, "GET /clinics/sol/doctors", query={"name": written}))["items"] == []
        )


def test_no_two_doctors_of_a_clinic_share_a_name() -> None:
    desk = opened()
    add_doctor(desk, "Dra. Ana Vega", aliases=["Dr. Vega"])

    refused = desk.send(OWNER, "POST /clinics/sol/doctors", {"name": "Luis Vega", "aliases": ["DRA VÉGA"]})
    assert (refused.status, content(refused)["code"]) == (409, "name_taken")
    assert content(refused)["names"] == ["DRA VÉGA"]


def test_another_clinic_may_have_a_doctor_of_the_same_name() -> None:
    desk = opened()
    add_doctor(desk, "Vega")
    desk.send(RIVAL, "PUT /clinics/luna", dict(SOL))

    assert desk.send(RIVAL, "POST /clinics/luna/doctors", {"name": "Vega"}).status == 201


def test_a_doctor_changes_names_and_the_old_one_is_free() -> None:
    desk = opened()
    vega = add_doctor(desk, "Ana Vega")
    assert desk.send(OWNER, f"PUT /doctors/{vega}", {"name": "Ana Rojas"}).status == 200

    add_doctor(desk, "Ana Vega")
    refused = desk.send(OWNER, f"PUT /doctors/{vega}", {"name": "Ana Vega"})
    assert (refused.status, content(refused)["code"]) == (409, "name_taken")


def test_a_repeated_request_adds_one_doctor() -> None:
    desk = opened()
    body = {"name": "Ana Vega"}
    first = desk.send(OWNER, "POST /clinics/sol/doctors", body, idempotency_key="k1")
    again = desk.send(OWNER, "POST /clinics/sol/doctors", body, idempotency_key="k1")

    assert (first.status, again.status) == (201, 201)
    assert content(first) == content(again)
    assert again.headers["idempotency-replayed"] == "true"
    assert len(content(desk.send(OWNER, "GET /clinics/sol/doctors"))["items"]) == 1


def test_doctors_are_listed_by_name_in_pages() -> None:
    desk = opened()
    for name in ("Dr. Zúñiga", "Dra. Álvarez", "Prof. Muñoz"):
        add_doctor(desk, name)

    page = content(desk.send(DOCTOR, "GET /clinics/sol/doctors", query={"limit": "2"}))
    rest = content(desk.send(DOCTOR, "GET /clinics/sol/doctors", query={"cursor": page["cursor"]}))
    names = [one["name"] for one in (*page["items"], *rest["items"])]
    assert names == ["Dra. Álvarez", "Prof. Muñoz", "Dr. Zúñiga"]
    assert rest["cursor"] is None


def test_only_the_owner_adds_and_changes_doctors() -> None:
    desk = opened()
    vega = add_doctor(desk)

    for caller in (RECEPTION, DOCTOR, *STRANGERS):
        assert desk.send(caller, "POST /clinics/sol/doctors", {"name": "X"}).status == 404
        assert desk.send(caller, f"PUT /doctors/{vega}", {"name": "X"}).status == 404
    for caller in STRANGERS:
        assert desk.send(caller, f"GET /doctors/{vega}").status == 404
        assert desk.send(caller, f"GET /doctors/{vega}/hours").status == 404


def test_a_doctor_does_visit_types_of_the_clinic_only() -> None:
    desk = opened()
    control = add_type(desk)
    add_doctor(desk, "Ana", visit_type_ids=[control])

    refused = desk.send(OWNER, "POST /clinics/sol/doctors", {"name": "Luis", "visit_type_ids": ["vst_none"]})
    assert faults(refused) == {"/visit_type_ids": "unknown_visit_type"}


def test_a_doctor_without_a_letter_in_the_name_is_refused() -> None:
    desk = opened()
    refused = desk.send(OWNER, "POST /clinics/sol/doctors", {"name": "...", "aliases": ["Ana", "-"]})

    assert faults(refused) == {"/name": "no_words", "/aliases/1": "no_words"}


def test_visit_types_fit_the_clinics_grid_and_have_a_price_with_its_currency() -> None:
    desk = opened()
    wrong = {"name": "Control", "duration_minutes": 20, "price": 100}

    assert faults(desk.send(OWNER, "POST /clinics/sol/visit-types", wrong)) == {
        "/duration_minutes": "off_grid",
        "/currency": "price_and_currency",
    }


def test_a_visit_type_is_changed_by_its_owner_and_listed_by_name() -> None:
    desk = opened()
    control = add_type(desk)
    add_type(desk, name="Alta")
    body = {"name": "Urgencia", "duration_minutes": 45, "buffer_after_minutes": 10, "modality": "video"}

    assert desk.send(RECEPTION, f"PUT /visit-types/{control}", body).status == 404
    assert content(desk.send(OWNER, f"PUT /visit-types/{control}", body))["buffer_after_minutes"] == 10
    assert content(desk.send(DOCTOR, f"GET /visit-types/{control}"))["modality"] == "video"
    listed = content(desk.send(DOCTOR, "GET /clinics/sol/visit-types"))["items"]
    assert [one["name"] for one in listed] == ["Alta", "Urgencia"]
    assert desk.send(RIVAL, f"GET /visit-types/{control}").status == 404
