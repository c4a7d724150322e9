# mypy: disable-error-code="import-not-found,misc,untyped-decorator,no-any-return"
# The peer's packages live in `.venv-bench` alone; where they are missing, their classes and decorators have no types.
"""The same with what is usual, as the guides of Powertools write it.

Powertools for routing, validation, idempotency, logs and metrics, pydantic for shapes, boto3 for AWS. No tracer: ours
is off as well.
"""

import hashlib
import os
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import BadRequestError
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent,
)
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

TABLE = os.environ["TABLE"]
logger = Logger(service="orders")
metrics = Metrics(namespace="bench", service="orders")
app = APIGatewayHttpResolver(enable_validation=True)
dynamodb = boto3.client("dynamodb")
repeats = DynamoDBPersistenceLayer(table_name=f"{TABLE}-repeats", boto3_client=dynamodb)
by_key = IdempotencyConfig(
    event_key_jmespath='[requestContext.authorizer.jwt.claims.sub, headers."idempotency-key"]',
    payload_validation_jmespath="body",
)

Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]


class Strict(BaseModel):
    """Refuses fields that nobody declared."""

    model_config = ConfigDict(extra="forbid")


class Line(Strict):
    sku: Slug
    quantity: Annotated[int, Field(ge=1, le=10_000)]


class Customer(Strict):
    name: Annotated[str, Field(max_length=200)]
    email: Annotated[str, Field(max_length=254)] | None = None
    phone: str | None = None
    id: str | None = None


class Window(Strict):
    start: AwareDatetime = Field(alias="from")
    end: AwareDatetime = Field(alias="to")


class Delivery(Strict):
    method: Literal["delivery", "collection"]
    address: Annotated[str, Field(max_length=500)] | None = None
    window: Window | None = None
    note: Annotated[str, Field(max_length=500)] | None = None


class PlaceOrder(Strict):
    shop_id: Slug
    channel: Literal["web", "mobile", "wholesale"]
    customer: Customer
    lines: Annotated[list[Line], Field(min_length=1, max_length=50)]
    delivery: Delivery
    expected_total: int | None = None
    hold_id: str | None = None


class Shop(BaseModel):
    currency: str
    channels: dict[str, bool]


class Price(BaseModel):
    name: str
    retail: int
    tax_rate: int


class PricedLine(BaseModel):
    sku: str
    name: str
    quantity: int
    net: int
    tax: int
    gross: int


class Order(BaseModel):
    order_id: str
    shop_id: str
    channel: str
    customer_id: str
    status: str
    placed_at: datetime
    currency: str
    lines: list[PricedLine]
    net: int
    tax: int
    gross: int
    customer: Customer
    delivery: Delivery


@app.post("/orders")
def place_order(wish: PlaceOrder) -> Response[Order]:
    """Place an order: the shop is read, then three prices at once, then the order is put unless it is there."""
    event = app.current_event
    subject = event.request_context.authorizer.jwt_claim["sub"]
    key = event.headers.get("idempotency-key", event.request_context.request_id)
    id = "ord_" + hashlib.sha256(f"{subject}:{key}".encode()).hexdigest()[:26]
    shop, prices = read(wish)
    if shop is None or len(prices) < len(wish.lines):
        raise BadRequestError("unknown shop or product")
    order = price(id, wish, subject, shop, prices)
    put(order, hashlib.sha256(event.body.encode()).hexdigest()[:24])
    logger.info("order placed", order_id=id)
    metrics.add_metric(name="OrdersPlaced", unit=MetricUnit.Count, value=1)
    return Response(status_code=201, content_type="application/json", body=order)


def read(wish: PlaceOrder) -> tuple[Shop | None, dict[str, Price]]:
    """Return the shop and the prices by sku."""
    key = {"pk": {"S": f"orders_shop:{wish.shop_id}"}}
    found = dynamodb.get_item(TableName=TABLE, Key=key, ConsistentRead=True).get("Item")
    keys = [{"pk": {"S": f"orders_price:{wish.shop_id}:{line.sku}"}} for line in wish.lines]
    batch = dynamodb.batch_get_item(RequestItems={TABLE: {"Keys": keys, "ConsistentRead": True}})
    items = batch["Responses"][TABLE]
    prices = {item["pk"]["S"].rpartition(":")[2]: Price.model_validate_json(item["d"]["S"]) for item in items}
    return (Shop.model_validate_json(found["d"]["S"]) if found else None), prices


def price(id: str, wish: PlaceOrder, subject: str, shop: Shop, prices: dict[str, Price]) -> Order:
    """Return the order at the shop's prices, tax within."""
    lines = []
    for line in wish.lines:
        product = prices[line.sku]
        gross = product.retail * line.quantity
        tax = round(gross * product.tax_rate / (10_000 + product.tax_rate))
        lines.append(
            PricedLine(
                sku=line.sku, name=product.name, quantity=line.quantity, net=gross - tax, tax=tax, gross=gross
            )
        )
    return Order(
        order_id=id,
        shop_id=wish.shop_id,
        channel=wish.channel,
        customer_id=subject,
        status="NEW",
        placed_at=datetime.now(UTC),
        currency=shop.currency,
        lines=lines,
        net=sum(line.net for line in lines),
        tax=sum(line.tax for line in lines),
        gross=sum(line.gross for line in lines),
        customer=wish.customer,
        delivery=wish.delivery,
    )


def put(order: Order, fingerprint: str) -> None:
    """Store the order with its event, once."""
    stored = order.model_dump_json()
    told = order.model_dump_json(exclude={"customer", "delivery"})
    placed_at = order.placed_at.isoformat()
    dynamodb.put_item(
        TableName=TABLE,
        Item={
            "pk": {"S": f"order:{order.order_id}"},
            "v": {"N": "1"},
            "d": {"S": stored},
            "e": {"S": f'[{{"name":"Order Created","id":"{order.order_id}:1","body":{told}}}]'},
            "f": {"S": fingerprint},
            "order-by-customerp": {"S": order.customer_id},
            "order-by-customers": {"S": placed_at},
            "order-by-shopp": {"S": order.shop_id},
            "order-by-shops": {"S": placed_at},
        },
        ConditionExpression="attribute_not_exists(pk)",
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP)
@metrics.log_metrics(capture_cold_start_metric=True)
@idempotent(config=by_key, persistence_store=repeats)
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request."""
    return app.resolve(event, context)
