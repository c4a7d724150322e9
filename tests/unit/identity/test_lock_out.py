"""Who guesses waits, longer each time, and never for ever; whose account it is gets in from their own browser."""

from datetime import timedelta

import pytest

from frontdesk.services.identity.guesses import (
    FORGOTTEN_AFTER,
    FREE_TRIES,
    LONGEST_WAIT,
    Guesses,
    guesses_id,
)
from tests.unit.driver import START
from tests.unit.identity.house import ANA, House

LONGEST = int(LONGEST_WAIT.total_seconds())


@pytest.fixture
def house() -> House:
    return House()


def waits(house: House, tries: int, address: str = ANA, device: str = "") -> list[int]:
    """Knock so often, each time as soon as it is allowed; return how long one had to wait before each."""
    found = []
    for _ in range(tries):
        seconds = house.knock(address, device)
        found.append(seconds)
        if seconds:
            house.later(seconds=seconds)
            assert house.knock(address, device) == 0
    return found


@pytest.mark.parametrize("address", [ANA, "nobody@example.com"])
def test_waiting_doubles_up_to_a_bound_whether_there_is_an_account_or_not(house: House, address: str) -> None:
    house.open_account()
    found = waits(house, FREE_TRIES + 12, address)
    assert found[:FREE_TRIES] == [0] * FREE_TRIES
    assert found[FREE_TRIES:] == [min(LONGEST, 2 * 2**n) for n in range(12)]


def test_a_knock_too_early_counts_for_nothing(house: House) -> None:
    waits(house, FREE_TRIES + 3)
    first = house.knock()
    assert [house.knock() for _ in range(20)] == [first] * 20
    house.later(seconds=first)
    assert house.knock() == 0


def test_signing_in_forgets_the_tries_before(house: House) -> None:
    house.open_account()
    web = house.website()
    waits(house, FREE_TRIES)
    house.later(seconds=2)
    assert house.knock() == 0
    house.admitted(web)
    assert waits(house, FREE_TRIES) == [0] * FREE_TRIES


def test_tries_are_forgotten_after_a_day(house: House) -> None:
    waits(house, FREE_TRIES + 5)
    house.later(days=1, seconds=1)
    assert waits(house, FREE_TRIES) == [0] * FREE_TRIES


def test_a_stranger_who_guesses_keeps_out_strangers_only(house: House) -> None:
    house.open_account()
    web, browser = house.website(), "b" * 22
    house.admitted(web, new_device=browser)
    waits(house, FREE_TRIES + 10)
    assert house.knock(ANA, "") > 0
    assert house.knock(ANA, "never-seen") > 0
    assert house.knock(ANA, browser) == 0
    house.admitted(web, device=browser, new_device=browser)


def test_a_known_browser_that_guesses_waits_as_well(house: House) -> None:
    house.open_account()
    browser = "b" * 22
    house.admitted(house.website(), new_device=browser)
    assert waits(house, FREE_TRIES + 1, device=browser)[-1] == 2


def test_only_the_newest_browsers_are_known(house: House) -> None:
    house.open_account()
    web = house.website()
    for n in range(6):
        house.admitted(web, new_device=f"browser-{n}")
    waits(house, FREE_TRIES + 1)
    assert house.knock(ANA, "browser-0") > 0
    assert [house.knock(ANA, f"browser-{n}") for n in range(1, 6)] == [0] * 5


def test_choosing_a_new_password_lets_its_person_in(house: House) -> None:
    house.open_account()
    web = house.website()
    waits(house, FREE_TRIES + 10)
    assert house.knock() > 0
    house.choose(house.link(), "another good password")
    assert house.knock() == 0
    house.later(seconds=1)
    house.admitted(web, password="another good password")


def test_tries_for_addresses_without_an_account_cannot_fill_the_store() -> None:
    seals = [f"{n:03d}{'x' * 40}" for n in range(50)]
    assert len({guesses_id("", seal, "", ()) for seal in seals}) == 50
    assert guesses_id("", "abc" + "x" * 40, "", ()) == guesses_id("", "abc" + "y" * 40, "", ())


def test_a_try_is_counted_before_its_password_is_looked_at(house: House) -> None:
    house.open_account()
    house.sign_in(house.website(), "wrong")
    assert house.passwords.asked == 1
    assert house.knock() == 0
    (tries,) = [r for r in house.desk.store.records.values() if r.kind == "guesses"]
    assert '"count":1' in tries.body


def test_a_wait_is_rounded_up_and_ends_exactly() -> None:
    tried = Guesses(FREE_TRIES, START)
    assert tried.seconds_to_wait(START) == 2
    assert tried.seconds_to_wait(START + timedelta(seconds=1, microseconds=999_999)) == 1
    assert tried.seconds_to_wait(START + timedelta(seconds=2)) == 0
    assert tried.tried(START + FORGOTTEN_AFTER + timedelta(microseconds=1)).count == 1
