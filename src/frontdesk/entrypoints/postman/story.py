"""The examples, in the order in which they run: a shop and a clinic are set up, work, and let others in.

Every operation of the API comes at least once (`tests/unit/entrypoints/test_postman.py`). A folder is a service.
"""

from collections.abc import Mapping, Sequence

from frontdesk.entrypoints.postman.steps import Step
from frontdesk.entrypoints.postman.story_access import IDENTITY, OPERATIONS, WEBHOOKS
from frontdesk.entrypoints.postman.story_clinic import BOOKING, CLINICS
from frontdesk.entrypoints.postman.story_fhir import FHIR
from frontdesk.entrypoints.postman.story_messages import NOTIFICATIONS
from frontdesk.entrypoints.postman.story_patients import CALENDARS, LINKS, PRIVACY, WAITING

_PRETZEL = {"sku": "pretzel", "quantity": 2}
_ORDER = {
    "shop_id": "{{shop}}",
    "channel": "web",
    "customer": {"name": "Ana"},
    "lines": [_PRETZEL, {"sku": "coffee", "quantity": 1}],
    "delivery": {"method": "collection"},
}
_SHOP = {
    "name": "Corner Snacks",
    "currency": "EUR",
    "channels": {"web": {"tax_included": True}, "wholesale": {"tax_included": False}},
    "open": True,
}
_BUTTER = {"name": "Butter pretzel", "category": "bakery", "tax_rate": 700, "retail": 180}
_COFFEE = {"name": "Coffee", "category": "drinks", "tax_rate": 1900, "retail": 290, "tracked": False}
_OLD_ORDER = {
    "shop_id": "{{shop}}",
    "reference": "old-{{run}}",
    "channel": "web",
    "customer": {"name": "Ana"},
    "placed_at": "2024-03-14T09:30:00Z",
    "status": "DELIVERED",
    "currency": "EUR",
    "tax_included": True,
    "lines": [
        {
            "sku": "pretzel",
            "name": "Butter pretzel",
            "quantity": 1,
            "unit_price": 180,
            "tax_rate": 700,
            "net": 168,
            "tax": 12,
            "gross": 180,
        }
    ],
    "delivery": {"method": "collection"},
}
_SHELF = {"sku": "pretzel"}
_FIRST = {"id": "{{order}}"}
_SECOND = {"id": "{{second_order}}"}

