# mypy: disable-error-code="import-not-found,misc,untyped-decorator"
# The peers' packages live in `.venv-bench` alone; where they are missing, their classes and decorators have no types.
"""The honest rival: FastAPI and one asyncpg transaction, as a good engineer writes a shop that he will carry for years.

Tables are normalised, prices are read where the order is priced, so that a new price counts at once in every process.
Key, order with its lines, journal entry with its lines and the pieces kept become true together or not at all, and a
201 leaves after the commit is on disk. The shelves come last: their rows are locked until then.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response
from pydantic import BaseModel

from bench.peers.pool import JSON, Key, pooled
from bench.peers.shop import (
    CURRENCY,
    Caller,
    Customer,
    Delivery,
    Line,
    NewOrder,
    amounts,
    caller_of,
    time_ordered_id,
)

PRODUCTS = "select sku, name, unit_price, tax_rate from products where shop_id = $1 and sku = any($2)"
CLAIM = (
    "insert into idempotency_keys (subject, key, fingerprint, response, created_at) values ($1, $2, $3, $4, $5)"
    " on conflict do nothing"
)
KEPT = "select fingerprint, response from idempotency_keys where subject = $1 and key = $2"
ORDER = (
    "insert into orders (id, shop_id, customer_id, customer_name, customer_email, channel, delivery_method,"
    " delivery_address, placed_by, placed_at, status, currency, net, tax, gross)"
    " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
)
LINE = (
    "insert into order_lines (order_id, number, sku, name, quantity, unit_price, tax_rate, net, tax, gross)"
    " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
)
ENTRY = "insert into journal_entries (id, order_id, occasion, currency, posted_at) values ($1, $2, 'paid', $3, $4)"
ENTRY_LINE = (
    "insert into journal_lines (entry_id, number, account, debit, credit) values ($1, $2, $3, $4, $5)"
)
KEEP = "update stock set free = free - $3, reserved = reserved + $3 where shop_id = $1 and sku = $2 and free >= $3"
COUNTS = """
select (select count(*) from orders) as stored,
  (select count(*) from orders where status = 'PROCESSED'
     and id in (select order_id from order_lines)
     and id in (select (response::json->>'order_id')::uuid from idempotency_keys)) as finished,
  (select count(*) from (select from journal_entries entry join journal_lines line on line.entry_id = entry.id
     group by entry.id having sum(debit) = sum(credit) and sum(debit) > 0) balanced) as journalled,
  (select coalesce(sum(reserved), 0)::bigint from stock) as reserved,
  (select coalesce(sum(quantity), 0)::bigint from order_lines line join orders on orders.id = line.order_id
     where status = 'PROCESSED') as wanted
"""


class PlacedLine(Line):
    name: str
    unit_price: int
    tax_rate: int
    net: int
    tax: int
    gross: int


class PlacedOrder(BaseModel):
    order_id: UUID
    status: str
    shop_id: str
    customer_id: str
    channel: str
    placed_at: datetime
    currency: str
    net: int
    tax: int
    gross: int
    lines: list[PlacedLine]
    customer: Customer
    delivery: Delivery


class NotSold(Exception):
    """There is no such product."""


class OutOfStock(Exception):
    """A line wants more than there is."""

    def __init__(self, order: PlacedOrder) -> None:
        """Take the order that cannot be."""
        super().__init__()
        self.order = order


app = FastAPI(lifespan=pooled("handwritten"))


async def the_caller(authorization: Annotated[str, Header()] = "") -> Caller:
    """Return whom the token speaks for."""
    return caller_of(authorization)


@app.post("/orders", status_code=201, response_model=PlacedOrder)
async def place(
    order: NewOrder,
    caller: Annotated[Caller, Depends(the_caller)],
    idempotency_key: Annotated[str, Header(min_length=1, max_length=255)],
    request: Request,
) -> Response:
    """Place an order, or give the answer that its key was given before."""
    customer_id = order.customer.id or caller.subject
    if customer_id != caller.subject and caller.grants.get(f"shop:{order.shop_id}") not in {"staff", "owner"}:
        raise HTTPException(404)
    fingerprint = hashlib.sha256(order.model_dump_json().encode()).digest()
    key = Key(caller.subject, idempotency_key, fingerprint)
    async with request.app.state.pool.acquire() as connection:
        try:
            async with connection.transaction():
                placed = await _priced(connection, order, customer_id)
                answer = await _stored(connection, placed, key)
                if answer:
                    await _book(connection, placed)
                    await _keep(connection, placed)
        except OutOfStock as short:
            short.order.status = "REJECTED"
            async with connection.transaction():
                answer = await _stored(connection, short.order, key)
        except NotSold as unknown:
            return await _repeated(connection, key, f"There is no product {unknown}.")
        return Response(answer, 201, media_type=JSON) if answer else await _repeated(connection, key)


async def _priced(connection: Any, order: NewOrder, customer_id: str) -> PlacedOrder:
    """Return an order at the shop's prices of this moment. Raises NotSold."""
    found = await connection.fetch(PRODUCTS, order.shop_id, [line.sku for line in order.lines])
    products = {product["sku"]: product for product in found}
    lines = [_priced_line(line, products.get(line.sku)) for line in order.lines]
    net, tax = sum(line.net for line in lines), sum(line.tax for line in lines)
    return PlacedOrder(
        order_id=time_ordered_id(),
        status="PROCESSED",
        shop_id=order.shop_id,
        customer_id=customer_id,
        channel=order.channel,
        placed_at=datetime.now(UTC),
        currency=CURRENCY,
        net=net,
        tax=tax,
        gross=net + tax,
        lines=lines,
        customer=order.customer,
        delivery=order.delivery,
    )


