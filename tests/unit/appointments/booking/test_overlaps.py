"""What overlaps and what does not: nobody is given a time that another has."""

from datetime import timedelta

import pytest

from tests.unit.appointments.booking.clinic import DAY, DESK, OWNER, Clinic, at, refusal
from tests.unit.driver import content


@pytest.fixture
def clinic() -> Clinic:
    """Return a clinic at which Ana has Monday from 10:00 to 10:30 with Dr. Vega."""
    made = Clinic(grid_minutes=5)
    made.book("10:00")
    return made


@pytest.mark.parametrize(
    ("time", "minutes", "status"),
    [
        ("10:30", 30, 201),  # begins as the other ends
        ("09:30", 30, 201),  # ends as the other begins
        ("10:15", 30, 409),
        ("09:45", 30, 409),
        ("10:10", 10, 409),  # contained
        ("09:30", 120, 409),  # containing
        ("10:00", 30, 409),  # equal
        ("10:25", 5, 409),
        ("09:30", 35, 409),
    ],
)
def test_half_open_intervals(clinic: Clinic, time: str, minutes: int, status: int) -> None:
    assert clinic.tries(time, duration_minutes=minutes).status == status


def test_who_finds_a_time_taken_hears_which_are_free(clinic: Clinic) -> None:
    clinic.book("10:30", "Cora")

    told = refusal(clinic.tries("10:15"))

    assert told["code"] == "slot_taken"
    assert [free["appointment_time"] for free in told["alternatives"]] == [
        "11:00",
        "11:05",
        "11:10",
        "11:15",
        "11:20",
    ]
    assert told["conflicts_with"] == [
        {"start": "2026-03-16T13:00:00Z", "end": "2026-03-16T13:30:00Z"},
        {"start": "2026-03-16T13:30:00Z", "end": "2026-03-16T14:00:00Z"},
    ]
    assert "Ana" not in str(told)
    assert clinic.tries(told["alternatives"][0]["appointment_time"]).status == 201


def test_who_asks_in_a_full_week_hears_what_is_left_of_it_and_of_the_next() -> None:
    clinic = Clinic(grid_minutes=30)
    week = [f"2026-03-{day}" for day in range(16, 21)]
    for day in week:
        clinic.book("09:00", f"Ana {day}", appointment_date=day, duration_minutes=240)
        clinic.book("13:00", f"Ben {day}", appointment_date=day, duration_minutes=240 if day == DAY else 300)

    told = refusal(clinic.tries("10:00", "Cora"))

    assert [(free["appointment_date"], free["appointment_time"]) for free in told["alternatives"]] == [
        (DAY, "17:00"),
        (DAY, "17:30"),
        ("2026-03-23", "09:00"),
        ("2026-03-23", "09:30"),
        ("2026-03-23", "10:00"),
    ]


def test_buffers_keep_visits_apart() -> None:
    clinic = Clinic(grid_minutes=5)
    long = clinic.type(buffer_after_minutes=10)
    clinic.book("10:00", visit_type_id=long)

    assert clinic.tries("10:30").status == 409
    assert clinic.tries("10:35").status == 409
    assert clinic.tries("10:40").status == 201
    assert clinic.tries("09:25", "Cora", visit_type_id=long).status == 409  # its own buffer ends at 10:05
    assert clinic.tries("09:20", "Cora", visit_type_id=long).status == 201


def test_a_visit_over_midnight_of_utc_stands_in_both_days() -> None:
    clinic = Clinic(zone="UTC")
    clinic.ok(
        OWNER,
        "PUT /clinics/sur/hours",
        {"rules": [{"weekday": d, "start": "00:00", "end": "24:00"} for d in range(1, 8)]},
    )
    clinic.book("23:45")

    assert clinic.tries("23:30").status == 409
    assert clinic.tries("00:00", appointment_date="2026-03-17").status == 409
    assert clinic.tries("23:15").status == 201
    assert clinic.tries("00:15", "Cora", appointment_date="2026-03-17").status == 201
    assert len(clinic.agenda(clinic.vega).busy) == 2
    assert len(clinic.agenda(clinic.vega, "2026-03-17").busy) == 2


