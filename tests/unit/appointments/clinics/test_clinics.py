"""Clinics are set up by their owners, seen by their staff, and are nobody else's business."""

from typing import Any

import pytest

from frontdesk.services.appointments.service import SERVICE
from tests.unit.appointments.clinics.sol import DOCTOR, OWNER, RECEPTION, RIVAL, SOL, STRANGERS, opened
from tests.unit.driver import Desk, content, faults


def test_an_owner_sets_a_clinic_up_and_its_staff_see_it() -> None:
    desk = opened(lead_minutes=60)

    for caller in (OWNER, RECEPTION, DOCTOR):
        seen = content(desk.send(caller, "GET /clinics/sol"))
        assert seen["clinic_id"] == "sol"
        assert seen["lead_minutes"] == 60
        assert seen["grid_minutes"] == 15
        assert seen["quiet_hours"] == {"from": "21:00", "to": "08:00"}
        assert [step["kind"] for step in seen["reminders"]] == ["confirm", "pending", "soon"]


def test_what_is_read_of_a_clinic_can_be_sent_back() -> None:
    desk = opened(address="Av. Italia 100", reminders=[{"kind": "confirm", "days_before": 1, "at": "10:00"}])
    answer = desk.send(OWNER, "GET /clinics/sol")
    seen = {name: value for name, value in content(answer).items() if name != "clinic_id"}

    again = desk.send(OWNER, "PUT /clinics/sol", seen, if_match='"1"')
    assert (again.status, again.headers["etag"], again.body) == (200, '"1"', answer.body)


def test_only_its_owner_changes_a_clinic() -> None:
    desk = opened()

    for caller in (RECEPTION, DOCTOR, *STRANGERS):
        assert desk.send(caller, "PUT /clinics/sol", dict(SOL)).status == 404


def test_a_stranger_learns_nothing_of_a_clinic() -> None:
    desk = opened()

    for caller in STRANGERS:
        assert desk.send(caller, "GET /clinics/sol").status == 404
        assert desk.send(caller, "GET /clinics/sol/doctors").status == 404
        assert desk.send(caller, "GET /clinics/sol/hours").status == 404
        assert content(desk.send(caller, "GET /clinics")) == {"items": []}


def test_somebody_sees_the_clinics_at_which_they_work() -> None:
    desk = opened()
    desk.send(RIVAL, "PUT /clinics/luna", {**SOL, "name": "Luna"})

    assert [one["clinic_id"] for one in content(desk.send(DOCTOR, "GET /clinics"))["items"]] == ["sol"]
    assert [one["clinic_id"] for one in content(desk.send(RIVAL, "GET /clinics"))["items"]] == ["luna"]


def test_a_clinic_keeps_its_time_zone() -> None:
    desk = opened()

    refused = desk.send(OWNER, "PUT /clinics/sol", {**SOL, "time_zone": "America/Lima"})
    assert (refused.status, content(refused)["code"]) == (409, "zone_fixed")


def test_a_stale_change_of_a_clinic_is_refused() -> None:
    desk = opened()
    desk.send(OWNER, "PUT /clinics/sol", {**SOL, "name": "Sol y Mar"})

    assert desk.send(OWNER, "PUT /clinics/sol", {**SOL, "name": "Sol"}, if_match='"1"').status == 412


@pytest.mark.parametrize(
    ("wrong", "pointer", "code"),
    [
        ({"time_zone": "America/Atlantis"}, "/time_zone", "unknown_time_zone"),
        ({"time_zone": "America/Argentina"}, "/time_zone", "unknown_time_zone"),  # a folder of zones
        ({"grid_minutes": 7}, "/grid_minutes", "not_a_grid"),
        ({"reminders": [{"kind": "soon"}]}, "/reminders/0", "no_time"),
        (
            {"reminders": [{"kind": "soon", "minutes_before": 60, "at": "10:00"}]},
            "/reminders/0/minutes_before",
            "two_times",
        ),
    ],
)
def test_a_clinic_that_cannot_be_so_is_refused(wrong: dict[str, Any], pointer: str, code: str) -> None:
    desk = Desk(SERVICE)

    assert faults(desk.send(OWNER, "PUT /clinics/sol", {**SOL, **wrong})) == {pointer: code}


def test_the_id_of_a_clinic_is_a_plain_word() -> None:
    desk = Desk(SERVICE)
    owner = type(OWNER)("usr_owner", OWNER.scopes, {"clinic:Sol": "owner"})

    assert faults(desk.send(owner, "PUT /clinics/Sol", dict(SOL))) == {"/clinic_id": "wrong_format"}
