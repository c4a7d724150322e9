"""What happens in the same moment: one of the two wins, and nobody has a time twice or waits for ever."""

import pytest

from frontdesk.services.appointments.events import SlotWanted
from tests.unit.appointments.meanwhile import Meanwhile
from tests.unit.appointments.waiting.world import RECEPTION, Waiting
from tests.unit.driver import content


@pytest.fixture
def meanwhile() -> Meanwhile:
    return Meanwhile()


@pytest.fixture
def clinic(meanwhile: Meanwhile) -> Waiting:
    return Waiting(fault=meanwhile)


def test_of_accepting_and_declining_one_wins(clinic: Waiting, meanwhile: Meanwhile) -> None:
    entry = clinic.waits("Ben Soto")
    clinic.cancelled()
    meanwhile.work = lambda: clinic.ok(RECEPTION, f"POST /waiting-list/{entry}/decline")

    answer = clinic.send(RECEPTION, f"POST /waiting-list/{entry}/accept")

    assert content(answer)["code"] in {"offer_over", "illegal_transition"}
    assert clinic.state(entry) == "waiting"
    assert clinic.day().busy == ()


def test_a_time_that_is_booked_while_it_is_offered_is_offered_to_nobody(
    clinic: Waiting, meanwhile: Meanwhile
) -> None:
    entry = clinic.waits("Ben Soto")
    clinic.does(clinic.booked(), "cancel")
    clinic.settle(before=SlotWanted.NAME)
    meanwhile.work = lambda: clinic.book("10:00", "Gil Paz")
    clinic.settle()

    assert clinic.offers() == []
    assert clinic.state(entry) == "waiting"
    (busy,) = clinic.day().busy
    assert clinic.shows(busy.appointment_id)["patient_name"] == "Gil Paz"


def test_of_two_times_that_are_freed_at_once_somebody_is_offered_one(
    clinic: Waiting, meanwhile: Meanwhile
) -> None:
    entry = clinic.waits("Ben Soto")
    ids = [clinic.booked(time, "Gil Paz") for time in ("10:00", "11:00")]
    for id in ids:
        clinic.does(id, "cancel")
    clinic.settle(before=SlotWanted.NAME)
    first, second = [one for one in clinic.store.log if one.name == SlotWanted.NAME]
    meanwhile.work = lambda: clinic.deliver(second)
    clinic.rerun(first)
    clinic.settle()

    assert [one.values["time"] for one in clinic.offers()] == ["11:00"]
    assert clinic.state(entry) == "offered"
    assert len(clinic.day().busy) == 1


def test_of_two_who_put_somebody_on_the_list_one_does(clinic: Waiting, meanwhile: Meanwhile) -> None:
    body = {"patient_name": "Ben Soto"}
    meanwhile.work = lambda: clinic.ok(RECEPTION, "POST /waiting-list", body)

    assert content(clinic.send(RECEPTION, "POST /waiting-list", body))["code"] == "already_waiting"
    assert len(clinic.ok(RECEPTION, "GET /waiting-list")["items"]) == 1


def test_a_time_that_no_index_shows_yet_is_found_a_minute_later(clinic: Waiting) -> None:
    clinic.store._lag = 100  # noqa: SLF001 - the index stands still
    clinic.cancelled()
    clinic.waits("Ben Soto")
    assert clinic.offers() == []

    clinic.store._lag = 0  # noqa: SLF001
    clinic.booked("17:00", "Gil Paz")
    clinic.passes(minutes=1)

    assert clinic.offered_to() == ["Ben"]
