"""The demo shops, their people, and what they send."""

from typing import Any

import msgspec

from frontdesk.kernel.callers import Caller
from frontdesk.services.catalogue.demo import DEMO_SHOP_ID, DEMO_SHOPS
from frontdesk.services.catalogue.service import SERVICE
from tests.unit.driver import Desk, content

ALL = frozenset(SERVICE.scopes)
ANA = Caller("usr_ana", frozenset({"catalogue:read"}))
RIVAL = Caller("usr_rival", ALL, {"shop:other": "owner"})
STAFF = Caller("usr_staff", ALL, {f"shop:{shop_id}": "staff" for shop_id in DEMO_SHOPS})
OWNER = Caller("usr_owner", ALL, {f"shop:{shop_id}": "owner" for shop_id in (*DEMO_SHOPS, "empty")})

SHOP = f"/shops/{DEMO_SHOP_ID}"
PRODUCTS = f"{SHOP}/products"
PRETZEL = f"{PRODUCTS}/pretzel"


def shopping_street() -> Desk:
    """Return a desk with both demo shops."""
    desk = Desk(SERVICE)
    for shop_id, (shop, products) in DEMO_SHOPS.items():
        assert desk.send(OWNER, f"PUT /shops/{shop_id}", shop).status == 200
        for sku, product in products.items():
            assert desk.send(OWNER, f"PUT /shops/{shop_id}/products/{sku}", product).status == 200
    return desk


def plain(value: msgspec.Struct, **changes: Any) -> dict[str, Any]:
    """Return what a client would send, with changes."""
    return {**msgspec.to_builtins(value), **changes}


def skus(desk: Desk, caller: Caller, path: str = PRODUCTS, **query: str) -> list[str]:
    """Return the skus of a list or a search."""
    response = desk.send(caller, f"GET {path}", query=query)
    assert response.status == 200, response.body
    return [item["sku"] for item in content(response)["items"]]
