# mypy: disable-error-code="import-not-found,misc,untyped-decorator"
# The peers' packages live in `.venv-bench` alone; where they are missing, their classes have no types.
"""What the PostgreSQL peers share: the body they accept, the token check, prices, and the row that comes of it."""

import hashlib
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import jwt
import orjson
from fastapi import HTTPException
from pydantic import BaseModel, ConfigDict, Field

AUDIENCE = "frontdesk"
CURRENCY = "EUR"
REMEMBERED = 4_096  # tokens
WHOLE = 10_000  # basis points

PUBLIC_KEY = Path(os.environ["PEER_PUBLIC_KEY"]).read_text(encoding="ascii")


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Line(Part):
    sku: Annotated[str, Field(min_length=1, max_length=40)]
    quantity: Annotated[int, Field(ge=1, le=10_000)]


class Customer(Part):
    name: Annotated[str, Field(min_length=1, max_length=200)]
    email: Annotated[str | None, Field(max_length=254)] = None
    id: Annotated[str | None, Field(max_length=100)] = None


class Delivery(Part):
    method: Literal["delivery", "collection"]
    address: Annotated[str | None, Field(max_length=500)] = None


class NewOrder(Part):
    shop_id: Annotated[str, Field(max_length=40)]
    channel: Literal["web", "mobile"]
    customer: Customer
    lines: Annotated[list[Line], Field(min_length=1, max_length=50)]
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom a token speaks for, until when (seconds since 1970)."""

    subject: str
    scopes: frozenset[str]
    grants: Mapping[str, str]
    expires: int


@dataclass(frozen=True, slots=True)
class Product:
    name: str
    unit_price: int
    tax_rate: int


Prices = Mapping[tuple[str, str], Product]
_good: dict[str, Caller] = {}


def caller_of(authorization: str, scope: str = "orders:write") -> Caller:
    """Return whom a header speaks for; a signature is checked once, the rest each time. Raises HTTPException."""
    caller = _good.get(authorization)
    if caller is None:
        caller = _checked(authorization)
        if len(_good) < REMEMBERED:
            _good[authorization] = caller
    if caller.expires <= time.time():
        raise HTTPException(401, "The token has expired.")
    if scope not in caller.scopes:
        raise HTTPException(403, "The token lacks a scope.")
    return caller


def _checked(authorization: str) -> Caller:
    try:
        claims = jwt.decode(
            authorization.removeprefix("Bearer "), PUBLIC_KEY, algorithms=["RS256"], audience=AUDIENCE
        )
    except jwt.PyJWTError:
        raise HTTPException(401, "The token is not valid.") from None
    return Caller(claims["sub"], frozenset(claims["scope"].split()), claims.get("grants", {}), claims["exp"])


@dataclass(frozen=True, slots=True)
class PricedOrder:
    """An order as it will be stored. `row` has the columns of `orders` but `status`; `skus` are in order."""

    row: tuple[Any, ...]
    skus: Sequence[str]
    quantities: Sequence[int]
    answer: Mapping[str, Any]


def priced(order: NewOrder, caller: Caller, key: str, prices: Prices) -> PricedOrder:
    """Return an order at the shop's prices. Raises HTTPException for what is not sold, or not the caller's to order."""
    customer_id = order.customer.id or caller.subject
    if customer_id != caller.subject and caller.grants.get(f"shop:{order.shop_id}") not in {"staff", "owner"}:
        raise HTTPException(404)
    lines = [_priced_line(order.shop_id, line, prices) for line in order.lines]
    net, tax = sum(line["net"] for line in lines), sum(line["tax"] for line in lines)
    order_id, now = time_ordered_id(), datetime.now(UTC)
    party = order.model_dump(include={"customer", "delivery"}, exclude_none=True)
    fingerprint = hashlib.sha256(order.model_dump_json().encode()).digest()
    wanted = sorted((line.sku, line.quantity) for line in order.lines)
    facts = (order.shop_id, customer_id, order.channel, now, CURRENCY, net, tax, net + tax)
    row = (order_id, caller.subject, key, fingerprint, *facts, _json(lines), _json(party))
    answer = answer_of((order_id, *facts), "PROCESSED", lines, party)
    return PricedOrder(row, [sku for sku, _ in wanted], [quantity for _, quantity in wanted], answer)


def answer_of(facts: Sequence[Any], status: str, lines: Any, party: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a customer is told about an order."""
    names = ("order_id", "shop_id", "customer_id", "channel", "placed_at", "currency", "net", "tax", "gross")
    answer = dict(zip(names, facts, strict=True))
    answer.update(order_id=str(facts[0]), status=status, lines=lines, **party)  # a driver's UUID is not JSON
    return answer


def _priced_line(shop_id: str, line: Line, prices: Prices) -> dict[str, Any]:
    product = prices.get((shop_id, line.sku))
    if product is None:
        raise HTTPException(422, f"There is no product {line.sku}.")
    net, tax, gross = amounts(product.unit_price, line.quantity, product.tax_rate)
    return {
        "sku": line.sku,
        "name": product.name,
        "quantity": line.quantity,
        "unit_price": product.unit_price,
        "tax_rate": product.tax_rate,
        "net": net,
        "tax": tax,
        "gross": gross,
    }


def amounts(unit_price: int, quantity: int, tax_rate: int) -> tuple[int, int, int]:
    """Return net, tax and gross of a line whose price has the tax in it."""
    gross, whole = unit_price * quantity, WHOLE + tax_rate
    tax = (gross * tax_rate + whole // 2) // whole
    return gross - tax, tax, gross


def time_ordered_id() -> UUID:
    """Return a UUID of version 7 (RFC 9562): new rows go to the end of the index."""
    chance = int.from_bytes(os.urandom(10), "big")
    high = (time.time_ns() // 1_000_000) << 80 | 7 << 76 | (chance >> 68 & 0xFFF) << 64
    return UUID(int=high | 2 << 62 | chance & (1 << 62) - 1)


def _json(value: Any) -> str:
    text: str = orjson.dumps(value).decode()
    return text
