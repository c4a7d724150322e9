"""Hours and exceptions over HTTP, and what is free because of them."""

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.appointments.clinics.sol import (
    DOCTOR,
    MORNINGS,
    OWNER,
    RECEPTION,
    RIVAL,
    STRANGERS,
    add_doctor,
    add_type,
    opened,
)
from tests.unit.driver import Desk, content, faults


def free(desk: Desk, doctor_id: str, day: str, to: str = "", **query: str) -> list[str]:
    """Return the free times from one date to another."""
    asked = {"doctor_id": doctor_id, "from": day, "to": to or day, **query}
    answer = desk.send(RECEPTION, "GET /availability", query=asked)
    assert answer.status == 200, answer.body
    return [one["appointment_time"] for one in content(answer)["items"]]


def working(desk: Desk, **more: Any) -> str:
    """Return a doctor who works in the mornings of weekdays."""
    id = add_doctor(desk, **more)
    assert desk.send(OWNER, f"PUT /doctors/{id}/hours", {"rules": MORNINGS}).status == 200
    return id


def test_a_week_is_set_and_shown_in_order() -> None:
    desk = opened()
    vega = add_doctor(desk)
    answer = desk.send(OWNER, f"PUT /doctors/{vega}/hours", {"rules": list(reversed(MORNINGS))})

    assert [rule["weekday"] for rule in content(answer)["rules"]] == [1, 2, 3, 4, 5]
    assert content(desk.send(DOCTOR, f"GET /doctors/{vega}/hours")) == content(answer)


def test_hours_that_were_never_set_are_none() -> None:
    desk = opened()
    vega = add_doctor(desk)

    assert content(desk.send(DOCTOR, f"GET /doctors/{vega}/hours")) == {"rules": [], "exceptions": []}
    assert content(desk.send(DOCTOR, "GET /clinics/sol/hours")) == {"rules": [], "exceptions": []}
    assert free(desk, vega, "2026-03-16") == []


def test_free_times_are_told_in_the_clocks_of_the_clinic_and_in_utc() -> None:
    desk = opened()
    vega = working(desk)
    query = {"doctor_id": vega, "from": "2026-03-16", "to": "2026-03-20", "duration": "60", "limit": "2"}
    answer = content(desk.send(RECEPTION, "GET /availability", query=query))

    assert answer["time_zone"] == "America/Santiago"
    assert answer["complete"] is False
    assert answer["items"][1] == {
        "doctor_id": vega,
        "doctor_name": "Dra. Ana Vega",
        "appointment_date": "2026-03-16",
        "appointment_time": "09:15",
        "start_utc": "2026-03-16T12:15:00Z",
        "fold": 0,
    }
    assert free(desk, vega, "2026-03-16", duration="60")[-1] == "12:00"


def test_a_sunday_is_not_free() -> None:
    desk = opened()

    assert free(desk, working(desk), "2026-03-15") == []


def test_a_doctor_without_hours_of_their_own_works_in_the_clinics() -> None:
    desk = opened()
    own, other = working(desk), add_doctor(desk, "Luis Rojas")
    afternoon = {"rules": [{"weekday": 1, "start": "15:00", "end": "16:00"}]}
    assert desk.send(RECEPTION, "PUT /clinics/sol/hours", afternoon).status == 404
    assert desk.send(OWNER, "PUT /clinics/sol/hours", afternoon).status == 200

    assert free(desk, other, "2026-03-16") == ["15:00", "15:15", "15:30"]
    assert free(desk, own, "2026-03-16")[0] == "09:00"


def test_a_holiday_closes_all_and_an_absence_one() -> None:
    desk = opened()
    vega, rojas = working(desk), working(desk, name="Luis Rojas")
    holiday = {"kind": "closed", "first": "2026-03-16", "reason": "feriado"}
    assert desk.send(RECEPTION, "POST /clinics/sol/exceptions", holiday).status == 200
    away = {"kind": "closed", "first": "2026-03-17", "last": "2026-03-18"}
    assert desk.send(DOCTOR, f"POST /doctors/{vega}/exceptions", away).status == 200

    assert [bool(free(desk, vega, f"2026-03-{day}")) for day in (16, 17, 18, 19)] == [
        False,
        False,
        False,
        True,
    ]
    assert [bool(free(desk, rojas, f"2026-03-{day}")) for day in (16, 17)] == [False, True]


def test_an_exception_is_taken_back_once() -> None:
    desk = opened()
    vega = working(desk)
    away = {"kind": "closed", "first": "2026-03-16"}
    shown = content(desk.send(DOCTOR, f"POST /doctors/{vega}/exceptions", away))
    id = shown["exceptions"][0]["exception_id"]

    assert desk.send(RIVAL, f"DELETE /doctors/{vega}/exceptions/{id}").status == 404
    assert content(desk.send(DOCTOR, f"DELETE /doctors/{vega}/exceptions/{id}"))["exceptions"] == []
    assert free(desk, vega, "2026-03-16") != []
    assert desk.send(DOCTOR, f"DELETE /doctors/{vega}/exceptions/{id}").status == 404


def test_a_clinics_exception_is_the_desks_alone() -> None:
    desk = opened()
    holiday = {"kind": "closed", "first": "2026-03-16"}
    id = content(desk.send(OWNER, "POST /clinics/sol/exceptions", holiday))["exceptions"][0]["exception_id"]

    for caller in (DOCTOR, *STRANGERS):
        assert desk.send(caller, "POST /clinics/sol/exceptions", holiday).status == 404
        assert desk.send(caller, f"DELETE /clinics/sol/exceptions/{id}").status == 404
    assert desk.send(RECEPTION, f"DELETE /clinics/sol/exceptions/{id}").status == 200


