"""A worker that is busier than its desk leaves it a share of the requests; one that is not answers all."""

import asyncio
import time

from starlette.types import Receive, Scope, Send

from frontdesk.adapters.embedded.load import Load
from frontdesk.entrypoints.balance import BUSY, MOST, Balance


class Side:
    """An application that counts what it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        self.asked += 1


async def nothing() -> dict[str, object]:
    """Receive nothing."""
    return {}


async def nowhere(_: object) -> None:
    """Send it nowhere."""


def left(balance: Balance, there: Side, requests: int = 100) -> int:
    """Return how many of so many requests go to the desk."""

    async def scenario() -> None:
        for _ in range(requests):
            await balance({"type": "http"}, nothing, nowhere)

    before = there.asked
    asyncio.run(scenario())
    return there.asked - before


def test_at_first_the_worker_answers_everything() -> None:
    here, there = Side(), Side()

    assert left(Balance(here, there), there) == 0
    assert here.asked == 100


def test_a_worker_that_has_little_to_do_answers_by_itself() -> None:
    balance = Balance(Side(), there := Side())

    balance.weigh(BUSY - 0.01, 0.0)

    assert left(balance, there) == 0


def test_the_more_busy_the_worker_the_more_goes_to_the_desk_and_never_more_than_the_most() -> None:
    balance = Balance(Side(), there := Side())

    balance.weigh(0.9, 0.7)
    assert left(balance, there) == 10
    balance.weigh(0.9, 0.7)
    assert left(balance, there) == 20
    for _ in range(9):
        balance.weigh(0.9, 0.5)
    assert left(balance, there) == 100 * MOST


def test_what_the_desk_has_too_much_of_comes_back() -> None:
    balance = Balance(Side(), there := Side())
    balance.weigh(0.9, 0.4)

    balance.weigh(0.7, 0.9)
    assert 14 <= left(balance, there) <= 15, "a sum of floats"
    balance.weigh(0.1, 0.0)
    assert left(balance, there) == 0


def test_both_ends_at_a_share_where_neither_has_more_to_do() -> None:
    balance = Balance(Side(), Side())

    for _ in range(
        40
    ):  # a request costs 0.7 ms where it is decided, 0.1 where it only passes; the desk writes
        balance.weigh(0.7 * (1 - balance.share) + 0.1, 0.5 + 0.7 * balance.share)

    assert abs(balance.share - 0.214) < 0.01


def test_a_load_is_the_share_of_the_time_in_which_a_thread_computes() -> None:
    load = Load()
    time.sleep(0.15)
    rested = load.look()
    ends = time.thread_time() + 0.15
    while time.thread_time() < ends:
        pass
    worked = load.look()

    assert rested < 0.2
    assert 0 < worked <= 1.1
    assert worked > rested
    assert load.look() == worked, "a look at no time says nothing"
