"""The shop that every function of the comparison sells for: what its table holds, and the request that it gets."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec

from frontdesk.adapters.aws.items import record_item
from frontdesk.kernel.records import Record
from frontdesk.services.orders.prices import PRICES, SHOPS, Price, Shop, price_id

PREFIX, REGION, ACCOUNT = "frontdesk-bench", "eu-west-1", "000000000000"
TABLE = f"{PREFIX}-orders"
SHOP_ID, SKUS = "corner-snacks", ("pretzel", "crisps", "cola")
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def items() -> dict[str, Any]:
    """Return the items of the table by their key: one shop, and what its three products cost."""
    shop = Shop("EUR", {"web": True}, True, "UTC", (), False, "frontdesk")
    records = [_record(SHOPS.name, SHOPS.schema, SHOP_ID, shop)]
    for sku in SKUS:
        price = Price(name=sku.title(), retail=249, tax_rate=700, tracked=True, on_sale=True)
        records.append(_record(PRICES.name, PRICES.schema, price_id(SHOP_ID, sku), price))
    made = [record_item(record, "0" * 16, NOW) for record in records]
    return {item["pk"]["S"]: item for item in made}


def request() -> dict[str, Any]:
    """Return what an HTTP API sends to a function (payload 2.0): an order of three lines, with a key."""
    body = {
        "shop_id": SHOP_ID,
        "channel": "web",
        "customer": {"name": "Ana Example", "email": "ana@example.com"},
        "lines": [{"sku": sku, "quantity": 2} for sku in SKUS],
        "delivery": {"method": "delivery", "address": "1 Example Street, 12345 Exampletown"},
    }
    return {
        "version": "2.0",
        "routeKey": "POST /orders",
        "rawPath": "/orders",
        "rawQueryString": "",
        "headers": {
            "content-type": "application/json",
            "host": "api.example.com",
            "idempotency-key": "bench-1",
            "authorization": "Bearer checked-by-the-gateway",
        },
        "requestContext": _context(),
        "body": json.dumps(body),
        "isBase64Encoded": False,
    }


def _context() -> dict[str, Any]:
    """Return what the gateway knows of a request: who asks, as its authorizer has verified, and how."""
    claims = {
        "iss": "https://api.example.com",
        "aud": "frontdesk",
        "sub": "ana",
        "client_id": "web",
        "scope": "orders:read orders:write",
        "exp": "1793491200",
        "iat": "1793487600",
        "jti": "tok_1",
    }
    http = {"method": "POST", "path": "/orders", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"}
    return {
        "accountId": ACCOUNT,
        "apiId": "bench",
        "authorizer": {"jwt": {"claims": claims, "scopes": ["orders:write"]}},
        "domainName": "api.example.com",
        "domainPrefix": "api",
        "http": {**http, "userAgent": "bench"},
        "requestId": "bench-1",
        "routeKey": "POST /orders",
        "stage": "$default",
        "time": "01/Nov/2026:00:00:00 +0000",
        "timeEpoch": 1793491200000,
    }


def _record(kind: str, schema: int, id: str, value: msgspec.Struct) -> Record:
    return Record(kind, id, 1, schema, msgspec.json.encode(value).decode())
