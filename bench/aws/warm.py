"""How long a deployed API takes when it is warm: `python -m bench.aws.warm --stage dev`, or `--url URL`.

With `--of appointments` a clinic is asked instead of a shop.
The operations take turns, one request at a time, on one connection. A body that is no JSON is refused by the function
before it calls AWS: what that takes is the share of the way there (network, gateway, an emulator if it is one), and is
told beside each.
"""

import argparse
import json
import os
import sys
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Protocol

import httpx
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from bench.aws.warm_clinic import ClinicRequests
from bench.results import percentile
from frontdesk.entrypoints.cli.connection import transport_to

SHOP = "bench-warm"
SCOPES = ("catalogue:read", "catalogue:write", "orders:read", "orders:write")
WARM_UP = 5
PATIENCE_SECONDS = 60.0  # until what was set up is known everywhere
SHOP_BODY = {"name": "Warm", "currency": "EUR", "channels": {"web": {"tax_included": True}}, "open": True}
PRODUCT = {"name": "Butter pretzel", "category": "bakery", "tax_rate": 700, "retail": 180, "tracked": False}
SHARE = "refused before any call to AWS"


class Requests(Protocol):
    """What is measured: `prepare` until it succeeds, the operations in turns, and what is refused before any work."""

    def prepare(self) -> None: ...

    def operations(self) -> Mapping[str, Callable[[], None]]: ...

    def refused(self) -> None: ...


class Shop:
    """The requests that are measured, on a shop of their own. Each raises httpx.HTTPStatusError when it fails."""

    scopes, grants = SCOPES, {f"shop:{SHOP}": "owner"}

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._path = f"/shops/{SHOP}/products/{_name()}"
        self._order = ""

    def prepare(self) -> None:
        """Set the shop up and place an order. It is too early as long as orders has not heard of the shop."""
        self._client.put(f"/shops/{SHOP}", json=SHOP_BODY).raise_for_status()
        self._client.put(f"/shops/{SHOP}/products/pretzel", json=PRODUCT).raise_for_status()
        self.place()

    def operations(self) -> Mapping[str, Callable[[], None]]:
        """Return what is measured, in the order in which it goes."""
        return {
            "create an order": self.place,
            "read an order": self.read,
            "create a product": self.put,
            "update a product": self.put,
            "delete a product": self.delete,
        }

    def place(self) -> None:
        """Create an order, under a key of its own."""
        body = {
            "shop_id": SHOP,
            "channel": "web",
            "customer": {"name": "Ana"},
            "lines": [{"sku": "pretzel", "quantity": 2}],
            "delivery": {"method": "collection"},
        }
        answer = self._client.post("/orders", json=body, headers={"Idempotency-Key": _name()})
        self._order = answer.raise_for_status().json()["order_id"]

    def read(self) -> None:
        """Read the order that was placed last."""
        self._client.get(f"/orders/{self._order}").raise_for_status()

    def put(self) -> None:
        """Make the product, or change it."""
        self._client.put(self._path, json=PRODUCT).raise_for_status()

    def delete(self) -> None:
        """Take the product off the list, and begin another."""
        self._client.delete(self._path).raise_for_status()
        self._path = f"/shops/{SHOP}/products/{_name()}"

    def refused(self) -> None:
        """Send what is no JSON."""
        answer = self._client.post("/orders", content=b"{", headers={"Content-Type": "application/json"})
        if answer.status_code != httpx.codes.BAD_REQUEST:
            answer.raise_for_status()
            raise RuntimeError(f"answered {answer.status_code} to what is no JSON")


WAYS: Mapping[str, type[Shop] | type[ClinicRequests]] = {"orders": Shop, "appointments": ClinicRequests}


def main() -> None:
    """Measure, print a table, write the figures."""
    options = _options()
    way = WAYS[options.of]
    url, token = _desk(options, way.scopes, way.grants)
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=url, headers=headers, timeout=30, transport=transport_to(url)) as client:
        requests: Requests = way(client)
        _prepare(requests)
        found = measure(requests, options.rounds)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(summary(found), indent=2) + "\n", encoding="utf-8")
    _show(found)
    print(f"Written: {options.json}")


def _prepare(requests: Requests) -> None:
    """Set up what is asked: a gateway may take a moment to hear of the key that tokens are signed with."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return requests.prepare()
        except httpx.HTTPStatusError:
            if time.monotonic() > end:
                raise
            time.sleep(0.5)


def measure(requests: Requests, rounds: int) -> dict[str, list[float]]:
    """Return milliseconds by operation, one after the other in turns; the first rounds do not count."""
    operations = {**requests.operations(), SHARE: requests.refused}
    found: dict[str, list[float]] = {name: [] for name in operations}
    for turn in range(rounds + WARM_UP):
        for name, ask in operations.items():
            begun = time.perf_counter()
            ask()
            if turn >= WARM_UP:
                found[name].append((time.perf_counter() - begun) * 1000)
    return found


def summary(found: Mapping[str, list[float]]) -> dict[str, dict[str, float]]:
    """Return p50 and p95 of each operation, and p95 without the median share of the way there."""
    share = median(found[SHARE])
    return {
        name: {
            "p50_ms": round(median(ones), 2),
            "p95_ms": round(percentile(ones, 95), 2),
            "p95_without_the_way_ms": round(max(0.0, percentile(ones, 95) - share), 2),
        }
        for name, ones in found.items()
    }


def _show(found: Mapping[str, list[float]]) -> None:
    table = Table(box=SIMPLE, pad_edge=False)
    for column in ("", "p50 ms", "p95 ms", "p95 without the way"):
        table.add_column(column, justify="left" if not column else "right", no_wrap=True)
    for name, figures in summary(found).items():
        table.add_row(name, *(f"{figure:,.1f}" for figure in figures.values()))
    Console(soft_wrap=True).print(table)


def _desk(options: argparse.Namespace, scopes: Sequence[str], grants: Mapping[str, str]) -> tuple[str, str]:
    """Return where the API is, and a token of the owner of our shop or clinic there."""
    if options.url:
        return options.url, os.environ.get("FRONTDESK_TOKEN") or sys.exit("Put a token into FRONTDESK_TOKEN.")
    from frontdesk.entrypoints.cli import stage_tokens, stages  # noqa: PLC0415 - they need the AWS SDK

    stage = stages.find(options.stage)
    return stage.url, stage_tokens.tokens(stage).issue("bench", scopes, grants)


def _options() -> Any:
    parser = argparse.ArgumentParser(prog="python -m bench.aws.warm", description=__doc__)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--stage", help="a deployed stage")
    where.add_argument("--url", help="any desk; FRONTDESK_TOKEN speaks for an owner of bench-warm")
    parser.add_argument("--of", choices=WAYS, default="orders", help="a shop, or a clinic (orders)")
    parser.add_argument("--rounds", type=int, default=100, help="how often each operation is measured (100)")
    parser.add_argument(
        "--json", type=Path, default=Path("build/bench-aws-warm.json"), help="where figures go"
    )
    return parser.parse_args()


def _name() -> str:
    return uuid.uuid4().hex[:20]


if __name__ == "__main__":
    main()
