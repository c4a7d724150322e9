"""A shop of a journey's own, over HTTP: its owner sets it up and packs, customers order."""

import secrets
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

import httpx

from tests.journeys.desk import Desk

OWNER = (
    "orders:write orders:read orders:fulfil catalogue:read catalogue:write stock:read stock:write books:read"
)
CUSTOMER = "orders:write orders:read"
PLACE = "shelf"
WAIT_SECONDS = 30.0
_CHANNELS = {
    "web": {"tax_included": True},
    "mobile": {"tax_included": True},
    "wholesale": {"tax_included": False},
}


class Shop:
    """Use as a context: it closes its connections."""

    def __init__(self, desk: Desk, id: str, *, waits: bool = False) -> None:
        self.desk = desk
        self.id = id
        self.terms: dict[str, Any] = {
            "name": "A shop",
            "currency": "EUR",
            "channels": _CHANNELS,
            "on_shortage": "backorder" if waits else "reject",
            "open": True,
        }
        self.owner = desk.client(desk.token(OWNER, f"owner-of-{id}", [f"shop:{id}=owner"]))
        self.customer = desk.client(desk.token(CUSTOMER, f"customer-of-{id}"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self.owner.close()
        self.customer.close()

    def set_up(self, stock: Mapping[str, int | None]) -> Self:
        """Open with these products at 1.19 each, and so many pieces of each; None: it needs no stock."""
        self.change()
        for sku, pieces in stock.items():
            self.sell(sku, tracked=pieces is not None)
            if pieces:
                self.receive(sku, pieces)
        self.desk.wait_until_settled()
        return self

    def change(self, **terms: Any) -> None:
        """Set the shop as it was set up, with changes."""
        assert self.owner.put(f"/shops/{self.id}", json=self.terms | terms).is_success

    def sell(self, sku: str, retail: int = 119, wholesale: int = 50, *, tracked: bool = True) -> None:
        """Put a product on the list; wholesale from ten pieces on."""
        product = {"name": f"Product {sku}", "category": "things", "tax_rate": 1900, "retail": retail}
        terms = {"unit_price": wholesale, "minimum_quantity": 10}
        answer = self.owner.put(
            f"/shops/{self.id}/products/{sku}", json=product | {"wholesale": terms, "tracked": tracked}
        )
        assert answer.is_success, answer.text

    def receive(self, sku: str, pieces: int) -> None:
        """Book goods in."""
        receipt = {"location": PLACE, "quantity": pieces}
        answer = patiently(self.owner, f"/shops/{self.id}/stock/{sku}/receipts", receipt)
        assert answer.status_code == 201, answer.text

    def body(self, lines: Mapping[str, int], **more: Any) -> dict[str, Any]:
        """Return the body of an order."""
        return {
            "shop_id": self.id,
            "channel": "web",
            "customer": {"name": "Ana Pérez"},
            "lines": [{"sku": sku, "quantity": quantity} for sku, quantity in lines.items()],
            "delivery": {"method": "collection"},
        } | more

    def ask(self, lines: Mapping[str, int], **more: Any) -> httpx.Response:
        """Send an order, and return the answer."""
        return self.customer.post("/orders", json=self.body(lines, **more))

    def buy(self, lines: Mapping[str, int], **more: Any) -> str:
        """Place an order, again where the desk is busy; return its id."""
        answer = patiently(self.customer, "/orders", self.body(lines, **more))
        assert answer.status_code == 201, answer.text
        id: str = answer.json()["order_id"]
        return id

    def buy_at_once(self, count: int, lines: Mapping[str, int]) -> list[str]:
        """Let so many customers place the same order at the same time, as far as the desk can be asked so."""
        with ThreadPoolExecutor(min(count, self.desk.at_once)) as pool:
            return list(pool.map(lambda _: self.buy(lines), range(count)))

    def step(self, verb: str, id: str, **body: Any) -> httpx.Response:
        """Let the owner take an order one step further."""
        return self.owner.post(f"/orders/{id}/{verb}", json=body if verb != "deliver" else None)

    def show(self, id: str) -> dict[str, Any]:
        """Return an order as the owner sees it."""
        found: dict[str, Any] = self.owner.get(f"/orders/{id}").json()
        return found

    def status(self, id: str) -> str:
        """Return where an order stands."""
        found: str = self.show(id)["status"]
        return found

    def wait_for(self, id: str, *statuses: str) -> str:
        """Return an order's status as soon as it is one of these."""
        deadline = time.monotonic() + WAIT_SECONDS
        while (status := self.status(id)) not in statuses:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{id} stayed {status}")
            time.sleep(0.01)
        return status

    def story(self, id: str) -> list[str]:
        """Return every status that an order came to, oldest first."""
        return [step["status"] for step in self.owner.get(f"/orders/{id}/timeline").json()["items"]]

    def stock(self, sku: str) -> tuple[int, int]:
        """Return how many pieces are on hand, and how many of them are free."""
        found = self.owner.get(f"/shops/{self.id}/stock/{sku}").json()
        return found["on_hand"], found["free"]

    def balances(self) -> dict[str, int]:
        """Return what each account comes to: debit less credit."""
        found = self.owner.get(f"/shops/{self.id}/trial-balance").json()
        assert found["debit"] == found["credit"]
        return {line["account"]: line["debit"] - line["credit"] for line in found["accounts"]}


def patiently(client: httpx.Client, path: str, body: Mapping[str, Any]) -> httpx.Response:
    """Send what is to happen once, and again with the same key while the desk is busy; return the last answer."""
    key, deadline = secrets.token_hex(8), time.monotonic() + WAIT_SECONDS
    while True:
        answer = client.post(path, json=body, headers={"Idempotency-Key": key})
        if answer.status_code != 503 or time.monotonic() > deadline:
            return answer
        time.sleep(float(answer.headers["Retry-After"]))
