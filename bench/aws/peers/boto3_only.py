"""A function that places an order with boto3 and nothing else: what one writes who wants it small."""

import hashlib
import json
import os
import time
from datetime import UTC, datetime
from typing import Any

import boto3

Json = dict[str, Any]

TABLE = os.environ["TABLE"]
dynamodb = boto3.client("dynamodb")


def handle(event: Json, context: object) -> Json:  # noqa: ARG001 - Lambda passes it
    """Place an order: the shop is read, then three prices at once, then the order is put unless it is there."""
    order = json.loads(event["body"])
    faults = wrong(order)
    if faults:
        return answer(422, {"code": "invalid", "errors": faults})
    claims = event["requestContext"]["authorizer"]["jwt"]["claims"]
    key = event["headers"].get("idempotency-key", str(time.time_ns()))
    id = "ord_" + hashlib.sha256(f"{claims['sub']}:{key}".encode()).hexdigest()[:26]
    shop, prices = read(order)
    if shop is None or len(prices) < len(order["lines"]):
        return answer(422, {"code": "invalid", "errors": ["unknown shop or product"]})
    placed = price(id, order, claims["sub"], shop, prices)
    put(id, placed, hashlib.sha256(event["body"].encode()).hexdigest()[:24])
    print(json.dumps({"level": "info", "message": "order placed", "order_id": id}))
    return answer(201, placed)


def wrong(order: Json) -> list[str]:
    """Return what is wrong with the body."""
    faults = [
        field for field in ("shop_id", "channel", "customer", "lines", "delivery") if field not in order
    ]
    quantities = [line.get("quantity") for line in order.get("lines", ())]
    return faults + ["quantity" for found in quantities if not isinstance(found, int) or found < 1]


def read(order: Json) -> tuple[Json | None, dict[str, Json]]:
    """Return the shop and the prices by sku."""
    key = {"pk": {"S": f"orders_shop:{order['shop_id']}"}}
    found = dynamodb.get_item(TableName=TABLE, Key=key, ConsistentRead=True).get("Item")
    keys = [{"pk": {"S": f"orders_price:{order['shop_id']}:{line['sku']}"}} for line in order["lines"]]
    batch = dynamodb.batch_get_item(RequestItems={TABLE: {"Keys": keys, "ConsistentRead": True}})
    items = batch["Responses"][TABLE]
    prices = {item["pk"]["S"].rpartition(":")[2]: json.loads(item["d"]["S"]) for item in items}
    return (json.loads(found["d"]["S"]) if found else None), prices


def price(id: str, order: Json, subject: str, shop: Json, prices: dict[str, Json]) -> Json:
    """Return the order at the shop's prices, tax within."""
    lines = []
    for line in order["lines"]:
        product = prices[line["sku"]]
        gross = product["retail"] * line["quantity"]
        tax = round(gross * product["tax_rate"] / (10_000 + product["tax_rate"]))
        lines.append({**line, "name": product["name"], "net": gross - tax, "tax": tax, "gross": gross})
    sums = {name: sum(line[name] for line in lines) for name in ("net", "tax", "gross")}
    now = datetime.now(UTC).isoformat()
    return {
        "order_id": id,
        "status": "NEW",
        "customer_id": subject,
        "placed_at": now,
        "currency": shop["currency"],
        **order,
        "lines": lines,
        **sums,
    }


def put(id: str, placed: Json, fingerprint: str) -> None:
    """Store the order with its event, once."""
    event = {
        "name": "Order Created",
        "id": f"{id}:1",
        "body": {k: v for k, v in placed.items() if k != "customer"},
    }
    dynamodb.put_item(
        TableName=TABLE,
        Item={
            "pk": {"S": f"order:{id}"},
            "v": {"N": "1"},
            "d": {"S": json.dumps(placed)},
            "e": {"S": json.dumps([event])},
            "f": {"S": fingerprint},
            "order-by-customerp": {"S": placed["customer_id"]},
            "order-by-customers": {"S": placed["placed_at"]},
            "order-by-shopp": {"S": placed["shop_id"]},
            "order-by-shops": {"S": placed["placed_at"]},
        },
        ConditionExpression="attribute_not_exists(pk)",
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )


def answer(status: int, body: Json) -> Json:
    """Return what an HTTP API wants."""
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(body)}