def test_the_same_patient_is_not_at_two_places_at_once(clinic: Clinic) -> None:
    told = refusal(clinic.tries("10:15", "  ana  TORRES ".strip(), doctor_name="Dra. Luna"))

    assert told["code"] == "patient_busy"
    assert told["conflicts_with"] == [{"start": "2026-03-16T13:00:00Z", "end": "2026-03-16T13:30:00Z"}]
    assert clinic.tries("10:30", "Ana Torres", doctor_name="Dra. Luna").status == 201
    assert clinic.tries("09:30", "Ana Torres", doctor_name="Dra. Luna").status == 201


def test_two_doctors_see_two_patients_at_the_same_time(clinic: Clinic) -> None:
    assert clinic.tries("10:00", doctor_name="Dra. Luna").status == 201


@pytest.mark.parametrize("name", ["DRA. VÉGA", " dr  vega ", "Vega", "Doctor Vega"])
def test_a_doctor_is_one_however_the_name_is_written(clinic: Clinic, name: str) -> None:
    assert refusal(clinic.tries("10:00", doctor_name=name))["code"] == "slot_taken"


def test_what_is_cancelled_does_not_block(clinic: Clinic) -> None:
    (id,) = [one["appointment_id"] for one in clinic.ok(DESK, "GET /appointments")["items"]]
    clinic.does(id, "cancel")

    assert clinic.tries("10:00").status == 201
    assert refusal(clinic.does(id, "reopen"))["code"] == "slot_taken"


def test_a_held_time_blocks_until_the_hold_is_over_even_while_it_stands_there() -> None:
    clinic = Clinic()
    clinic.ok(OWNER, "POST /holds", clinic.asks("10:00"))
    assert clinic.tries("10:00").status == 409

    clinic.clock.advance(timedelta(seconds=300))  # and no timer has fired

    assert len(clinic.agenda(clinic.vega).busy) == 1
    assert clinic.tries("10:00").status == 201


def test_who_completes_too_late_has_lost_the_time() -> None:
    clinic = Clinic()
    id = clinic.ok(OWNER, "POST /holds", clinic.asks("10:00"))["appointment_id"]
    clinic.clock.advance(timedelta(seconds=300))
    clinic.book("10:00", "Cora")

    assert refusal(clinic.does(id, "complete"))["code"] == "hold_lapsed"
    clinic.wait(timedelta(0))
    assert clinic.shows(id)["state"] == "expired"
    assert len(clinic.agenda(clinic.vega).busy) == 1


def test_a_hold_may_say_later_for_whom_it_is(clinic: Clinic) -> None:
    body = clinic.asks("11:00")
    del body["patient_name"]
    id = clinic.ok(OWNER, "POST /holds", body)["appointment_id"]
    assert clinic.does(id, "complete").status == 422

    assert clinic.does(id, "complete", {"patient_name": "Cora"}).status == 200
    assert clinic.shows(id)["patient_name"] == "Cora"
    assert refusal(clinic.tries("11:00", "Cora", doctor_name="Dra. Luna"))["code"] == "patient_busy"


def test_a_group_of_two_takes_two() -> None:
    clinic = Clinic()
    group = clinic.type(capacity=2, duration_minutes=60)

    taken = [clinic.tries("10:00", name, visit_type_id=group).status for name in ("Ana", "Ben", "Cora")]

    assert taken == [201, 201, 409]
    assert clinic.tries("10:30", "Cora", visit_type_id=group).status == 409
    assert clinic.tries("10:30", "Cora").status == 409
    assert clinic.tries("11:00", "Cora", visit_type_id=group).status == 201


def test_three_in_a_row_do_not_fill_a_group_of_two() -> None:
    clinic = Clinic()
    group = clinic.type(capacity=2, duration_minutes=30)
    for time, name in (("10:00", "Ana"), ("10:30", "Ben"), ("11:00", "Cora")):
        clinic.book(time, name, visit_type_id=group)

    assert clinic.tries("10:00", "Dora", visit_type_id=group, duration_minutes=90).status == 201


def test_a_visit_moves_into_its_own_time(clinic: Clinic) -> None:
    (id,) = [one["appointment_id"] for one in clinic.ok(DESK, "GET /appointments")["items"]]

    moved = clinic.does(id, "reschedule", {"appointment_date": DAY, "appointment_time": "10:15"})

    assert (moved.status, content(moved)["sequence"]) == (200, 1)
    assert clinic.tries("10:00").status == 409
    assert clinic.tries("09:45").status == 201
    assert [one.start for one in clinic.agenda(clinic.vega).busy] == [at("09:45"), at("10:15")]