CATALOGUE = (
    Step(operation="set_shop", body=_SHOP, values={"open": True}),
    Step(
        operation="set_shop",
        name="Without a token nothing is told",
        body=_SHOP,
        anonymous=True,
        status=401,
        code="unauthenticated",
    ),
    Step(operation="set_product", path={"sku": "pretzel"}, body=_BUTTER, values={"on_sale": True}),
    Step(operation="set_product", name="A product without stock", path={"sku": "coffee"}, body=_COFFEE),
    Step(
        operation="set_product", name="A product to take off the list", path={"sku": "muffin"}, body=_BUTTER
    ),
    Step(operation="remove_product", path={"sku": "muffin"}, values={"on_sale": False}),
    Step(operation="show_product", path={"sku": "pretzel"}, values={"retail": 180}),
    Step(operation="list_products", query={"limit": "10"}),
    Step(operation="search_products", query={"q": "pret"}),
    Step(operation="close_shop", values={"open": False}),
    Step(operation="open_shop", values={"open": True}),
    Step(operation="show_shop", values={"name": "Corner Snacks"}),
    Step(operation="list_shops", query={"limit": "10"}),
)
INVENTORY = (
    Step(
        operation="receive_stock",
        path=_SHELF,
        body={"location": "counter", "quantity": 100, "reference": "delivery note 17"},
        save={"stock_entry": "entry_id"},
        patient=True,
    ),
    Step(
        operation="adjust_stock",
        path=_SHELF,
        body={"location": "counter", "quantity": -1, "reason": "fell off the counter"},
    ),
    Step(operation="show_entry", path={"id": "{{stock_entry}}"}, values={"quantity": 100}),
    Step(operation="list_entries", path=_SHELF, query={"limit": "10"}),
    Step(operation="set_shelf", path=_SHELF, body={"low_at": 10, "locations": ["counter"]}, patient=True),
    Step(operation="show_shelf", path=_SHELF, values={"low_at": 10}),
    Step(operation="list_stock", query={"limit": "10"}),
    Step(operation="show_stock", path=_SHELF, values={"level": "ok"}, patient=True),
    Step(operation="show_availability", query={"sku": "pretzel"}),
    Step(
        operation="hold_stock",
        body={"lines": [_PRETZEL], "minutes": 5},
        save={"hold": "hold_id"},
        patient=True,
    ),
    Step(operation="show_hold", path={"id": "{{hold}}"}),
    Step(operation="release_hold", path={"id": "{{hold}}"}),
)
ORDERS = (
    Step(
        operation="place_order",
        body=_ORDER,
        values={"status": "NEW"},
        save={"order": "order_id"},
        patient=True,
    ),
    Step(
        operation="place_order",
        name="The same request again is answered as before",
        body=_ORDER,
        key="place_order",
        replayed=True,
        values={"order_id": "{{order}}"},
    ),
    Step(
        operation="place_order",
        name="Another request with that key is refused",
        body=_ORDER | {"lines": [_PRETZEL]},
        key="place_order",
        status=422,
        code="key_reused",
    ),
    Step(
        operation="place_order",
        name="Every wrong field is named at once",
        body=_ORDER | {"channel": "fax", "lines": []},
        status=422,
        code="invalid",
    ),
    Step(operation="show_order", path=_FIRST, values={"status": "PROCESSED"}, patient=True),
    Step(
        operation="cancel_order",
        name="Who has seen an older state is refused",
        path=_FIRST,
        headers={"If-Match": '"1"'},
        body={"reason": "too late"},
        status=412,
        code="stale",
    ),
    Step(
        operation="dispatch_order",
        path=_FIRST,
        body={"carrier": "Own bicycle", "tracking": "none"},
        values={"status": "DISPATCHED"},
    ),
    Step(operation="deliver_order", path=_FIRST, values={"status": "DELIVERED"}),
    Step(operation="show_timeline", path=_FIRST),
    Step(
        operation="return_order",
        path=_FIRST,
        body={"restock": True, "reason": "stale"},
        values={"status": "RETURNED"},
    ),
    Step(
        operation="place_order", name="Place a second order", body=_ORDER, save={"second_order": "order_id"}
    ),
    Step(
        operation="cancel_order",
        path=_SECOND,
        body={"reason": "changed my mind"},
        values={"status": "CANCELLED"},
    ),
    Step(operation="import_order", body=_OLD_ORDER, values={"history": True}),
    Step(operation="list_orders", query={"shop_id": "{{shop}}", "limit": "10"}),
)
ACCOUNTING = (
    Step(operation="show_invoice", path={"order_id": "{{order}}"}, patient=True),
    Step(operation="list_invoices", query={"limit": "10"}),
    Step(
        operation="pay_refund",
        path={"order_id": "{{second_order}}"},
        body={"reference": "bank transfer 4711"},
        patient=True,
    ),
    Step(
        operation="post_entry",
        body={
            "currency": "EUR",
            "lines": [{"account": "cash_clearing", "debit": 500}, {"account": "opening", "credit": 500}],
            "note": "coins that were in the till",
        },
    ),
    Step(operation="list_journal", query={"limit": "10"}),
    Step(operation="show_trial_balance", values={"currency": "EUR"}),
)
STORY: Mapping[str, Sequence[Step]] = {
    "catalogue": CATALOGUE,
    "inventory": INVENTORY,
    "orders": ORDERS,
    "accounting": ACCOUNTING,
    "identity": IDENTITY,
    "webhooks": WEBHOOKS,
    "appointments": (*CLINICS, *BOOKING, *WAITING, *CALENDARS, *FHIR, *LINKS, *PRIVACY),
    "notifications": NOTIFICATIONS,
    "operations": OPERATIONS,
}
