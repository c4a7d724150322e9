# mypy: disable-error-code="import-not-found,misc,untyped-decorator"
# The peer's packages live in `.venv-bench` alone; where they are missing, their classes and decorators have no types.
"""The honest rival's work in as few round trips as can be had: FastAPI, and one tuned transaction on PostgreSQL.

One wide row is order, lines and key, one row is a whole journal entry, prices are read when the process starts, and the
stock is kept by a function in the database. `PEER_FORM` says how it is written: `statements` sends them one by one,
through FastAPI's own way of reading bodies and headers; `function` makes one round trip on a connection of its own
small pool, and reads the body itself.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import orjson
from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response
from pydantic import ValidationError

from bench.peers.rows import COLUMNS, COUNTS, SHORT, answer_from
from bench.peers.shop import Caller, NewOrder, PricedOrder, Prices, Product, caller_of, priced

DSN = os.environ["PEER_DSN"]
POOL = int(os.environ["PEER_POOL"])  # connections of each worker
JSON = "application/json"

MARKS = ", ".join(f"${n}" for n in range(1, 15))
PLACE = f"select place_order({MARKS}, $15, $16)"
INSERT = f"insert into orders ({COLUMNS}, status) values ({MARKS}, $15)"  # noqa: S608 - names of our own
BOOK = (
    "insert into journal (order_id, posted_at, currency, debit, credit, amount)"
    " values ($1, $2, $3, 'cash-clearing', 'deposits', $4)"
)
RESERVE = "select reserve($1, $2, $3)"
KEPT = "select * from orders where subject = $1 and key = $2"


@dataclass(slots=True)
class Desk:
    """What lives as long as the process. `idle` are connections with the statement of that form at hand."""

    pool: Any
    prices: Prices
    idle: "asyncio.LifoQueue[tuple[Any, Any]]"


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the connections, and read the prices as they are at the start."""
    async with asyncpg.create_pool(DSN, min_size=1, max_size=POOL) as pool:
        found = await pool.fetch("select * from products")
        prices = {
            (row["shop_id"], row["sku"]): Product(row["name"], row["unit_price"], row["tax_rate"])
            for row in found
        }
        own = [await asyncpg.connect(DSN) for _ in range(POOL)]
        idle: asyncio.LifoQueue[tuple[Any, Any]] = asyncio.LifoQueue()
        for connection in own:
            idle.put_nowait((connection, await connection.prepare(PLACE)))
        app.state.desk = Desk(pool, prices, idle)
        yield
        for connection in own:
            await connection.close()


app = FastAPI(lifespan=lifespan)


async def place_in_one_trip(request: Request) -> Response:
    """Place an order, as fast as this stack can."""
    headers, desk = request.headers, request.app.state.desk
    caller = caller_of(headers.get("authorization", ""))
    try:
        order = NewOrder.model_validate_json(await request.body())
    except ValidationError as error:
        return Response(error.json(include_input=False), 422, media_type=JSON)
    wanted = priced(order, caller, headers["idempotency-key"], desk.prices)
    connection, place = await desk.idle.get()
    try:
        await place.fetchval(*wanted.row, wanted.skus, wanted.quantities)
    except asyncpg.PostgresError as error:
        return await _otherwise(connection, wanted, error)
    finally:
        desk.idle.put_nowait((connection, place))
    return _created(wanted.answer)


async def the_caller(authorization: Annotated[str, Header()] = "") -> Caller:
    """Return whom the token speaks for."""
    return caller_of(authorization)


async def place_by_statements(
    order: NewOrder,
    caller: Annotated[Caller, Depends(the_caller)],
    idempotency_key: Annotated[str, Header()],
    request: Request,
) -> Response:
    """Place an order: begin, order, journal, stock, commit."""
    desk = request.app.state.desk
    wanted = priced(order, caller, idempotency_key, desk.prices)
    async with desk.pool.acquire() as connection:
        try:
            async with connection.transaction():
                await connection.execute(INSERT, *wanted.row, "PROCESSED")
                row = wanted.row
                await connection.execute(BOOK, row[0], row[7], row[8], row[11])
                await connection.execute(RESERVE, order.shop_id, wanted.skus, wanted.quantities)
        except asyncpg.PostgresError as error:
            return await _otherwise(connection, wanted, error)
    return _created(wanted.answer)


async def _otherwise(connection: Any, wanted: PricedOrder, error: Exception) -> Response:
    """Answer what was answered before, or keep an order that could not be reserved as rejected."""
    if isinstance(error, asyncpg.UniqueViolationError):
        row = await connection.fetchrow(KEPT, *wanted.row[1:3])
        if row["fingerprint"] != wanted.row[3]:
            raise HTTPException(422, "This key was used for another order.")
        return _created(answer_from(row), {"Idempotency-Replayed": "true"})
    if getattr(error, "sqlstate", "") == SHORT:
        await connection.execute(INSERT, *wanted.row, "REJECTED")
        return _created({**wanted.answer, "status": "REJECTED"})
    raise error


def _created(answer: Any, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(answer), 201, headers, JSON)


place = place_in_one_trip if os.environ["PEER_FORM"] == "function" else place_by_statements
app.post("/orders", status_code=201)(place)


@app.get("/orders/{order_id}")
async def show(order_id: UUID, request: Request) -> Response:
    """Show an order."""
    row = await request.app.state.desk.pool.fetchrow("select * from orders where id = $1", order_id)
    if row is None:
        raise HTTPException(404)
    return Response(orjson.dumps(answer_from(row)), media_type=JSON)


@app.get("/counts")
async def counts(request: Request) -> dict[str, int]:
    """Say what is stored, for the proof that nothing was left out."""
    return dict(await request.app.state.desk.pool.fetchrow(COUNTS))


@app.get("/health")
async def health() -> dict[str, str]:
    """Say that requests can be accepted."""
    return {"status": "ready"}
