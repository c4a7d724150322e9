"""A time that is given up finds the first of the waiting list whom it suits, and nobody else while they decide."""

from datetime import timedelta

import pytest

from frontdesk.services.appointments.events import OfferAccepted, OfferDeclined, OfferLapsed, OfferMade
from tests.unit.appointments.booking.clinic import CLINIC, DAY, OWNER, at, refusal
from tests.unit.appointments.waiting.world import RECEPTION, Waiting


@pytest.fixture
def clinic() -> Waiting:
    return Waiting()


def test_a_cancelled_time_is_offered_to_who_waits(clinic: Waiting) -> None:
    entry = clinic.waits("Ben Soto")
    clinic.cancelled()

    (offer,) = clinic.offers()
    assert offer.values["patient"] == "Ben"
    assert (offer.values["day"], offer.values["time"]) == ("lunes 16 de marzo", "10:00")
    assert offer.values["until"] == "09:15"
    assert [button.intent for button in offer.buttons] == ["accept", "decline"]
    assert offer.not_after == clinic.clock.now() + timedelta(minutes=15)
    assert clinic.state(entry) == "offered"
    assert clinic.shows(offer.about)["state"] == "held"


def test_what_is_offered_is_nobody_elses(clinic: Waiting) -> None:
    clinic.waits("Ben Soto")
    clinic.cancelled()

    assert refusal(clinic.tries("10:00", "Eva Ruiz"))["code"] == "slot_taken"


def test_who_accepts_has_the_time_in_one_commit_with_the_entry(clinic: Waiting) -> None:
    entry = clinic.waits("Ben Soto")
    clinic.cancelled()
    visit = clinic.answers(entry, "accept")

    assert (visit["patient_name"], visit["state"], visit["source"]) == (
        "Ben Soto",
        "pending",
        "waiting_list",
    )
    assert clinic.state(entry) == "accepted"
    assert [busy.until for busy in clinic.day().busy] == [None]
    assert len(clinic.heard(OfferAccepted)) == 1
    assert clinic.told("booked")[-1].values["patient"] == "Ben"


def test_who_accepts_shortly_before_has_confirmed_by_it(clinic: Waiting) -> None:
    clinic.until(at("09:00", "2026-03-15"))
    entry = clinic.waits("Ben Soto")
    clinic.cancelled("15:00")

    assert clinic.answers(entry, "accept")["state"] == "confirmed"


def test_who_declines_waits_on_and_the_next_is_offered_the_time(clinic: Waiting) -> None:
    first, second = clinic.waits("Ben Soto"), clinic.waits("Eva Ruiz")
    clinic.cancelled()
    clinic.answers(first, "decline")

    assert clinic.offered_to() == ["Ben", "Eva"]
    assert (clinic.state(first), clinic.state(second)) == ("waiting", "offered")
    assert len(clinic.heard(OfferDeclined)) == 1


def test_who_does_not_answer_loses_the_time_to_the_next(clinic: Waiting) -> None:
    first, second = clinic.waits("Ben Soto"), clinic.waits("Eva Ruiz")
    clinic.cancelled()
    clinic.passes(minutes=14)
    assert clinic.offered_to() == ["Ben"]
    clinic.passes(minutes=2)

    assert clinic.offered_to() == ["Ben", "Eva"]
    assert (clinic.state(first), clinic.state(second)) == ("waiting", "offered")
    assert len(clinic.heard(OfferLapsed)) == 1


def test_when_nobody_wants_it_the_time_is_free(clinic: Waiting) -> None:
    clinic.waits("Ben Soto")
    clinic.cancelled()
    clinic.passes(hours=2)

    assert clinic.offered_to() == ["Ben"]
    assert clinic.tries("10:00", "Eva Ruiz").status == 201


def test_too_late_an_answer_does_not_get_the_time(clinic: Waiting) -> None:
    entry = clinic.waits("Ben Soto")
    clinic.cancelled()
    clinic.clock.advance(timedelta(minutes=15))  # the timer has not fired yet

    answer = clinic.send(RECEPTION, f"POST /waiting-list/{entry}/accept")
    assert refusal(answer)["code"] == "hold_lapsed"
    clinic.passes(minutes=1)
    assert refusal(clinic.send(RECEPTION, f"POST /waiting-list/{entry}/accept"))["code"] == "offer_over"