def _priced_line(line: Line, product: Any) -> PlacedLine:
    if product is None:
        raise NotSold(line.sku)
    price, rate = product["unit_price"], product["tax_rate"]
    net, tax, gross = amounts(price, line.quantity, rate)
    return PlacedLine(
        sku=line.sku,
        quantity=line.quantity,
        name=product["name"],
        unit_price=price,
        tax_rate=rate,
        net=net,
        tax=tax,
        gross=gross,
    )


async def _repeated(connection: Any, key: Key, otherwise: str = "") -> Response:
    """Return the answer that was given before. Raises HTTPException when it was to another order, or never given."""
    kept = await connection.fetchrow(KEPT, key.subject, key.key)
    if kept is None:
        raise HTTPException(422, otherwise)
    if kept["fingerprint"] != key.fingerprint:
        raise HTTPException(422, "This key was used for another order.")
    return Response(kept["response"], 201, {"Idempotency-Replayed": "true"}, JSON)


async def _stored(connection: Any, placed: PlacedOrder, key: Key) -> str:
    """Keep a key and its order; return the answer, or nothing where the key is kept already.

    Of two that come with one key at once, the second waits for the first.
    """
    answer: str = placed.model_dump_json()
    mine = (key.subject, key.key, key.fingerprint, answer, placed.placed_at)
    if await connection.execute(CLAIM, *mine) != "INSERT 0 1":
        return ""
    await connection.execute(ORDER, *_row(placed, key.subject))
    await connection.executemany(
        LINE, [_line_row(placed.order_id, number, line) for number, line in enumerate(placed.lines)]
    )
    return answer


def _row(placed: PlacedOrder, placed_by: str) -> Sequence[Any]:
    customer, delivery = placed.customer, placed.delivery
    who = (placed.customer_id, customer.name, customer.email)
    how = (placed.channel, delivery.method, delivery.address, placed_by, placed.placed_at, placed.status)
    return (
        placed.order_id,
        placed.shop_id,
        *who,
        *how,
        placed.currency,
        placed.net,
        placed.tax,
        placed.gross,
    )


def _line_row(order_id: UUID, number: int, line: PlacedLine) -> Sequence[Any]:
    facts = (line.sku, line.name, line.quantity, line.unit_price, line.tax_rate)
    return (order_id, number, *facts, line.net, line.tax, line.gross)


async def _book(connection: Any, placed: PlacedOrder) -> None:
    """Write the journal entry: what the gateway took is the customer's until the goods leave."""
    entry_id = time_ordered_id()
    await connection.execute(ENTRY, entry_id, placed.order_id, placed.currency, placed.placed_at)
    lines = [("cash-clearing", placed.gross, 0), ("deposits", 0, placed.gross)]
    await connection.executemany(ENTRY_LINE, [(entry_id, number, *line) for number, line in enumerate(lines)])


async def _keep(connection: Any, placed: PlacedOrder) -> None:
    """Take the pieces, in the order of skus, so that two orders never wait for each other. Raises OutOfStock."""
    for sku, quantity in sorted((line.sku, line.quantity) for line in placed.lines):
        if await connection.execute(KEEP, placed.shop_id, sku, quantity) != "UPDATE 1":
            raise OutOfStock(placed)


@app.get("/orders/{order_id}")
async def show(order_id: UUID, request: Request) -> dict[str, Any]:
    """Show an order."""
    async with request.app.state.pool.acquire() as connection:
        found = await connection.fetchrow("select * from orders where id = $1", order_id)
        if found is None:
            raise HTTPException(404)
        lines = await connection.fetch(
            "select * from order_lines where order_id = $1 order by number", order_id
        )
    return {**dict(found), "lines": [dict(line) for line in lines]}


@app.get("/counts")
async def counts(request: Request) -> dict[str, int]:
    """Say what is stored, for the proof that nothing was left out."""
    return dict(await request.app.state.pool.fetchrow(COUNTS))


@app.get("/health")
async def health() -> dict[str, str]:
    """Say that requests can be accepted."""
    return {"status": "ready"}
