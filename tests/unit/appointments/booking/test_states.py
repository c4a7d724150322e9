"""Every row of the table, over HTTP; and everything that is no row."""

from datetime import timedelta
from typing import Any

import pytest

from frontdesk.entrypoints.api import Response
from frontdesk.services.appointments.booking.states import TABLE, State, Verb, rows
from tests.unit.appointments.booking.clinic import DAY, DESK, DOCTOR, OWNER, Clinic, at, refusal
from tests.unit.driver import content

SLOT = {"appointment_date": DAY, "appointment_time": "11:00"}
BODIES: dict[Verb, Any] = {Verb.RESCHEDULE: SLOT, Verb.ACCEPT: SLOT}
RELEASES: dict[str, Any] = {"pending_policy": "release", "release_hours": 24}

# How an appointment comes to each state: how it is made, and what is done with it then.
WAYS: dict[State, tuple[str, tuple[Verb, ...]]] = {
    State.PROPOSED: ("proposed", ()),
    State.HELD: ("held", ()),
    State.PENDING: ("pending", ()),
    State.CONFIRMED: ("pending", (Verb.CONFIRM,)),
    State.ARRIVED: ("confirmed", (Verb.ARRIVE,)),
    State.CHECKED_IN: ("pending", (Verb.ARRIVE, Verb.CHECK_IN)),
    State.FULFILLED: ("pending", (Verb.ARRIVE, Verb.FULFILL)),
    State.NO_SHOW: ("pending", (Verb.NO_SHOW,)),
    State.CANCELLED: ("pending", (Verb.CANCEL,)),
    State.EXPIRED: ("held", (Verb.LAPSE,)),
    State.ENTERED_IN_ERROR: ("pending", (Verb.MARK_MISTAKEN,)),
}
OVER_HTTP = tuple(verb for verb in Verb if verb is not Verb.LAPSE)


def make(clinic: Clinic, how: str) -> str:
    """Make an appointment at 10."""
    if how == "held":
        return str(clinic.ok(OWNER, "POST /holds", clinic.asks())["appointment_id"])
    return str(clinic.book(state=how)["appointment_id"])


def do(clinic: Clinic, id: str, verb: Verb) -> Response:
    """Do one thing, at a moment at which it may be done."""
    if verb in {Verb.ARRIVE, Verb.NO_SHOW} and clinic.clock.now() < at("10:05"):
        clinic.wait(at("10:05") - clinic.clock.now())
    if verb is Verb.LAPSE:
        return clinic.send(OWNER, f"DELETE /appointments/{id}")
    return clinic.does(id, verb.replace("_", "-"), BODIES.get(verb))


def bring(clinic: Clinic, state: State) -> str:
    """Bring an appointment to a state."""
    how, verbs = WAYS[state]
    id = make(clinic, how)
    for verb in verbs:
        response = do(clinic, id, verb)
        assert response.status == 200, response.body
    assert clinic.shows(id)["state"] == state
    return id


@pytest.mark.parametrize(("state", "verb", "leads_to"), [row for row in rows() if row[1] is not Verb.LAPSE])
def test_every_row_of_the_table_can_be_walked(state: State, verb: Verb, leads_to: State) -> None:
    clinic = Clinic()
    id = bring(clinic, state)

    response = do(clinic, id, verb)

    assert (response.status, content(response)["state"]) == (200, leads_to)
    assert clinic.shows(id)["state"] == leads_to


@pytest.mark.parametrize(
    ("state", "verb"), [(state, verb) for state in State for verb in OVER_HTTP if verb not in TABLE[state]]
)
def test_what_is_no_row_is_refused_with_what_is_allowed(state: State, verb: Verb) -> None:
    clinic = Clinic()
    id = bring(clinic, state)

    told = refusal(clinic.does(id, verb.replace("_", "-"), BODIES.get(verb)))

    assert (told["code"], told["state"]) == ("illegal_transition", state)
    assert told["allowed"] == sorted(TABLE[state])
    assert clinic.shows(id)["state"] == state


