"""The crash loop: everything switched on, customers who repeat what was not answered, and a server that is killed.

In the middle of every so many orders the server gets SIGKILL, and is started again. In the end every answered order
must be there once, stand where it should, and agree with books and stock.
"""

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

from tests.crash.customers import Customers
from tests.crash.errands import ACCOUNTS, PLENTY, SCARCE, Tally, errand, fill
from tests.crash.verdict import Report, in_the_end, so_far
from tests.journeys.running import RunningDesk

KILLED_BETWEEN = (0.05, 0.95)  # of a cycle's orders answered
KILL_DELAY_SECONDS = 0.02  # at most: not only at the moment of an answer
SETTLE_SECONDS = 300.0


def crash_loop(folder: Path, cycles: int, orders: int, seed: int) -> Iterator[Report]:
    """Kill once in the middle of so many orders, so many times; yield a report after each and one of it all."""
    desk = RunningDesk(folder).start("--demo")
    try:
        fill(desk, PLENTY)
        desk.wait_until_settled()
        yield from _cycles(desk, cycles, orders, seed)
    finally:
        desk.kill()


def _cycles(desk: RunningDesk, cycles: int, orders: int, seed: int) -> Iterator[Report]:
    chance = random.Random(seed)  # noqa: S311 - which moment to kill at is no secret
    tally = Tally()
    tokens = [desk.token("orders:write orders:read", f"customer-{n}") for n in range(ACCOUNTS)]
    customers = Customers(tokens, tally, seed)
    errands = [errand(seed, number) for number in range(cycles * orders)]
    for cycle in range(cycles):
        customers.waiting.extend(errands[cycle * orders : (cycle + 1) * orders])
        answers = int(orders * chance.uniform(*KILLED_BETWEEN))
        asyncio.run(_until_killed(desk, customers, answers, chance.uniform(0, KILL_DELAY_SECONDS)))
        desk.start()
        asyncio.run(customers.run(desk.url))
        yield so_far(desk, tally, cycle + 1)
    desk.wait_until_settled(SETTLE_SECONDS)
    fill(desk, {"brightclean": [SCARCE["brightclean"]]})  # who waits is served
    desk.wait_until_settled(SETTLE_SECONDS)
    yield in_the_end(desk, tally, cycles, errands)


async def _until_killed(desk: RunningDesk, customers: Customers, answers: int, delay: float) -> None:
    """Let the customers work, and kill the server a moment after so many answers."""
    left = iter(range(answers))
    middle = asyncio.Event()

    def seen() -> None:
        if next(left, None) is None:
            middle.set()

    crowd = asyncio.create_task(customers.run(desk.url, seen))
    await middle.wait()
    await asyncio.sleep(delay)
    desk.kill()
    await crowd
