"""The life of one order, run on the real services: who does what for it, and what that writes and reads.

A small shop is set up first, and an order goes its way unmeasured: what every shop pays once is not an order's price.
"""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec

from frontdesk.adapters.memory.clock import FixedClock, SeededChance
from frontdesk.adapters.memory.store import MemoryStore
from frontdesk.cost.meter import MeteredStore, Step
from frontdesk.kernel.bus import Bus
from frontdesk.kernel.callers import Caller
from frontdesk.kernel.http import Call, Document
from frontdesk.kernel.ports import Store
from frontdesk.kernel.services import Service
from frontdesk.services.catalogue.demo import DEMO_PRODUCTS, DEMO_SHOP, DEMO_SHOP_ID
from frontdesk.services.inventory.demo import DEMO_STOCK
from frontdesk.services.orders.commands import (
    Channel,
    DispatchOrder,
    Method,
    NewCustomer,
    NewDelivery,
    PlaceOrder,
    WantedLine,
)

T = TypeVar("T")
START = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
NEEDED = ("catalogue", "orders")  # without them nobody can order

ORDER = PlaceOrder(
    shop_id=DEMO_SHOP_ID,
    channel=Channel.WEB,
    customer=NewCustomer(name="Ana Example", email="ana@example.com", phone="+49 30 1234567"),
    lines=(WantedLine("pretzel", 2), WantedLine("cola", 1), WantedLine("nuts", 1)),
    delivery=NewDelivery(method=Method.DELIVERY, address="Example Street 12, 10115 Berlin"),
)


class NothingToSellError(Exception):
    """These services cannot take an order."""


class Shop:
    """A shop in the stores that `store` makes, by service; messages are taken in one after another."""

    def __init__(self, services: Sequence[Service], store: Callable[[Service], Store] | None = None) -> None:
        self.clock = FixedClock(START)
        self.steps: list[Step] = []
        self._services = {service.name: service for service in services}
        self._bus = Bus(self.clock, SeededChance(1))
        make = store or (lambda _: MemoryStore(self.clock))
        self._stores = {one.name: MeteredStore(make(one), one.kinds, self.clock) for one in services}
        scopes = frozenset(scope for service in services for scope in service.scopes)
        self._owner = Caller("owner", scopes, {f"shop:{DEMO_SHOP_ID}": "owner"})
        self._customer = Caller("usr_ana", scopes)

    def open(self) -> None:
        """Set the shop up and sell one order."""
        shop = {"shop_id": DEMO_SHOP_ID}
        self._ask("catalogue", "PUT /shops/{shop_id}", shop, DEMO_SHOP)
        has_stock = "inventory" in self._services  # else nobody could tell that an order's goods are there
        for sku, demo in DEMO_PRODUCTS.items():
            product = msgspec.structs.replace(demo, tracked=demo.tracked and has_stock)
            self._ask("catalogue", "PUT /shops/{shop_id}/products/{sku}", {**shop, "sku": sku}, product)
        if has_stock:
            for sku, receipt in DEMO_STOCK[DEMO_SHOP_ID].items():
                path = {**shop, "sku": sku}
                self._ask("inventory", "POST /shops/{shop_id}/stock/{sku}/receipts", path, receipt)
        self.sell()
        self.steps.clear()

    def sell(self) -> None:
        """Have an order placed, looked at, dispatched and delivered, each when all have taken in what was before."""
        self.clock.advance(timedelta(hours=1))
        placed: Any = self._ask("orders", "POST /orders", {}, ORDER, by=self._customer)
        order = {"id": placed.id}
        self._ask("orders", "GET /orders/{id}", order, by=self._customer)
        self._ask(
            "orders", "POST /orders/{id}/dispatch", order, DispatchOrder("Parcels", "1Z999AA10123456784")
        )
        self._ask("orders", "POST /orders/{id}/deliver", order)

    def _ask(
        self, service: str, line: str, path: Mapping[str, str], *body: object, by: Caller | None = None
    ) -> object:
        found = self._services[service]
        route = next(route for route in found.routes if f"{route.method} {route.path}" == line)
        key = f"{line} {sorted(path.values())} {self.clock.now()}" if route.takes_key else ""
        canonical = msgspec.json.encode(body[0]) if body else b""
        call = Call(by or self._owner, path, body, f"req_{'0' * 24}", key, canonical)
        self._begin(f"{service}-http", service)
        step = self.steps[-1]
        result: object = _drive(self._bus.ask(found, route, call, self._stores[service])).result
        told = route.answer(result)
        step.answered = len(told.content if isinstance(told, Document) else msgspec.json.encode(told))
        self._hear(service)
        return result

    def _hear(self, service: str) -> None:
        """Hand what the last step told to everybody who reacts to it."""
        for message in tuple(self.steps[-1].told):
            for listening in self._services.values():
                for reaction in listening.reactions:
                    if message.name == reaction.on.NAME:
                        self._begin(reaction.subscriber, listening.name)
                        _drive(self._bus.react(listening, reaction, message, self._stores[listening.name]))
                        self._hear(listening.name)

    def _begin(self, function: str, service: str) -> None:
        self.steps.append(Step(function, service))
        self._stores[service].step = self.steps[-1]


def steps_of_an_order(services: Sequence[Service]) -> Sequence[Step]:
    """Return what is done for one order. Raises NothingToSellError."""
    names = {service.name for service in services}
    if not names.issuperset(NEEDED):
        raise NothingToSellError(f"Nobody can order without {' and '.join(NEEDED)}.")
    shop = Shop(services)
    shop.open()
    shop.sell()
    return tuple(shop.steps)


def _drive(work: Coroutine[Any, Any, T]) -> T:
    """Run to its end what never waits for a loop."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise RuntimeError("a handler waited for an event loop")
