"""A request is held back for a moment while the desk is behind, and refused only if it still is."""

import asyncio

import pytest

from frontdesk.adapters.memory.clock import SeededChance
from frontdesk.entrypoints import admission
from frontdesk.entrypoints.admission import Admission
from frontdesk.kernel.errors import Unavailable

HELD_SECONDS = (0.02, 0.04)


class Desk:
    """Says whether it is busy, as often as it is asked: the last answer stays."""

    def __init__(self, *answers: bool) -> None:
        self._answers = list(answers)
        self.asked = 0

    def is_busy(self) -> bool:
        self.asked += 1
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold requests for a few milliseconds only."""
    monkeypatch.setattr(admission, "HELD_SECONDS", HELD_SECONDS)


async def held(door: Admission) -> float:
    """Return the seconds after which a request was let in. Raises Unavailable."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    await door.admit()
    return loop.time() - begun


def test_nobody_is_held_while_the_desk_keeps_up() -> None:
    assert asyncio.run(held(Admission(Desk(False).is_busy, SeededChance(1)))) < HELD_SECONDS[0]


def test_a_request_is_let_in_as_soon_as_the_desk_has_caught_up() -> None:
    desk = Desk(True, False)

    waited = asyncio.run(held(Admission(desk.is_busy, SeededChance(1))))

    assert waited >= HELD_SECONDS[0]
    assert desk.asked == 2


def test_a_request_is_refused_when_the_desk_is_still_busy_after_a_moment() -> None:
    desk = Desk(True)

    with pytest.raises(Unavailable):
        asyncio.run(held(Admission(desk.is_busy, SeededChance(1))))
    assert desk.asked == 2


def test_more_than_may_be_held_are_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "MOST_HELD", 3)
    desk = Desk(*[True] * 5, False)
    door = Admission(desk.is_busy, SeededChance(1))

    async def crowd() -> list[float | BaseException]:
        return await asyncio.gather(*(held(door) for _ in range(5)), return_exceptions=True)

    ends = asyncio.run(crowd())

    assert [isinstance(end, Unavailable) for end in ends] == [False, False, False, True, True]
    assert asyncio.run(held(door)) < HELD_SECONDS[0]  # nobody is counted as held any more


def test_one_whose_client_has_gone_is_no_longer_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "MOST_HELD", 1)
    door = Admission(Desk(True, True, False).is_busy, SeededChance(1))

    async def leave_and_come() -> float:
        gone = asyncio.create_task(held(door))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        return await held(door)

    assert asyncio.run(leave_and_come()) >= HELD_SECONDS[0]
