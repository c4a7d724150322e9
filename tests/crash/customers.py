"""The customers of the crash loop: many at once, each sending what it wants until it is answered."""

import asyncio
import json
import random
from collections import deque
from collections.abc import Callable

from tests.crash.errands import Errand, Tally
from tests.crash.wire import Answer, GoneError, Wire

CUSTOMERS = 32
BUSY_PAUSE_SECONDS = 0.1
SENT_AGAIN = 0.05  # how many send what was answered once more, to see that they are told the same


class Customers:
    """Take errands from a queue and put back what was not answered."""

    def __init__(self, tokens: list[str], tally: Tally, seed: int) -> None:
        self.waiting: deque[Errand] = deque()
        self._tokens = tokens
        self._tally = tally
        self._chance = random.Random(seed)  # noqa: S311 - a run must repeat itself

    async def run(self, url: str, seen: Callable[[], object] = lambda: None) -> None:
        """Return when all is answered, or the server is gone. `seen` is called after every answer."""
        await asyncio.gather(*(self._customer(Wire(url), seen) for _ in range(CUSTOMERS)))

    async def _customer(self, wire: Wire, seen: Callable[[], object]) -> None:
        while self.waiting:
            errand = self.waiting.popleft()
            try:
                await self._do(wire, errand)
            except GoneError:
                self.waiting.append(errand)
                return
            seen()
        wire.close()

    async def _do(self, wire: Wire, errand: Errand) -> None:
        order_id = await self._place(wire, errand)
        if self._chance.random() < SENT_AGAIN:
            await self._place(wire, errand)
        if errand.regrets:
            answer = await self._send(wire, errand, f"/orders/{order_id}/cancel", {}, f"{errand.key}-cancel")
            assert answer.status in {200, 409}, answer
            self._tally.cancelled[errand.key] = answer.status == 200

    async def _place(self, wire: Wire, errand: Errand) -> str:
        answer = await self._send(wire, errand, "/orders", errand.body, errand.key)
        assert answer.status == 201, answer
        order_id: str = json.loads(answer.body)["order_id"]
        self._tally.placed(errand.key, order_id, is_replay=answer.is_replay)
        return order_id

    async def _send(self, wire: Wire, errand: Errand, path: str, body: dict[str, object], key: str) -> Answer:
        headers = {"Authorization": f"Bearer {self._tokens[errand.account]}", "Idempotency-Key": key}
        while True:
            answer = await wire.post(path, body, headers)
            if answer.status != 503:
                return answer
            await asyncio.sleep(BUSY_PAUSE_SECONDS)