def test_a_hold_lapses_by_itself() -> None:
    clinic = Clinic()
    id = bring(clinic, State.HELD)

    clinic.wait(timedelta(seconds=299))
    assert clinic.shows(id)["state"] == "held"

    clinic.wait(timedelta(seconds=1))
    assert clinic.shows(id)["state"] == "expired"


def test_a_visit_that_must_be_confirmed_is_let_go_where_the_clinic_wants_so() -> None:
    clinic = Clinic(**RELEASES)
    id = bring(clinic, State.PENDING)

    clinic.wait(at("09:59") - timedelta(days=1) - clinic.clock.now())
    assert clinic.shows(id)["state"] == "pending"

    clinic.wait(timedelta(minutes=1))
    assert clinic.shows(id)["state"] == "expired"
    assert clinic.tries("10:00").status == 201


def test_a_confirmed_visit_is_kept() -> None:
    clinic = Clinic(**RELEASES)
    bring(clinic, State.CONFIRMED)

    assert clinic.store.timers == {}


def test_a_moved_visit_has_a_new_hour_to_be_confirmed_by() -> None:
    clinic = Clinic(**RELEASES)
    id = bring(clinic, State.PENDING)

    clinic.does(id, "reschedule", {"appointment_date": "2026-03-17", "appointment_time": "10:00"})

    clinic.wait(at("10:00") - clinic.clock.now())
    assert clinic.shows(id)["state"] == "expired"
    assert clinic.clock.now() == at("10:00")


def test_a_visit_of_tomorrow_is_not_let_go_as_soon_as_it_is_booked() -> None:
    clinic = Clinic(**RELEASES)
    clinic.wait(at("12:00", "2026-03-15") - clinic.clock.now())
    id = bring(clinic, State.PENDING)

    clinic.wait(timedelta(hours=20))

    assert clinic.shows(id)["state"] == "pending"


@pytest.mark.parametrize("verb", ["arrive", "no-show"])
def test_nobody_can_have_come_or_not_long_before(verb: str) -> None:
    clinic = Clinic()
    id = bring(clinic, State.PENDING)

    assert refusal(clinic.does(id, verb))["code"] == "too_early"
    assert clinic.shows(id)["state"] == "pending"


def test_who_comes_two_hours_early_has_arrived() -> None:
    clinic = Clinic()
    id = bring(clinic, State.PENDING)

    clinic.wait(at("08:00") - clinic.clock.now())

    assert clinic.does(id, "arrive").status == 200


def test_who_comes_the_day_after_has_not() -> None:
    clinic = Clinic()
    id = bring(clinic, State.PENDING)

    clinic.wait(at("10:00", "2026-03-17") - clinic.clock.now())

    assert refusal(clinic.does(id, "arrive"))["code"] == "not_the_same_day"


def test_a_missed_visit_is_put_right_on_its_own_day_only() -> None:
    clinic = Clinic()
    id = bring(clinic, State.NO_SHOW)

    clinic.wait(at("00:00", "2026-03-17") - clinic.clock.now())
    assert refusal(clinic.does(id, "undo-no-show"))["code"] == "not_the_same_day"

    other = Clinic()
    id = bring(other, State.NO_SHOW)
    other.wait(at("23:59") - other.clock.now())
    assert other.does(id, "undo-no-show", {"reason": "was in the wrong room"}).status == 200
    last = other.ok(OWNER, f"GET /appointments/{id}/history")["items"][-1]
    assert (last["verb"], last["reason"], last["by"]) == (
        "undo_no_show",
        "was in the wrong room",
        "usr_owner",
    )


def test_only_the_owner_can_say_that_it_was_a_mistake() -> None:
    clinic = Clinic()
    id = bring(clinic, State.PENDING)

    assert clinic.does(id, "mark-mistaken", caller=DESK).status == 404
    assert clinic.does(id, "mark-mistaken", caller=DOCTOR).status == 404
    assert clinic.does(id, "mark-mistaken").status == 200
    assert clinic.tries("10:00").status == 201
