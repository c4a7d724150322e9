"""5,000 orders at a stage, 32 at a time: none is lost, none doubled, and what was accepted ends right."""

import json
import secrets
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import httpx
import pytest
from rich.console import Console

from tests.journeys.agreement import reconciled
from tests.journeys.shops import CUSTOMER, Shop
from tests.stage.deployed import deployed

ORDERS, AT_ONCE, PRODUCTS = 5_000, 32, 20
PIECES = 2 * ORDERS  # of each product: plenty
TRIES = 20
SETTLE_SECONDS = 2_400.0
BUSY = {429, 500, 502, 503, 504}  # sent again with the same key


class Crowd:
    """Customers who each wait for their answer, and ask again with the same key where they get none."""

    def __init__(self, client: httpx.Client, shop: Shop) -> None:
        self._client = client
        self._shop = shop
        self.answers: Counter[int] = Counter()

    def buy(self, number: int) -> tuple[str, str]:
        """Place an order; return its id and what a repeat of the same request is answered with."""
        lines = {f"p{(number + step) % PRODUCTS}": 1 + number % 2 for step in range(3)}
        key = secrets.token_hex(16)
        first = self._placed(key, lines)
        return first, self._placed(key, lines) if number % 50 == 0 else first

    def _placed(self, key: str, lines: dict[str, int]) -> str:
        for _ in range(TRIES):
            try:
                answer = self._client.post(
                    "/orders", json=self._shop.body(lines), headers={"Idempotency-Key": key}
                )
            except httpx.TransportError:
                self.answers[0] += 1
                continue
            self.answers[answer.status_code] += 1
            if answer.status_code not in BUSY:
                assert answer.status_code == 201, answer.text
                return str(answer.json()["order_id"])
            time.sleep(0.1 + secrets.randbelow(400) / 1000)
        raise TimeoutError(f"no order after {TRIES} tries")


@pytest.mark.slow
@pytest.mark.stage
@pytest.mark.timeout(3_600)
def test_5000_orders_from_32_customers_at_once_are_neither_lost_nor_doubled() -> None:
    with (
        deployed("terraform") as desk,
        Shop(desk, "sale").set_up({f"p{n}": PIECES for n in range(PRODUCTS)}) as shop,
    ):
        begun = time.monotonic()
        with desk.client(desk.token(CUSTOMER, "crowd")) as client, ThreadPoolExecutor(AT_ONCE) as pool:
            crowd = Crowd(client, shop)
            placed = list(pool.map(crowd.buy, range(ORDERS)))
        accepted = time.monotonic()
        desk.wait_until_settled(SETTLE_SECONDS)
        drained = time.monotonic()
        found = reconciled(desk, shop.id)
        stored = desk.standings()
        lags = sorted(_lag(shop, id) for id, _ in placed[:: ORDERS // 200])
    Console().print(
        f"{ORDERS} orders, {AT_ONCE} at once: accepted in {accepted - begun:.0f} s, drained {drained - accepted:.0f} s"
        f" later; from placed to PROCESSED p50 {lags[len(lags) // 2]:.1f} s, oldest {lags[-1]:.1f} s;"
        f" answers {json.dumps(crowd.answers)}"
    )

    assert [first for first, again in placed if again != first] == []
    assert set(stored) == {id for id, _ in placed}
    assert len(stored) == ORDERS
    assert Counter(stored.values()) == {"PROCESSED": ORDERS}
    assert found.compared["order"] == ORDERS


def _lag(shop: Shop, id: str) -> float:
    """Return the seconds from the first step of an order to its last."""
    steps = shop.owner.get(f"/orders/{id}/timeline").json()["items"]
    first, last = (datetime.fromisoformat(steps[place]["at"]) for place in (0, -1))
    return (last - first).total_seconds()
