"""A small business with an order in every state, in a data directory that a test may tamper with."""

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from frontdesk.adapters.embedded.clock import MachineChance, MachineClock
from frontdesk.adapters.embedded.directory import DataDirectory
from frontdesk.adapters.embedded.reader import Reader
from frontdesk.adapters.embedded.runtime import EmbeddedRuntime
from frontdesk.entrypoints.api import Request, respond, understand
from frontdesk.kernel.bus import Bus
from frontdesk.kernel.callers import Caller
from frontdesk.kernel.http import Route
from frontdesk.kernel.services import Service, subscribers
from frontdesk.reconciliation.comparison import Comparison
from frontdesk.reconciliation.findings import Finding
from frontdesk.services.accounting.service import SERVICE as ACCOUNTING
from frontdesk.services.catalogue.service import SERVICE as CATALOGUE
from frontdesk.services.inventory.service import SERVICE as INVENTORY
from frontdesk.services.orders.service import SERVICE as ORDERS

SERVICES = (CATALOGUE, ORDERS, INVENTORY, ACCOUNTING)
SCOPES = frozenset(scope for service in SERVICES for scope in service.scopes)
OWNER = Caller("usr_owner", SCOPES, {"shop:corner": "owner", "shop:strict": "owner"})
SETTLE_SECONDS = 20.0

SHOP = {
    "name": "Corner Snacks",
    "currency": "EUR",
    "channels": {"web": {"tax_included": True}},
    "on_shortage": "backorder",
}
PRODUCT = {"category": "snacks", "tax_rate": 700, "retail": 250}


Step = tuple[str, object]
SENT: Step = ("dispatch", {"carrier": "post"})
BACK: Step = ("return", {"restock": True})
LOST: Step = ("return", {"restock": False})
CALLED_OFF: Step = ("cancel", {})


class World:
    """A running desk. `orders` are ids by the name that the story has for each."""

    def __init__(self, data: Path, services: Sequence[Service] = SERVICES) -> None:
        self.orders: dict[str, str] = {}
        self.services = services
        bus = Bus(MachineClock(), MachineChance())
        self.runtime = EmbeddedRuntime(DataDirectory(data), services, bus)

    async def send(self, line: str, body: object = None) -> Any:
        """Send a request as the owner of both shops, and return what came back."""
        service, route, path = self._route(line)
        content = b"" if body is None else msgspec.json.encode(body)
        request = Request(path, {}, {"content-type": "application/json"}, content, "test")
        answer = await self.runtime.bus.ask(
            service, route, understand(route, request, OWNER), self.runtime.store
        )
        return msgspec.json.decode(respond(route, answer).body)

    async def order(self, name: str, wanted: Mapping[str, int], shop: str = "corner", **more: object) -> str:
        """Place an order, let everybody hear of it, and remember it under a name."""
        body = {
            "shop_id": shop,
            "channel": "web",
            "customer": {"name": "Ana Lima"},
            "lines": [{"sku": sku, "quantity": quantity} for sku, quantity in wanted.items()],
            "delivery": {"method": "collection"},
        }
        self.orders[name] = (await self.send("POST /orders", body | more))["order_id"]
        await self.settle()
        return self.orders[name]

    async def move(self, name: str, *steps: Step) -> None:
        """Take an order further, step by step."""
        for verb, body in steps:
            await self.send(f"POST /orders/{self.orders[name]}/{verb}", body)
            await self.settle()

    async def settle(self) -> None:
        """Wait until everybody has heard everything."""
        async with asyncio.timeout(SETTLE_SECONDS):
            while any(self.runtime.log.backlog().values()):  # noqa: ASYNC110 - the log tells nobody that it is quiet
                await asyncio.sleep(0.001)

    def _route(self, line: str) -> tuple[Service, Route, dict[str, str]]:
        method, _, path = line.partition(" ")
        steps = path.split("/")
        for service in self.services:
            for route in service.routes:
                wanted = route.path.split("/")
                if route.method == method and len(wanted) == len(steps):
                    pairs = list(zip(wanted, steps, strict=True))
                    if all(want in ("{" + want[1:-1] + "}", step) for want, step in pairs):
                        return service, route, {w[1:-1]: step for w, step in pairs if w.startswith("{")}
        raise AssertionError(f"no route for {line}")


