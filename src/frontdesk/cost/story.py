"""The life of one order, run on the real services: who does what for it, and what that writes and reads.

A small shop is set up first, and an order goes its way unmeasured: what every shop pays once is not an order's price.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from frontdesk.cost.meter import Step
from frontdesk.cost.play import Play
from frontdesk.kernel.callers import Caller
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
        self._play = Play(services, START, store)
        self._has_stock = any(service.name == "inventory" for service in services)
        scopes = frozenset(scope for service in services for scope in service.scopes)
        self._owner = Caller("owner", scopes, {f"shop:{DEMO_SHOP_ID}": "owner"})
        self._customer = Caller("usr_ana", scopes)

    @property
    def steps(self) -> Sequence[Step]:
        """What was done since the shop was opened."""
        return self._play.steps

    def open(self) -> None:
        """Set the shop up and sell one order."""
        shop = {"shop_id": DEMO_SHOP_ID}
        self._ask("catalogue", "PUT /shops/{shop_id}", shop, DEMO_SHOP)
        for sku, demo in DEMO_PRODUCTS.items():
            product = msgspec.structs.replace(demo, tracked=demo.tracked and self._has_stock)
            self._ask("catalogue", "PUT /shops/{shop_id}/products/{sku}", {**shop, "sku": sku}, product)
        if self._has_stock:  # else nobody could tell that an order's goods are there
            for sku, receipt in DEMO_STOCK[DEMO_SHOP_ID].items():
                path = {**shop, "sku": sku}
                self._ask("inventory", "POST /shops/{shop_id}/stock/{sku}/receipts", path, receipt)
        self.sell()
        self._play.forget()

    def sell(self) -> None:
        """Have an order placed, looked at, dispatched and delivered, each when all have taken in what was before."""
        self._play.until(self._play.clock.now() + timedelta(hours=1))
        placed = self._ask("orders", "POST /orders", {}, ORDER, by=self._customer)
        order = {"id": placed.id}
        self._ask("orders", "GET /orders/{id}", order, by=self._customer)
        self._ask(
            "orders", "POST /orders/{id}/dispatch", order, DispatchOrder("Parcels", "1Z999AA10123456784")
        )
        self._ask("orders", "POST /orders/{id}/deliver", order)

    def _ask(
        self, service: str, line: str, path: Mapping[str, str], *body: object, by: Caller | None = None
    ) -> Any:
        return self._play.ask(by or self._owner, service, line, path, *body)


def steps_of_an_order(services: Sequence[Service]) -> Sequence[Step]:
    """Return what is done for one order. Raises NothingToSellError."""
    names = {service.name for service in services}
    if not names.issuperset(NEEDED):
        raise NothingToSellError(f"Nobody can order without {' and '.join(NEEDED)}.")
    shop = Shop(services)
    shop.open()
    shop.sell()
    return tuple(shop.steps)