def test_the_first_is_who_is_more_urgent_and_then_who_joined_first(clinic: Waiting) -> None:
    entries = [
        clinic.waits("Ben Soto"),
        clinic.waits("Eva Ruiz", priority=1),
        clinic.waits("Gil Paz", priority=9),
        clinic.waits("Ida Mora", priority=1),
    ]
    clinic.cancelled()
    for index in (1, 3, 0, 2):
        clinic.answers(entries[index], "decline")

    assert clinic.offered_to() == ["Eva", "Ida", "Ben", "Gil"]


@pytest.mark.parametrize(
    ("wishes", "suits"),
    [
        ({}, True),
        ({"doctor_name": "dr  vega"}, True),
        ({"doctor_name": "Dra. Luna"}, False),
        ({"weekdays": [1]}, True),
        ({"weekdays": [2, 3]}, False),
        ({"latest": "2026-03-15"}, False),
        ({"latest": "2026-03-16"}, True),
        ({"earliest": "2026-03-17"}, False),
        ({"window_from": "10:00", "window_to": "10:30"}, True),
        ({"window_from": "10:15"}, False),
        ({"window_to": "10:29"}, False),
        ({"duration_minutes": 30}, True),
        ({"notice_minutes": 7 * 24 * 60}, False),
    ],
)
def test_only_what_suits_is_offered(clinic: Waiting, wishes: dict[str, object], suits: bool) -> None:  # noqa: FBT001
    clinic.waits("Ben Soto", **wishes)
    clinic.cancelled()

    assert clinic.offered_to() == (["Ben"] if suits else [])


def test_a_longer_visit_is_offered_only_where_it_fits(clinic: Waiting) -> None:
    clinic.booked("10:30", "Gil Paz")
    clinic.waits("Ben Soto", duration_minutes=60)
    clinic.waits("Eva Ruiz", duration_minutes=15)
    clinic.cancelled()

    assert clinic.offered_to() == ["Eva"]


def test_the_kind_of_visit_that_was_wished_says_how_long_it_is(clinic: Waiting) -> None:
    long = clinic.type(name="Larga", duration_minutes=90)
    clinic.waits("Ben Soto", visit_type_id=long)
    clinic.cancelled()

    (offer,) = clinic.offers()
    assert clinic.shows(offer.about)["duration_minutes"] == 90


def test_who_gave_a_time_up_is_not_offered_it(clinic: Waiting) -> None:
    clinic.waits("Ana Torres", patient_phone="+56900000001")
    clinic.cancelled(patient="Ana Torres")

    assert clinic.offers() == []


def test_who_is_busy_then_is_passed_over(clinic: Waiting) -> None:
    clinic.booked("10:00", "Ben Soto", doctor_name="Dra. Luna", patient_phone="+56900000777")
    clinic.waits("Ben Soto", patient_phone="+56900000777")
    clinic.waits("Eva Ruiz")
    clinic.cancelled()

    assert clinic.offered_to() == ["Eva"]


def test_a_time_outside_the_hours_is_offered_to_nobody(clinic: Waiting) -> None:
    visit = clinic.booked()
    clinic.waits("Ben Soto")
    closed = {"first": DAY, "last": DAY, "kind": "closed"}
    clinic.ok(OWNER, f"POST /doctors/{clinic.vega}/exceptions", closed)
    clinic.done(visit, "cancel")

    assert clinic.offers() == []


def test_what_was_overbooked_is_not_free_when_one_of_the_two_cancels(clinic: Waiting) -> None:
    clinic.booked()
    second = clinic.booked(patient="Gil Paz", overbook="urgent", patient_phone="+56900000003")
    clinic.waits("Ben Soto")
    clinic.done(second, "cancel")

    assert clinic.offers() == []


def test_a_time_that_a_move_leaves_is_offered(clinic: Waiting) -> None:
    visit = clinic.booked()
    clinic.waits("Ben Soto")
    clinic.done(visit, "reschedule", {"appointment_date": DAY, "appointment_time": "16:00"})

    assert clinic.offered_to() == ["Ben"]


