"""What the customers of the crash loop want: orders of several products, some of them scarce, some soon regretted."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.journeys.running import RunningDesk

PLENTY = {"corner-snacks": ("cola", "crisps", "nuts", "water"), "brightclean": ("dish-500", "bath-750")}
SCARCE = {
    "corner-snacks": "sandwich",
    "brightclean": "mop-set",
}  # the first shop rejects, the second lets wait
UNTRACKED = {"corner-snacks": "coffee", "brightclean": "safety-sheet"}
SCARCE_SHARE, UNTRACKED_SHARE, REGRET_SHARE = 0.15, 0.3, 0.1
ACCOUNTS = 4  # that the customers share
PIECES = 1_000_000  # of what there is plenty of


@dataclass(frozen=True)
class Errand:
    """One order under one key, and whether its customer cancels it. It is sent again until it is answered."""

    key: str
    shop_id: str
    lines: dict[str, int]
    account: int
    regrets: bool

    @property
    def body(self) -> dict[str, Any]:
        """What is sent."""
        return {
            "shop_id": self.shop_id,
            "channel": "web",
            "customer": {"name": "Ana Pérez", "email": "ana@example.com"},
            "lines": [{"sku": sku, "quantity": quantity} for sku, quantity in self.lines.items()],
            "delivery": {"method": "collection"},
        }

    @property
    def may_be_short(self) -> bool:
        """Whether it wants something scarce."""
        return SCARCE[self.shop_id] in self.lines


def errand(seed: int, number: int) -> Errand:
    """Return what the customer with this number wants."""
    chance = random.Random(f"{seed} {number}")  # noqa: S311 - a run must repeat itself
    shop_id = chance.choice(list(PLENTY))
    skus = chance.sample(PLENTY[shop_id], chance.randint(1, 2))
    skus += [SCARCE[shop_id]] if chance.random() < SCARCE_SHARE else []
    skus += [UNTRACKED[shop_id]] if chance.random() < UNTRACKED_SHARE else []
    lines = {sku: chance.randint(1, 3) for sku in skus}
    regrets = chance.random() < REGRET_SHARE
    return Errand(f"{seed}-{number}", shop_id, lines, number % ACCOUNTS, regrets)


def fill(desk: RunningDesk, skus: Mapping[str, Sequence[str]]) -> None:
    """Book a million pieces in of each of these products, by shop."""
    token = desk.token("stock:write", "olga", [f"shop:{shop_id}=owner" for shop_id in skus])
    with desk.client(token) as http:
        for place in (f"/shops/{shop_id}/stock/{sku}" for shop_id, some in skus.items() for sku in some):
            receipt = {"location": "hall-c", "quantity": PIECES}
            assert http.post(f"{place}/receipts", json=receipt).status_code == 201


@dataclass
class Tally:
    """What the customers were told, by key."""

    orders: dict[str, str] = field(default_factory=dict)  # the id of each
    cancelled: dict[str, bool] = field(default_factory=dict)  # False: it was too late
    replays: int = 0
    contradictions: list[str] = field(default_factory=list)

    def placed(self, key: str, order_id: str, *, is_replay: bool) -> None:
        """Note a 201."""
        self.replays += is_replay
        if self.orders.setdefault(key, order_id) != order_id:
            self.contradictions.append(f"{key}: {self.orders[key]} and {order_id}")
