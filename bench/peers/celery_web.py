# mypy: disable-error-code="import-not-found,misc,untyped-decorator"
# The peer's packages live in `.venv-bench` alone; where they are missing, their classes and decorators have no types.
"""FastAPI in front of Celery: an order is stored as NEW, then a worker is told of it.

What dies between the commit and the message leaves an order in NEW of which nobody hears. Nothing here looks for it.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import Depends, FastAPI, Header, HTTPException, Response
from psycopg.errors import UniqueViolation
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from bench.peers.celery_worker import process
from bench.peers.rows import COLUMNS, COUNTS, WAITING, answer_from
from bench.peers.shop import Caller, NewOrder, Product, caller_of, priced

THREADS = 40  # on which Starlette runs such endpoints
JSON = "application/json"
MARKS = ", ".join(["%s"] * 14)
INSERT = f"insert into orders ({COLUMNS}, status) values ({MARKS}, 'NEW')"  # noqa: S608 - names of our own
KEPT = "select * from orders where subject = %s and key = %s"

pool = ConnectionPool(
    os.environ["PEER_DSN"], min_size=THREADS, max_size=THREADS, open=False, kwargs={"row_factory": dict_row}
)
prices: dict[tuple[str, str], Product] = {}


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Open the connections, and read the prices as they are at the start."""
    with pool:
        pool.wait()
        for row in _rows("select * from products"):
            prices[row["shop_id"], row["sku"]] = Product(row["name"], row["unit_price"], row["tax_rate"])
        yield


app = FastAPI(lifespan=lifespan)


def the_caller(authorization: Annotated[str, Header()] = "") -> Caller:
    """Return whom the token speaks for."""
    return caller_of(authorization)


@app.post("/orders", status_code=201)
def place(
    order: NewOrder, caller: Annotated[Caller, Depends(the_caller)], idempotency_key: Annotated[str, Header()]
) -> Response:
    """Store an order, then have it worked on."""
    wanted = priced(order, caller, idempotency_key, prices)
    try:
        with pool.connection() as connection:
            connection.execute(INSERT, wanted.row)
    except UniqueViolation:
        row = _rows(KEPT, *wanted.row[1:3])[0]
        if row["fingerprint"] != wanted.row[3]:
            raise HTTPException(422, "This key was used for another order.") from None
        return _created(answer_from(row), {"Idempotency-Replayed": "true"})
    process.delay(str(wanted.row[0]))
    return _created({**wanted.answer, "status": "NEW"})


@app.get("/orders/{order_id}")
def show(order_id: UUID) -> Response:
    """Show an order."""
    rows = _rows("select * from orders where id = %s", order_id)
    if not rows:
        raise HTTPException(404)
    return Response(orjson.dumps(answer_from(rows[0])), media_type=JSON)


@app.get("/counts")
def counts() -> dict[str, int]:
    """Say what is stored, for the proof that nothing was left out."""
    return _rows(COUNTS)[0]


@app.get("/waiting")
def waiting() -> int:
    """Say how many orders are not at their end."""
    found: int = _rows(WAITING)[0]["count"]
    return found


@app.get("/health")
def health() -> dict[str, str]:
    """Say that requests can be accepted."""
    return {"status": "ready"}


def _created(answer: Any, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(answer), 201, headers, JSON)


def _rows(sql: str, *values: Any) -> list[dict[str, Any]]:
    with pool.connection() as connection:
        found: list[dict[str, Any]] = connection.execute(sql, values).fetchall()
        return found
