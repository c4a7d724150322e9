"""Two small shops to play with, loaded through the API's own handlers: they obey every rule that real ones do."""

import asyncio
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from frontdesk.adapters.embedded.runtime import EmbeddedRuntime
from frontdesk.kernel.callers import Caller
from frontdesk.kernel.http import Call
from frontdesk.kernel.services import Service
from frontdesk.services.catalogue.demo import DEMO_SHOP_ID, DEMO_SHOPS

SETTLE_SECONDS = 10.0  # that the services have to take in what the others told

ORDER = (
    f'{{"shop_id": "{DEMO_SHOP_ID}", "channel": "web", "customer": {{"name": "Ana"}}, '
    '"lines": [{"sku": "pretzel", "quantity": 2}, {"sku": "coffee", "quantity": 1}], '
    '"delivery": {"method": "collection"}}'
)


class Loader:
    """Calls routes as the owner of the demo shops. A repeat sets them back, and books nothing in twice."""

    def __init__(self, runtime: EmbeddedRuntime, services: Sequence[Service]) -> None:
        self._runtime = runtime
        self._services = {service.name: service for service in services}
        scopes = frozenset(scope for service in services for scope in service.scopes)
        self._owner = Caller("demo", scopes, {f"shop:{shop_id}": "owner" for shop_id in DEMO_SHOPS})

    async def load(self) -> None:
        """Set up what the running services know of the demo shops."""
        if "catalogue" in self._services:
            for shop_id, (shop, products) in DEMO_SHOPS.items():
                await self._call("catalogue", "PUT", "/shops/{shop_id}", shop, shop_id=shop_id)
                for sku, product in products.items():
                    path = {"shop_id": shop_id, "sku": sku}
                    await self._call("catalogue", "PUT", "/shops/{shop_id}/products/{sku}", product, **path)
        if "inventory" in self._services:
            stock = import_module("frontdesk.services.inventory.demo").DEMO_STOCK
            for shop_id, shelves in stock.items():
                for sku, receipt in shelves.items():
                    path = {"shop_id": shop_id, "sku": sku}
                    await self._call(
                        "inventory", "POST", "/shops/{shop_id}/stock/{sku}/receipts", receipt, **path
                    )
        await self._settle()

    async def _call(self, service: str, method: str, path: str, body: Any, **values: str) -> None:
        found = self._services[service]
        route = next(route for route in found.routes if (route.method, route.path) == (method, path))
        key = f"demo:{':'.join(values.values())}" if route.takes_key else ""
        call = Call(self._owner, values, (body,), correlation_id="demo", key=key)
        await self._runtime.bus.ask(found, route, call, self._runtime.store)

    async def _settle(self) -> None:
        end = asyncio.get_running_loop().time() + SETTLE_SECONDS
        loop = asyncio.get_running_loop()
        while any(self._runtime.log.backlog().values()) and loop.time() < end:  # noqa: ASYNC110 - once, at the start
            await asyncio.sleep(0.01)
