"""A desk at which the books of one shop are kept, and what it hears about orders."""

from datetime import datetime, timedelta
from typing import Any

from frontdesk.kernel.callers import Caller
from frontdesk.kernel.messages import Event, Message, wrap
from frontdesk.services.accounting.service import SERVICE
from frontdesk.services.catalogue.events import ShopChanged
from frontdesk.services.orders.events import (
    OrderCancelled,
    OrderCreated,
    OrderDispatched,
    OrderedLine,
    OrderRejected,
    OrderReturned,
)
from tests.unit.driver import START, Desk, content

SHOP = "corner"
SCOPES = frozenset(SERVICE.scopes)
STAFF = Caller("usr_staff", SCOPES, {f"shop:{SHOP}": "staff"})
OWNER = Caller("usr_owner", SCOPES, {f"shop:{SHOP}": "owner"})
STRANGER = Caller("usr_stranger", SCOPES, {"shop:other": "owner", f"shop:{SHOP}": "supplier"})

PLACED = START - timedelta(hours=3)
LEFT = START - timedelta(hours=2)
BACK = START - timedelta(hours=1)

GOODS = (
    OrderedLine("pretzel", 3, 700, 49, 749, tracked=True, name="Butter pretzel", tax_rate=700),
    OrderedLine("cola", 2, 300, 57, 357, tracked=False, name="Cola", tax_rate=1900),
)
MONEY = {"currency": "EUR", "net": 1000, "tax": 106, "gross": 1106}


def open_books(shop_id: str = SHOP, currency: str = "EUR") -> Desk:
    """Return a desk that has heard of a shop."""
    desk = Desk(SERVICE)
    hear(desk, shop_changed(shop_id, currency), source=shop_id)
    return desk


def shop_changed(shop_id: str = SHOP, currency: str = "EUR", name: str = "Corner Snacks") -> ShopChanged:
    """Return what the catalogue tells of a shop."""
    return ShopChanged(
        shop_id=shop_id,
        name=name,
        currency=currency,
        channels=(),
        open=True,
        time_zone="Europe/Berlin",
        hours=(),
        waits=False,
        event_source="",
    )


def created(order_id: str = "ord_1", **changes: Any) -> OrderCreated:
    """Return that an order was accepted and paid."""
    facts = _facts(order_id) | {"channel": "web", "placed_at": PLACED, "lines": GOODS}
    return OrderCreated(**facts | changes)


def rejected(order_id: str = "ord_1", **changes: Any) -> OrderRejected:
    """Return that an order was refused for want of stock."""
    return OrderRejected(**_facts(order_id) | {"rejected_at": LEFT} | changes)


def cancelled(order_id: str = "ord_1", **changes: Any) -> OrderCancelled:
    """Return that an order was called off."""
    return OrderCancelled(**_facts(order_id) | {"cancelled_at": LEFT, "previous": "NEW"} | changes)


def dispatched(order_id: str = "ord_1", **changes: Any) -> OrderDispatched:
    """Return that an order left the house."""
    return OrderDispatched(**_facts(order_id) | {"dispatched_at": LEFT, "carrier": "post"} | changes)


def returned(order_id: str = "ord_1", **changes: Any) -> OrderReturned:
    """Return that an order came back."""
    return OrderReturned(**_facts(order_id) | {"returned_at": BACK, "restock": True} | changes)


def message(event: Event, *, source: str = "", version: int = 1, at: datetime = START) -> Message:
    """Put an event into the envelope in which its service would send it."""
    of = source or str(getattr(event, "order_id", ""))
    return wrap(
        event,
        id=f"order:{of}:{version}:{event.NAME}",
        source=of,
        version=version,
        at=at,
        correlation_id="test",
    )


def hear(desk: Desk, *events: Event, source: str = "") -> None:
    """Deliver events, one after the other."""
    for event in events:
        desk.deliver(message(event, source=source))


def balances(desk: Desk, shop_id: str = SHOP) -> dict[str, int]:
    """Return what the accounts come to, debits less credits, those at 0 left out; also that the columns are equal."""
    owner = Caller("usr_owner", SCOPES, {f"shop:{shop_id}": "owner"})
    shown = content(desk.send(owner, f"GET /shops/{shop_id}/trial-balance"))
    assert shown["debit"] == shown["credit"]
    found = {row["account"]: row["debit"] - row["credit"] for row in shown["accounts"]}
    return {account: balance for account, balance in found.items() if balance}


def entries(desk: Desk) -> dict[str, dict[str, int]]:
    """Return every entry as what it does to each account, by its id."""
    found = content(desk.send(OWNER, f"GET /shops/{SHOP}/journal", query={"limit": "100"}))["items"]
    return {
        entry["entry_id"]: {
            line["account"]: line.get("debit", 0) - line.get("credit", 0) for line in entry["lines"]
        }
        for entry in found
    }


def _facts(order_id: str) -> dict[str, Any]:
    return {"order_id": order_id, "shop_id": SHOP, "customer_id": "usr_ana", **MONEY}
