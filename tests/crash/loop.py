"""The crash loop: clients that repeat what was not answered, a server that is killed at random moments, and a count.

A client keeps its key until it has an answer, as a good client does. After every cycle nothing that was answered may be
missing, and no key may have two orders; at the end every order must be PROCESSED, with exactly its events in the log.
"""

import asyncio
import json
import random
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.crash.wire import Answer, GoneError, Wire
from tests.journeys.orders import order
from tests.journeys.running import RunningDesk

CLIENTS = 32
LOAD_SECONDS = (0.3, 1.2)  # before the kill, drawn anew each cycle


@dataclass
class Tally:
    """What the clients were told."""

    answered: dict[str, str] = field(default_factory=dict)  # key to order id
    replays: int = 0
    contradictions: list[str] = field(default_factory=list)

    def take(self, key: str, answer: Answer) -> None:
        """Note a 201."""
        order_id = json.loads(answer.body)["order_id"]
        self.replays += answer.is_replay
        if self.answered.setdefault(key, order_id) != order_id:
            self.contradictions.append(f"{key}: {self.answered[key]} and {order_id}")


@dataclass(frozen=True)
class Report:
    """What a run came to."""

    cycles: int
    answered: int
    replays: int
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    unfinished: int
    events_wrong: int

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost, doubled or left behind."""
        return not (self.lost or self.doubled or self.unfinished or self.events_wrong)


def crash_loop(folder: Path, cycles: int, seed: int) -> Iterator[Report]:
    """Run so many cycles; yield a report after each and a final one, with everything counted, at the end."""
    chance = random.Random(seed)  # noqa: S311 - which moment to kill at is no secret
    desk = RunningDesk(folder, "--demo").start()
    tokens = [desk.token("orders:write orders:read", f"customer-{n}") for n in range(4)]
    tally = Tally()
    unanswered: dict[int, str] = {}
    for cycle in range(cycles):
        seconds = chance.uniform(*LOAD_SECONDS)
        asyncio.run(_load(desk, tokens, tally, unanswered, run=f"{seed}-{cycle}", seconds=seconds))
        desk.start()
        yield _report(desk, tally, cycle + 1)
    asyncio.run(_last_answers(desk, tokens, tally, unanswered))
    desk.wait_until_quiet()
    desk.stop()
    yield _report(desk, tally, cycles, finished=True)


async def _load(
    desk: RunningDesk,
    tokens: list[str],
    tally: Tally,
    unanswered: dict[int, str],
    *,
    run: str,
    seconds: float,
) -> None:
    async def client(number: int) -> None:
        wire = Wire(desk.url)
        token = tokens[number % len(tokens)]
        count = 0
        while True:
            key = unanswered.setdefault(number, f"{run}-{number}-{count}")
            if not await _place(wire, token, key, tally):
                return
            del unanswered[number]
            count += 1

    clients = asyncio.gather(*(client(number) for number in range(CLIENTS)))
    await asyncio.sleep(seconds)
    desk.kill()
    await clients


async def _place(wire: Wire, token: str, key: str, tally: Tally) -> bool:
    """Place an order; busy is tried again. Returns False when the server is gone."""
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    while True:
        try:
            answer = await wire.post("/orders", order(), headers)
        except GoneError:
            return False
        if answer.status == 503:
            await asyncio.sleep(0.1)
            continue
        if answer.status != 201:
            raise AssertionError(f"{answer.status}: {answer.body!r}")
        tally.take(key, answer)
        return True


async def _last_answers(
    desk: RunningDesk, tokens: list[str], tally: Tally, unanswered: dict[int, str]
) -> None:
    wire = Wire(desk.url)
    for number, key in unanswered.items():
        assert await _place(wire, tokens[number % len(tokens)], key, tally)
    wire.close()


def _report(desk: RunningDesk, tally: Tally, cycles: int, *, finished: bool = False) -> Report:
    with sqlite3.connect(f"file:{desk.data}/frontdesk.db?mode=ro", uri=True) as database:
        stored = dict(database.execute("select id, body from r_order"))
        created = [id for (id,) in database.execute("select source from events where name='Order Created'")]
        done = [id for (id,) in database.execute("select source from events where name='Order Processed'")]
    database.close()
    lost = [key for key, id in tally.answered.items() if id not in stored]
    unfinished = sum('"PROCESSED"' not in body for body in stored.values()) if finished else 0
    wrong = len(set(created) ^ set(stored)) + len(created) - len(set(created)) + len(done) - len(set(done))
    wrong += len(set(stored) - set(done)) if finished else 0
    doubled = [*tally.contradictions]
    if finished and len(stored) > len(tally.answered):
        doubled.append(f"{len(stored)} orders for {len(tally.answered)} keys")
    return Report(cycles, len(tally.answered), tally.replays, tuple(lost), tuple(doubled), unfinished, wrong)
