"""The demo snack shop, its people, and what they send."""

from typing import Any

import msgspec

from frontdesk.kernel.callers import Caller
from frontdesk.services.orders.demo import DEMO_PRICES, DEMO_SHOP, DEMO_SHOP_ID
from frontdesk.services.orders.service import SERVICE
from tests.unit.driver import Desk, content

ALL = frozenset(SERVICE.scopes)
ANA = Caller("usr_ana", ALL)
BEN = Caller("usr_ben", ALL)
STAFF = Caller("usr_staff", ALL, {f"shop:{DEMO_SHOP_ID}": "staff"})
OWNER = Caller("usr_owner", ALL, {f"shop:{DEMO_SHOP_ID}": "owner", "shop:second": "owner"})


def snack_desk() -> Desk:
    """Return a desk at which the snack shop is open."""
    desk = Desk(SERVICE)
    set_up(desk, DEMO_SHOP_ID)
    return desk


def set_up(desk: Desk, shop_id: str) -> None:
    """Open a shop with the snack shop's goods."""
    shop = f"PUT /shops/{shop_id}"
    assert desk.send(OWNER, shop, DEMO_SHOP).status == 200
    for sku, price in DEMO_PRICES.items():
        assert desk.send(OWNER, f"{shop}/prices/{sku}", price).status == 200


def an_order(**changes: Any) -> dict[str, Any]:
    """Return a good body of three lines, with changes."""
    order = {
        "shop_id": DEMO_SHOP_ID,
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
