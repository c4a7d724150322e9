"""A small snack shop to play with, loaded through the API's own handlers: it obeys every rule that a real one does."""

import msgspec

from frontdesk.adapters.embedded.runtime import EmbeddedRuntime
from frontdesk.kernel.callers import Caller
from frontdesk.kernel.http import Call
from frontdesk.services.orders import handlers
from frontdesk.services.orders.demo import DEMO_PRICES, DEMO_SHOP, DEMO_SHOP_ID
from frontdesk.services.orders.service import SERVICE as ORDERS

ORDER = (
    f'{{"shop_id": "{DEMO_SHOP_ID}", "channel": "web", "customer": {{"name": "Ana"}}, '
    '"lines": [{"sku": "pretzel", "quantity": 2}, {"sku": "coffee", "quantity": 1}], '
    '"delivery": {"method": "collection"}}'
)


async def load(runtime: EmbeddedRuntime) -> None:
    """Set up the demo shop and its prices. Doing it again sets them back."""
    caller = Caller("demo", frozenset(ORDERS.scopes), {f"shop:{DEMO_SHOP_ID}": "owner"})

    async def put(handle: object, body: msgspec.Struct, **path: str) -> None:
        route = next(route for route in ORDERS.routes if route.handle is handle)
        call = Call(caller, path, (body,), correlation_id="demo")
        await runtime.bus.ask(ORDERS, route, call, runtime.store)

    await put(handlers.set_shop, DEMO_SHOP, shop_id=DEMO_SHOP_ID)
    for sku, price in DEMO_PRICES.items():
        await put(handlers.set_price, price, shop_id=DEMO_SHOP_ID, sku=sku)
