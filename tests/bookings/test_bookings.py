"""Short proofs, on every run; `python -m tests.bookings` is the long one."""

import msgspec
import pytest

from tests.bookings.history import History
from tests.bookings.mutants import MUTANTS
from tests.bookings.office import DAY, Office
from tests.bookings.places import open_place
from tests.emulator import emulator_url

__all__ = ["emulator_url"]
AT_ONCE = 50
SLOT = {"appointment_date": DAY, "appointment_time": "21:00", "doctor_name": "Vega"}
STORES = ["memory", "embedded", pytest.param("dynamodb", marks=pytest.mark.emulator)]


@pytest.fixture
def endpoint(request: pytest.FixtureRequest) -> str:
    """Return where the emulator is, for the tests that need one."""
    on_dynamodb = request.node.callspec.params["store"] == "dynamodb"
    return str(request.getfixturevalue("emulator_url")) if on_dynamodb else ""


@pytest.mark.parametrize(("store", "histories"), [("memory", 40), ("embedded", 10)])
def test_no_history_books_anybody_twice(store: str, histories: int) -> None:
    with open_place(store) as place:
        assert [fault for seed in range(histories) for fault in History(place, seed).run()] == []


@pytest.mark.emulator
def test_no_history_books_anybody_twice_on_dynamodb(emulator_url: str) -> None:
    with open_place("dynamodb", endpoint=emulator_url) as place:
        assert [fault for seed in range(3) for fault in History(place, seed).run()] == []


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_clinic_without_the_guard_is_caught(mutant: str) -> None:
    with open_place("memory") as place:
        store = MUTANTS[mutant](place.store)
        assert any(History(place, seed, store).run() for seed in range(20))


@pytest.mark.parametrize("store", STORES)
def test_of_fifty_who_want_one_time_one_has_it_and_the_others_hear_of_others(
    store: str, endpoint: str
) -> None:
    with open_place(store, endpoint=endpoint) as place:
        office = Office(place, "sur", 0)

        asked = [("POST /appointments", {**SLOT, "patient_name": f"P{n}"}) for n in range(AT_ONCE)]
        answers = office.together(*asked)

    refused = [msgspec.json.decode(answer.body) for answer in answers if answer.status != 201]
    assert [answer.status for answer in answers].count(201) == 1
    assert [told["code"] for told in refused] == ["slot_taken"] * (AT_ONCE - 1)
    assert all(len(told["alternatives"]) > 0 for told in refused)


@pytest.mark.parametrize("store", STORES)
def test_of_a_move_and_a_cancellation_at_once_one_is_first(store: str, endpoint: str) -> None:
    with open_place(store, endpoint=endpoint) as place:
        office = Office(place, "sur", 0)
        made = place.workers.run(office.send("POST /appointments", {**SLOT, "patient_name": "Ana"}))
        path = f"POST /appointments/{msgspec.json.decode(made.body)['appointment_id']}"
        move = {**SLOT, "appointment_time": "22:00"}

        moved, cancelled = office.together((f"{path}/reschedule", move), (f"{path}/cancel", {}))
        again = place.workers.run(office.send("POST /appointments", {**SLOT, "patient_name": "Ben"}))
        there = place.workers.run(office.send("POST /appointments", {**move, "patient_name": "Cora"}))

    assert cancelled.status == 200  # it may come second: what has been moved can be cancelled
    assert moved.status in {200, 409}
    assert (again.status, there.status) == (201, 201)
