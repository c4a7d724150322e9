"""The snack shop as orders knows it, its people, and what they send."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from frontdesk.kernel.callers import Caller
from frontdesk.services.catalogue.events import ProductChanged, ShopChanged, SoldChannel, WholesalePrice
from frontdesk.services.orders.service import SERVICE
from tests.unit.driver import Desk, content

SHOP_ID = "corner-snacks"
ALL = frozenset(SERVICE.scopes)
ANA = Caller("usr_ana", ALL)
BEN = Caller("usr_ben", ALL)
STAFF = Caller("usr_staff", ALL, {f"shop:{SHOP_ID}": "staff"})
OWNER = Caller("usr_owner", ALL, {f"shop:{SHOP_ID}": "owner", "shop:second": "owner"})

SHOP = ShopChanged(
    shop_id=SHOP_ID,
    name="Corner Snacks",
    currency="EUR",
    channels=(SoldChannel("web", True), SoldChannel("mobile", True), SoldChannel("wholesale", False)),
    open=True,
    time_zone="Europe/Berlin",
    hours=(),
    waits=False,
    event_source="serverless.snacks",
)


def product(sku: str, name: str, retail: int, tax_rate: int, *wholesale: int) -> ProductChanged:
    """Return one product of the snack shop; none has a stock."""
    return ProductChanged(
        shop_id=SHOP_ID,
        sku=sku,
        name=name,
        category="snacks",
        retail=retail,
        tax_rate=tax_rate,
        wholesale=WholesalePrice(*wholesale) if wholesale else None,
        tracked=False,
        on_sale=True,
    )


PRODUCTS: Mapping[str, ProductChanged] = {
    known.sku: known
    for known in (
        product("pretzel", "Butter pretzel", 180, 700, 98, 50),
        product("crisps", "Sea salt crisps, 150 g", 249, 700, 139, 24),
        product("nuts", "Roasted nuts, 200 g", 399, 700, 245, 12),
        product("cola", "Cola, 0.5 l", 195, 1900, 92, 24),
        product("coffee", "Coffee to take away", 290, 1900),
    )
}


def snack_desk(*, tracked: bool = False, waits: bool = False) -> Desk:
    """Return a desk at which the snack shop is open; `tracked` products have a stock, which some shops wait for."""
    desk = Desk(SERVICE)
    set_up(desk, SHOP_ID, tracked=tracked, waits=waits)
    return desk


def set_up(desk: Desk, shop_id: str, *, tracked: bool = False, waits: bool = False) -> None:
    """Open a shop with the snack shop's goods."""
    desk.tell(replace(SHOP, shop_id=shop_id, waits=waits), shop_id)
    for known in PRODUCTS.values():
        desk.tell(replace(known, shop_id=shop_id, tracked=tracked), f"{shop_id}:{known.sku}")


def an_order(**changes: Any) -> dict[str, Any]:
    """Return a good body of three lines, with changes."""
    order = {
        "shop_id": SHOP_ID,
        "channel": "web",
        "customer": {"name": "Ana Lima", "email": "ana@example.org", "phone": "+49 30 1234567"},
        "lines": [
            {"sku": "pretzel", "quantity": 3},
            {"sku": "cola", "quantity": 2},
            {"sku": "crisps", "quantity": 1},
        ],
        "delivery": {
            "method": "delivery",
            "address": "Lindenstr. 7, 10969 Berlin",
            "window": {"from": "2026-03-14T12:00:00Z", "to": "2026-03-14T13:00:00Z"},
            "note": "Ring twice, please",
        },
    }
    fresh: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(order | changes))
    return fresh


def placed(desk: Desk, caller: Caller = ANA, **changes: Any) -> str:
    """Place a good order and return its id."""
    response = desk.send(caller, "POST /orders", an_order(**changes))
    assert response.status == 201, response.body
    return str(content(response)["order_id"])
