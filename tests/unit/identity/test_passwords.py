"""Argon2id: what is kept is salted and slow, the loop goes on meanwhile, and only so many wait."""

import asyncio
import time

import pytest

from frontdesk.adapters.passwords import threads
from frontdesk.adapters.passwords.argon2 import LANES, MEMORY_KIB, PASSES, Argon2Passwords, here
from frontdesk.adapters.passwords.threads import Threads
from frontdesk.entrypoints.lambdas.driving import drive
from frontdesk.kernel.errors import Unavailable


@pytest.fixture
def quick() -> Argon2Passwords:
    return Argon2Passwords(Threads(), passes=1, memory_kib=1024)


def test_a_password_matches_its_own_hash_alone(quick: Argon2Passwords) -> None:
    async def story() -> None:
        kept, again = await quick.hash("correct horse"), await quick.hash("correct horse")
        assert kept != again
        assert kept.startswith("$argon2id$")
        assert await quick.matches(kept, "correct horse")
        assert not await quick.matches(kept, "correct horse ")
        assert not await quick.matches("", "correct horse")
        assert not await quick.matches("", "nobody")
        assert not await quick.matches("no hash", "correct horse")

    asyncio.run(story())


def test_the_parameters_are_those_of_rfc_9106_and_others_are_outdated(quick: Argon2Passwords) -> None:
    assert (PASSES, MEMORY_KIB, LANES) == (3, 64 * 1024, 4)

    async def story() -> None:
        kept = await quick.hash("correct horse")
        assert not quick.is_outdated(kept)
        assert Argon2Passwords(Threads()).is_outdated(kept)

    asyncio.run(story())


def test_an_unknown_account_takes_as_long_as_a_known_one() -> None:
    passwords = Argon2Passwords(Threads())

    async def seconds(kept: str) -> float:
        began = time.perf_counter()
        await passwords.matches(kept, "wrong")
        return time.perf_counter() - began

    async def story() -> None:
        kept = await passwords.hash("correct horse")
        await passwords.matches("", "warm up")
        known = [await seconds(kept) for _ in range(5)]
        unknown = [await seconds("") for _ in range(5)]
        assert min(unknown) > min(known) / 2
        assert min(known) > min(unknown) / 2

    asyncio.run(story())


def test_the_loop_goes_on_while_a_password_is_hashed() -> None:
    passwords = Argon2Passwords(Threads())

    async def story() -> None:
        work = asyncio.create_task(passwords.hash("correct horse"))
        turns = 0
        while not work.done():
            await asyncio.sleep(0)
            turns += 1
        assert turns > 10

    asyncio.run(story())


def test_only_so_many_wait(quick: Argon2Passwords, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "WAITING", 1)

    async def story() -> None:
        outcomes = await asyncio.gather(*[quick.hash("x") for _ in range(10)], return_exceptions=True)
        assert sum(isinstance(outcome, Unavailable) for outcome in outcomes) == 7
        assert (await quick.hash("x")).startswith("$argon2id$")

    asyncio.run(story())


def test_a_function_hashes_without_an_event_loop() -> None:
    passwords = Argon2Passwords(here, passes=1, memory_kib=1024)

    kept = drive(passwords.hash("correct horse"))

    assert drive(passwords.matches(kept, "correct horse"))
    assert not drive(passwords.matches("", "correct horse"))