async def tell(world: World) -> None:
    """Let everything happen that can happen to an order."""
    await world.send("PUT /shops/corner", SHOP)
    await world.send("PUT /shops/strict", SHOP | {"on_shortage": "reject"})
    for shop in ("corner", "strict"):
        for sku, tracked in (("pretzel", True), ("cola", True), ("lantern", True), ("advice", False)):
            product = PRODUCT | {"name": sku.title(), "tracked": tracked}
            await world.send(f"PUT /shops/{shop}/products/{sku}", product)
        await world.send(
            f"PUT /shops/{shop}/products/leaflet",
            PRODUCT | {"name": "Leaflet", "tracked": False, "retail": 0},
        )
        for sku, location, quantity in (
            ("pretzel", "counter", 60),
            ("pretzel", "cellar", 40),
            ("cola", "cellar", 50),
        ):
            receipt = {"location": location, "quantity": quantity, "low_at": 5}
            await world.send(f"POST /shops/{shop}/stock/{sku}/receipts", receipt)
    await world.send(
        "POST /shops/corner/stock/cola/adjustments",
        {"location": "cellar", "quantity": -2, "reason": "Broken"},
    )
    await world.settle()
    await _tell_of_orders(world)
    await world.send("POST /shops/corner/holds", {"lines": [{"sku": "cola", "quantity": 3}]})
    if ACCOUNTING in world.services:
        await _keep_books(world)
    await world.settle()


async def _keep_books(world: World) -> None:
    await world.send(f"POST /shops/corner/refunds/{world.orders['cancelled']}/paid", {})
    lines = ({"account": "cash_clearing", "debit": 500}, {"account": "opening", "credit": 500})
    await world.send("POST /shops/corner/journal", {"currency": "EUR", "note": "Till", "lines": lines})


async def _tell_of_orders(world: World) -> None:
    both = {"pretzel": 2, "cola": 1, "advice": 1}
    await world.order("processed", both)
    await world.order("untracked", {"advice": 2})
    await world.order("free", {"leaflet": 1})
    await world.order("waiting", {"lantern": 2})
    await world.order("waiting longest", {"lantern": 1, "cola": 1})
    await world.order("rejected", {"lantern": 1}, shop="strict")
    await world.order("cancelled", both)
    await world.move("cancelled", CALLED_OFF)
    await world.order("cancelled while waiting", {"lantern": 1})
    await world.move("cancelled while waiting", CALLED_OFF)
    await world.order("untracked and cancelled", {"advice": 1})
    await world.move("untracked and cancelled", CALLED_OFF)
    for name, steps in (
        ("dispatched", [SENT]),
        ("delivered", [SENT, ("deliver", None)]),
        ("returned", [SENT, ("deliver", None), BACK]),
        ("discarded", [SENT, LOST]),
    ):
        await world.order(name, both)
        await world.move(name, *steps)
    await world.order("sent without money", {"leaflet": 3})
    await world.move("sent without money", SENT)
    old = {
        "sku": "pretzel",
        "name": "Pretzel",
        "quantity": 9,
        "unit_price": 100,
        "tax_rate": 0,
        "net": 900,
        "tax": 0,
        "gross": 900,
    }
    history = {
        "shop_id": "corner",
        "reference": "OLD-1",
        "channel": "web",
        "customer": {"name": "Ben"},
        "placed_at": "2020-01-01T00:00:00Z",
        "status": "DELIVERED",
        "currency": "EUR",
        "tax_included": True,
        "lines": [old],
        "delivery": {"method": "collection"},
    }
    world.orders["history"] = (await world.send("POST /orders/import", history))["order_id"]


def built(data: Path) -> dict[str, str]:
    """Build the world in a folder and close it. Return the ids of its orders by name."""

    async def story() -> dict[str, str]:
        world = World(data)
        await world.runtime.start()
        try:
            await tell(world)
        finally:
            await world.runtime.stop()
        return world.orders

    return asyncio.run(story())


def compared(data: Path) -> tuple[list[Finding], Comparison]:
    """Compare what is in a folder."""
    listeners = {
        name: [reaction.on.NAME for reaction in reactions]
        for name, (_, reactions) in subscribers(SERVICES).items()
    }
    with Reader(data, listeners) as reader:
        comparison = Comparison(reader)
        return list(comparison.findings()), comparison


def tamper(data: Path, sql: str, *values: object) -> int:
    """Change the data behind everybody's back. Return how many rows were changed."""
    with sqlite3.connect(data / "frontdesk.db") as database:
        changed = database.execute(sql, values).rowcount
    database.close()
    return changed