def test_a_move_that_is_refused_leaves_the_visit_where_it_was(clinic: Clinic) -> None:
    mine = clinic.book("12:00", "Ben")["appointment_id"]

    told = refusal(clinic.does(mine, "reschedule", {"appointment_date": DAY, "appointment_time": "10:15"}))

    assert told["code"] == "slot_taken"
    assert told["alternatives"]
    assert clinic.shows(mine)["appointment_time"] == "12:00"
    assert clinic.tries("12:00", "Cora").status == 409


def test_a_visit_moves_to_another_doctor_and_day(clinic: Clinic) -> None:
    (id,) = [one["appointment_id"] for one in clinic.ok(DESK, "GET /appointments")["items"]]
    body = {"appointment_date": "2026-03-17", "appointment_time": "11:00", "doctor_name": "Luna"}

    assert clinic.does(id, "reschedule", body).status == 200

    assert clinic.agenda(clinic.vega).busy == ()
    assert len(clinic.agenda(clinic.luna, "2026-03-17").busy) == 1
    assert clinic.tries("10:00").status == 201


def test_a_daily_cap_counts_the_clinics_day() -> None:
    clinic = Clinic(zone="America/Santiago")
    clinic.ok(OWNER, "PUT /clinics/sur/hours", {"rules": [{"weekday": 1, "start": "09:00", "end": "24:00"}]})
    clinic.doctor("Dr. Soto", daily_cap=2)
    for time, name in (("09:00", "Ana"), ("22:00", "Ben")):  # 12:00Z, and 01:00Z of the next day
        clinic.book(time, name, doctor_name="Soto")

    assert refusal(clinic.tries("12:00", "Cora", doctor_name="Soto"))["code"] == "day_full"
    assert refusal(clinic.tries("22:30", "Cora", doctor_name="Soto"))["code"] == "day_full"


def test_an_overbooking_is_asked_for_permitted_and_kept(clinic: Clinic) -> None:
    body = clinic.asks("10:00", "Ben", overbook="an emergency")

    assert clinic.send(DESK, "POST /appointments", body).status == 403
    made = clinic.ok(OWNER, "POST /appointments", body)

    assert made["overbooked"] is True
    step = clinic.ok(OWNER, f"GET /appointments/{made['appointment_id']}/history")["items"][0]
    assert (step["overbooked"], step["reason"], step["by"]) == (True, "an emergency", "usr_owner")
    assert clinic.tries("10:00", "Cora").status == 409


def test_a_time_that_is_free_is_not_overbooked(clinic: Clinic) -> None:
    assert "overbooked" not in clinic.book("12:00", "Ben", overbook="just in case")


def test_an_overbooked_visit_that_leaves_does_not_free_what_the_other_has(clinic: Clinic) -> None:
    made = clinic.book("10:00", "Ben", overbook="an emergency")
    clinic.does(made["appointment_id"], "cancel")

    assert clinic.tries("10:00", "Cora").status == 409


def test_outside_the_hours_is_an_overbooking_too(clinic: Clinic) -> None:
    assert refusal(clinic.tries("08:00"))["code"] == "outside_hours"
    assert clinic.book("08:00", "Ben", overbook="only then")["overbooked"] is True


def test_nobody_has_more_to_come_than_the_clinic_allows() -> None:
    clinic = Clinic(max_open_per_patient=2)
    first = clinic.book("10:00")
    clinic.book("11:00")

    assert refusal(clinic.tries("12:00", "Ana Torres"))["code"] == "too_many_open"
    assert clinic.tries("12:00", "Ben").status == 201
    clinic.does(first["appointment_id"], "cancel")
    assert clinic.tries("10:00", "Ana Torres").status == 201


def test_a_day_off_is_a_day_off() -> None:
    assert refusal(Clinic().tries("10:00", appointment_date="2026-03-15"))["code"] == "outside_hours"


def test_two_children_are_booked_with_one_telephone() -> None:
    clinic = Clinic()
    clinic.book("10:00", "Ana", patient_phone="+56900000001")

    assert clinic.tries("10:00", "Ben", patient_phone="+56900000001", doctor_name="Dra. Luna").status == 201


def test_one_document_is_one_patient_whatever_the_name() -> None:
    clinic = Clinic()
    clinic.book("10:00", "Ana Torres", patient_document="12.345.678-5")

    told = refusal(clinic.tries("10:00", "A. Torres", patient_document="12345678-5", doctor_name="Luna"))
    assert told["code"] == "patient_busy"
