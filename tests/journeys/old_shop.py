"""An old shop as it may be found: one MySQL table for everything, and in it a row of every kind of fault."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from tests.mariadb import MariaDb

SHOP = "corner-snacks"
BEGAN = datetime(2021, 1, 4, 9)  # noqa: DTZ001 - local time, as the old shop kept it
OPEN_EVERY = 400  # one order of so many is still open: it goes the whole way
FIRST_FAULTY = 101  # row of the first faulty order; the others follow, three rows apart

TABLE = """
create table shop.orders(
    id bigint primary key auto_increment, order_no varchar(64), created_at datetime not null, state varchar(20),
    source varchar(20) not null, customer_name varchar(300), email varchar(300), phone varchar(60),
    street varchar(200), city varchar(100), items longtext, postage decimal(10,3), total decimal(12,3) not null,
    currency char(3) not null, delivery varchar(20) not null
) engine=innodb
"""
COLUMNS = "order_no created_at state source customer_name email phone street city items postage total currency delivery"

MAPPING = """
[table]
time_zone = "Europe/Madrid"

[order]
reference = "order_no"
placed_at = "created_at"
status = { column = "state", values = { open = "NEW", shipped = "DELIVERED", void = "CANCELLED", back = "RETURNED" } }
channel = { column = "source", values = { www = "web", app = "mobile", b2b = "wholesale" } }
currency = "currency"
tax_included = true
total = "total"

[order.customer]
name = "customer_name"
email = { column = "email", drop_if_bad = true }
phone = "phone"

[order.delivery]
method = { column = "delivery", values = { post = "delivery", shop = "collection" } }
address = { columns = ["street", "city"] }

[lines]
form = "json"
column = "items"
sku = "sku"
name = "title"
quantity = "qty"
unit_price = "price"
tax_rate = { column = "vat", default = "19" }

[[extra]]
sku = "postage"
name = "Postage"
amount = "postage"
tax_rate = { value = "19" }

[skus]
"ART-1" = "cola"
"""

ITEM = {"sku": "ART-1", "title": "Cola, 0.5 l", "qty": 2, "price": 1.95}

# Each kind of fault: what it changes in a sound row, and the field and code that the report must have.
FAULTS: list[tuple[dict[str, Any], set[tuple[str, str]]]] = [
    ({"order_no": None}, {("/reference", "missing")}),
    ({"order_no": "two words"}, {("/reference", "wrong_format")}),
    ({"created_at": "0000-00-00 00:00:00"}, {("/placed_at", "not_a_moment")}),
    ({"created_at": "2024-03-31 02:30:00"}, {("/placed_at", "no_such_time")}),
    ({"created_at": "2199-01-01 00:00:00"}, {("/placed_at", "in_the_future")}),
    ({"state": "lost"}, {("/status", "unknown_value")}),
    ({"state": None}, {("/status", "missing")}),
    ({"source": "fax"}, {("/channel", "unknown_value")}),
    ({"customer_name": "  "}, {("/customer/name", "missing")}),
    ({"customer_name": "x" * 201}, {("/customer/name", "too_long")}),
    ({"phone": "ask Ana"}, {("/customer/phone", "wrong_format")}),
    ({"currency": "USD"}, {("/currency", "other_currency")}),
    ({"street": None, "city": None, "delivery": "post"}, {("/delivery/address", "missing")}),
    ({"items": "{broken"}, {("/lines", "not_json")}),
    ({"items": '{"sku":"cola"}'}, {("/lines", "not_a_list")}),
    ({"items": None}, {("/lines", "missing")}),
    ({"items": "[]"}, {("/lines", "missing")}),
    ({"items": [ITEM | {"qty": 0}], "total": 0}, {("/lines/0/quantity", "too_small")}),
    ({"items": [ITEM | {"qty": "two"}]}, {("/lines/0/quantity", "not_a_number")}),
    ({"items": [ITEM | {"qty": 1.5}]}, {("/lines/0/quantity", "not_whole")}),
    ({"items": [ITEM | {"price": "1.955"}]}, {("/lines/0/unit_price", "too_many_decimals")}),
    ({"items": [ITEM | {"price": "-1.95"}]}, {("/lines/0/unit_price", "too_small")}),
    ({"items": [ITEM | {"vat": "190"}]}, {("/lines/0/tax_rate", "not_a_rate")}),
    ({"items": [ITEM | {"sku": "???"}]}, {("/lines/0/sku", "not_an_id")}),
    ({"postage": "1.005"}, {("/postage/amount", "too_many_decimals")}),
    ({"total": "3.91"}, {("/total", "wrong_total")}),
    ({"state": "open", "items": [ITEM | {"sku": "unknown-thing"}]}, {("/lines/0/sku", "unknown_sku")}),
    ({"order_no": "W-1"}, {("", "changed")}),  # somebody else's number
    (
        {
            "created_at": "0000-00-00 00:00:00",
            "customer_name": "",
            "items": [ITEM | {"qty": "x", "price": "y"}],
        },
        {
            ("/placed_at", "not_a_moment"),
            ("/customer/name", "missing"),
            ("/lines/0/quantity", "not_a_number"),
            ("/lines/0/unit_price", "not_a_number"),
        },
    ),
]


def row(number: int, **changes: Any) -> dict[str, Any]:
    """Return the `number`-th row, 1 for the first: two to four colas, from a customer with an accent."""
    quantity = 2 + number % 3
    sound = {
        "order_no": f"W-{number}",
        "created_at": BEGAN
        + timedelta(days=number // 400, minutes=number % 400),  # never at night: clocks change
        "state": "open" if number % OPEN_EVERY == 1 else ("shipped", "void", "back")[number % 3],
        "source": ("www", "app", "b2b")[number % 3],
        "customer_name": f"José Pérez {number % 50}",
        "email": "not an address" if number % 90 == 0 else f"jose{number % 50}@example.com",
        "phone": "+34 600 123 456",
        "street": "Calle Mayor 1\nEscalera B",
        "city": "Alcalá",
        "items": [ITEM | {"qty": quantity}],
        "postage": None if number % 2 else "4.900",
        "total": f"{quantity * 1.95 + (0 if number % 2 else 4.9):.2f}",
        "currency": "EUR",
        "delivery": "post" if number % 2 else "shop",
    }
    if "items" in changes and "postage" not in changes:
        sound |= {"postage": None, "total": "3.90"}
    found = sound | changes
    if isinstance(found["items"], list):
        found["items"] = json.dumps(found["items"])
    return found


def faulty() -> dict[int, set[tuple[str, str]]]:
    """Return what the report must have of each faulty row, by the row's number."""
    return {FIRST_FAULTY + 3 * place: wanted for place, (_, wanted) in enumerate(FAULTS)}


def rows(count: int) -> Iterator[dict[str, Any]]:
    """Give the rows of an old shop with so many orders."""
    changes = {FIRST_FAULTY + 3 * place: changed for place, (changed, _) in enumerate(FAULTS)}
    for number in range(1, count + 1):
        yield row(number, **changes.get(number, {}))


def fill(server: MariaDb, count: int) -> None:
    """Make the table anew, with so many rows."""
    names = COLUMNS.split()
    insert = f"insert into shop.orders({','.join(names)}) values({','.join(f'%({name})s' for name in names)})"
    # Zero dates are what an old MySQL let in.
    lax = "set session sql_mode=''"
    server.run("drop table if exists shop.orders", TABLE, lax, insert, rows=list(rows(count)))