def test_two_times_are_offered_to_two_people(clinic: Waiting) -> None:
    clinic.waits("Ben Soto")
    clinic.waits("Eva Ruiz")
    clinic.cancelled("10:00")
    clinic.cancelled("11:00")

    assert [(one.values["patient"], one.values["time"]) for one in clinic.offers()] == [
        ("Ben", "10:00"),
        ("Eva", "11:00"),
    ]


def test_who_waits_again_is_offered_what_became_free_meanwhile(clinic: Waiting) -> None:
    entry = clinic.waits("Ben Soto")
    clinic.cancelled("10:00")
    clinic.cancelled("11:00")
    assert len(clinic.offers()) == 1
    clinic.answers(entry, "decline")

    assert [one.values["time"] for one in clinic.offers()] == ["10:00", "11:00"]


def test_who_joins_is_offered_what_was_freed_before(clinic: Waiting) -> None:
    clinic.cancelled()
    clinic.waits("Ben Soto")

    assert clinic.offered_to() == ["Ben"]


def test_what_was_freed_in_the_night_is_offered_in_the_morning(clinic: Waiting) -> None:
    clinic.waits("Ben Soto")
    clinic.until(at("22:00", "2026-03-15"))
    clinic.cancelled("15:00")
    clinic.until(at("07:59"))
    assert clinic.offers() == []
    clinic.until(at("08:00"))

    assert clinic.sender.at[clinic.offers()[0].id] == at("08:00")


def test_what_begins_before_the_morning_is_offered_to_nobody(clinic: Waiting) -> None:
    clinic.ok(
        OWNER,
        f"PUT /clinics/{CLINIC}/hours",
        {"rules": [{"weekday": 1, "start": "07:00", "end": "18:00"}]},
    )
    clinic.waits("Ben Soto")
    clinic.until(at("22:00", "2026-03-15"))
    clinic.cancelled("07:30")
    clinic.until(at("12:00"))

    assert clinic.offers() == []


def test_an_offer_ends_when_the_visit_would_begin(clinic: Waiting) -> None:
    clinic.until(at("09:50"))
    clinic.waits("Ben Soto", notice_minutes=0)
    clinic.cancelled("10:00")

    assert clinic.heard(OfferMade)[0].until == at("10:00")


def test_events_that_come_twice_make_one_offer(clinic: Waiting) -> None:
    clinic.waits("Ben Soto")
    clinic.waits("Eva Ruiz")
    clinic.cancelled()
    for message in tuple(clinic.store.log):
        clinic.deliver(message)
    clinic.settle()

    assert clinic.offered_to() == ["Ben"]
    assert len(clinic.day().busy) == 1


def test_a_desk_that_completes_the_hold_itself_accepts_the_offer(clinic: Waiting) -> None:
    entry = clinic.waits("Ben Soto")
    clinic.cancelled()
    clinic.done(clinic.offers()[0].about, "complete")

    assert clinic.state(entry) == "accepted"


def test_a_hold_that_was_a_mistake_takes_the_offer_back(clinic: Waiting) -> None:
    entry = clinic.waits("Ben Soto")
    clinic.cancelled()
    clinic.done(clinic.offers()[0].about, "mark-mistaken")

    assert clinic.state(entry) == "waiting"
    assert clinic.tries("10:00", "Eva Ruiz").status == 201


def test_an_accepted_visit_that_is_cancelled_is_offered_to_all_again(clinic: Waiting) -> None:
    first, second = clinic.waits("Ben Soto"), clinic.waits("Eva Ruiz")
    clinic.cancelled()
    clinic.passes(minutes=16)
    visit = clinic.answers(second, "accept")
    clinic.done(visit["appointment_id"], "cancel")

    assert clinic.offered_to() == ["Ben", "Eva", "Ben"]
    assert clinic.state(first) == "offered"


def test_no_two_people_ever_hold_the_same_time(clinic: Waiting) -> None:
    people = [clinic.waits(f"{name} Soto") for name in ("Ben", "Eva", "Gil", "Ida", "Leo")]
    clinic.cancelled("10:00")
    clinic.cancelled("10:30")
    for turn in range(8):
        clinic.passes(minutes=15, seconds=10)
        live = [busy for busy in clinic.day().busy if busy.lives(clinic.clock.now())]
        assert len({busy.start for busy in live}) == len(live)
        offered = [id for id in people if clinic.state(id) == "offered"]
        assert len(offered) == len(live), turn