def test_a_repeated_exception_is_one() -> None:
    desk = opened()
    vega = working(desk)
    away = {"kind": "closed", "first": "2026-03-16"}
    answers = [
        desk.send(DOCTOR, f"POST /doctors/{vega}/exceptions", away, idempotency_key="k") for _ in range(2)
    ]

    assert [len(content(answer)["exceptions"]) for answer in answers] == [1, 1]


def test_exceptions_that_are_long_over_are_forgotten_when_there_is_a_new_one() -> None:
    desk = opened()
    vega = working(desk)
    desk.send(DOCTOR, f"POST /doctors/{vega}/exceptions", {"kind": "closed", "first": "2025-12-24"})
    desk.send(DOCTOR, f"POST /doctors/{vega}/exceptions", {"kind": "closed", "first": "2026-03-01"})
    answer = desk.send(DOCTOR, f"POST /doctors/{vega}/exceptions", {"kind": "closed", "first": "2026-03-20"})

    assert [one["first"] for one in content(answer)["exceptions"]] == ["2026-03-01", "2026-03-20"]


@pytest.mark.parametrize(
    ("rule", "pointer", "code"),
    [
        ({"weekday": 1, "start": "13:00", "end": "13:00"}, "/rules/0/end", "wrong_order"),
        ({"weekday": 1, "start": "22:00", "end": "02:00"}, "/rules/0/end", "wrong_order"),
        (
            {
                "weekday": 1,
                "start": "09:00",
                "end": "10:00",
                "valid_from": "2026-03-02",
                "valid_to": "2026-03-01",
            },
            "/rules/0/valid_to",
            "wrong_dates",
        ),
        (
            {"weekday": 1, "start": "09:00", "end": "10:00", "visit_type_ids": ["vst_none"]},
            "/rules/0/visit_type_ids",
            "unknown_visit_type",
        ),
    ],
)
def test_a_rule_that_cannot_hold_is_refused(rule: dict[str, Any], pointer: str, code: str) -> None:
    desk = opened()
    vega = add_doctor(desk)

    assert faults(desk.send(OWNER, f"PUT /doctors/{vega}/hours", {"rules": [rule]})) == {pointer: code}


@pytest.mark.parametrize("last", ["2026-03-15", "2029-03-16"])
def test_an_exception_ends_after_it_begins_and_within_two_years(last: str) -> None:
    desk = opened()
    vega = add_doctor(desk)
    wrong = {"kind": "closed", "first": "2026-03-16", "last": last}

    assert faults(desk.send(OWNER, f"POST /doctors/{vega}/exceptions", wrong)) == {"/last": "wrong_dates"}


def test_the_buffers_of_a_visit_type_are_kept_free() -> None:
    desk = opened()
    vega = working(desk)
    long = add_type(desk, duration_minutes=60, buffer_before_minutes=10, buffer_after_minutes=10)

    times = free(desk, vega, "2026-03-16", visit_type_id=long)
    assert (times[0], times[-1]) == ("09:15", "11:45")


def test_a_visit_type_that_the_doctor_does_not_do_is_unknown() -> None:
    desk = opened()
    one, other = add_type(desk), add_type(desk, name="Alta")
    vega = working(desk, visit_type_ids=[one])
    query = {"doctor_id": vega, "from": "2026-03-16", "to": "2026-03-16", "visit_type_id": other}

    refused = desk.send(RECEPTION, "GET /availability", query=query)
    assert (refused.status, content(refused)["code"]) == (422, "unknown_visit_type")


def test_the_clinic_says_how_soon_and_how_late_one_may_come() -> None:
    desk = opened(lead_minutes=120, horizon_days=4)
    vega = working(desk)
    desk.clock.advance(timedelta(days=2, hours=2, minutes=50))  # Monday, 09:20 in Santiago

    assert free(desk, vega, "2026-03-16")[0] == "11:30"
    assert free(desk, vega, "2026-03-20")[-1] == "09:15"
    assert free(desk, vega, "2026-03-23") == []


def test_nobody_is_offered_a_doctor_who_is_gone_or_anothers() -> None:
    desk = opened()
    vega = working(desk)
    query = {"doctor_id": vega, "from": "2026-03-16", "to": "2026-03-16"}

    assert all(desk.send(caller, "GET /availability", query=query).status == 404 for caller in STRANGERS)
    desk.send(OWNER, f"PUT /doctors/{vega}", {"name": "Ana Vega", "active": False})
    assert desk.send(RECEPTION, "GET /availability", query=query).status == 404


def test_free_times_are_asked_for_a_month_at_most() -> None:
    desk = opened()
    vega = working(desk)

    for to in ("2026-03-15", "2026-04-16"):
        query = {"doctor_id": vega, "from": "2026-03-16", "to": to}
        assert faults(desk.send(RECEPTION, "GET /availability", query=query)) == {"/to": "wrong_dates"}
    assert free(desk, vega, "2026-03-16", "2026-04-15") != []


def test_the_nights_on_which_the_clocks_change_have_the_times_that_they_show() -> None:
    desk = opened()
    vega = add_doctor(desk)
    nights = [
        {"weekday": 6, "start": "22:00", "end": "24:00"},
        {"weekday": 7, "start": "00:00", "end": "02:00"},
    ]
    desk.send(OWNER, f"PUT /doctors/{vega}/hours", {"rules": nights})
    query = {"doctor_id": vega, "from": "2026-04-04", "to": "2026-04-04", "duration": "15"}
    repeated = content(desk.send(RECEPTION, "GET /availability", query=query))["items"]

    assert [one["fold"] for one in repeated] == [0] * 8 + [1] * 4
    assert free(desk, vega, "2026-09-06", duration="15") == ["01:00", "01:15", "01:30", "01:45"]
