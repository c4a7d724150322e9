"""The shop that all stacks sell from: products of which there is plenty, each tracked."""

import json
from http.client import HTTPConnection
from pathlib import Path

from bench.errors import BenchError
from bench.processes import HOST, Running
from bench.tokens import owner_token

SHOP = "bench-shop"
PIECES = 1_000_000  # of each product
TAX_RATE = 1_900  # basis points


def sku(number: int) -> str:
    """Return what orders.lua calls a product."""
    return f"sku-{number:04d}"


def price(number: int) -> int:
    """Return what one piece costs, in cents, tax included."""
    return 100 + number


def peer_rows(products: int) -> str:
    """Return the statements that fill a PostgreSQL peer's shop: the same products, prices and pieces."""
    return (
        f"insert into products select '{SHOP}', 'sku-' || lpad(n::text, 4, '0'), 'Product ' || n, 100 + n,"  # noqa: S608
        f" {TAX_RATE}"
        f" from generate_series(0, {products - 1}) n;"
        f" insert into stock select shop_id, sku, {PIECES} from products; analyze;"
    )


def stock_shop(server: Running, data: Path, products: int) -> None:
    """Set ours up as its owner would: through the API. Raises BenchError."""
    token = owner_token(data, SHOP)
    shop = {
        "name": "The shop of the benchmark",
        "currency": "EUR",
        "channels": {"web": {"tax_included": True}},
        "on_shortage": "reject",
        "open": True,
    }
    connection = HTTPConnection(HOST, server.port, timeout=30)
    try:
        _send(connection, token, "PUT", f"/shops/{SHOP}", shop)
        for number in range(products):
            product = {
                "name": f"Product {number}",
                "category": "bench",
                "tax_rate": TAX_RATE,
                "retail": price(number),
                "tracked": True,
            }
            _send(connection, token, "PUT", f"/shops/{SHOP}/products/{sku(number)}", product)
            receipt = {"location": "shelf", "quantity": PIECES}
            _send(connection, token, "POST", f"/shops/{SHOP}/stock/{sku(number)}/receipts", receipt)
    finally:
        connection.close()


def _send(connection: HTTPConnection, token: str, method: str, path: str, body: object) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection.request(method, path, json.dumps(body), headers)
    answer = connection.getresponse()
    said = answer.read()
    if answer.status not in {200, 201}:
        raise BenchError(
            f"{method} {path} was answered with {answer.status}: {said.decode(errors='replace')}"
        )
