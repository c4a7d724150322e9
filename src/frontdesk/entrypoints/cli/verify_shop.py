"""What a verification tells of a shop: it opens, one order is taken, processed and booked, and all is put away."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from typing import Any

from frontdesk.entrypoints.cli.verify_client import Broken
from frontdesk.entrypoints.cli.verify_report import LeftOut
from frontdesk.entrypoints.cli.verify_telling import Scene, Telling, named, refused, replayed

RECEIVED, ORDERED, PRICE = 10, 2, 250
SKU = "verification-tea"
PLACE = "POST /orders"


class ShopStory:
    """One shop, one product, one order."""

    KIND = "shop"  # of place
    SCOPES = (
        "books:read",
        "catalogue:read",
        "catalogue:write",
        "orders:fulfil",
        "orders:read",
        "orders:write",
        "stock:read",
        "stock:write",
    )

    def __init__(self, telling: Telling) -> None:
        self._telling = telling
        self._shop = f"/shops/{telling.place}"
        self._order: Mapping[str, Any] = {}
        self._key = secrets.token_hex(8)

    def plot(self) -> list[Scene]:
        """Return what is told, in order."""
        return [
            Scene("PUT /shops/{shop_id}", "a shop opens", self._open),
            Scene("PUT /shops/{shop_id}/products/{sku}", "it sells a product", self._sell),
            Scene("POST /shops/{shop_id}/stock/{sku}/receipts", "goods come in", self._receive),
            Scene(PLACE, "an order is taken", self._place),
            Scene(PLACE, "a repeat is the same order", self._repeat),
            Scene(PLACE, "another body is refused with that key", self._reuse),
            Scene(PLACE, "every fault is named", self._faults),
            Scene(PLACE, "nobody comes in without a token", self._stranger),
            Scene("GET /shops/{shop_id}/stock/{sku}", "the order is processed", self._processed),
            Scene("GET /shops/{shop_id}/stock/{sku}", "its stock is kept for it", self._stock),
            Scene("GET /shops/{shop_id}/journal", "it is in the books", self._books),
            Scene("", "the bus has told of it", self._event),
        ]

    def epilogue(self) -> list[Scene]:
        """Return how what was made is put away."""
        return [
            Scene("POST /orders/{id}/cancel", "the order is called off", self._cancel),
            Scene("POST /shops/{shop_id}/close", "the shop closes", self._close),
        ]

    def _open(self) -> str:
        wish = {"name": "Verification", "currency": "EUR", "channels": {"web": {"tax_included": True}}}
        self._telling.owner.put(self._shop, wish)
        return self._telling.place

    def _sell(self) -> str:
        wish = {"name": "Tea", "category": "verification", "tax_rate": 1000, "retail": PRICE}
        self._telling.owner.put(f"{self._shop}/products/{SKU}", wish)
        return SKU

    def _receive(self) -> str:
        wish = {"location": "store", "quantity": RECEIVED}
        self._telling.owner.post(f"{self._shop}/stock/{SKU}/receipts", wish)
        return f"{RECEIVED} pieces"

    def _place(self) -> str:
        self._telling.listen()
        self._order = self._telling.until(
            self._try_to_place, "orders has not heard of the shop and its prices"
        )
        if self._order["status"] != "NEW" or self._order["gross"] != ORDERED * PRICE:
            raise Broken(f"status {self._order['status']}, {self._order['gross']} cents")
        return str(self._order["order_id"])

    def _try_to_place(self) -> Mapping[str, Any] | None:
        """Return the order; None while orders does not know shop or product: it hears of them a moment later."""
        owner = self._telling.owner
        answer = owner.answer("POST", "/orders", self._wish(), key=self._key)
        if answer.status_code in {404, 409, 422}:  # what somebody hears who asks for what is not known yet
            return None
        placed: Mapping[str, Any] = owner.read(answer, 201)
        return placed

    def _repeat(self) -> str:
        answer = self._telling.owner.answer("POST", "/orders", self._wish(), key=self._key)
        return replayed(answer, "order_id", self._order["order_id"])

    def _reuse(self) -> str:
        other = self._wish() | {"customer": {"name": "Somebody else"}}
        return refused(self._telling.owner.answer("POST", "/orders", other, key=self._key), 422, "key_reused")

    def _faults(self) -> str:
        wish = self._wish() | {"channel": "pigeon", "lines": [], "surprise": 1}
        answer = self._telling.owner.answer("POST", "/orders", wish, key=secrets.token_hex(8))
        return named(answer, "/channel", "/lines", "/surprise")

    def _stranger(self) -> str:
        return refused(self._telling.stranger.answer("POST", "/orders", self._wish()), 401)

    def _processed(self) -> str:
        def look() -> Mapping[str, Any] | None:
            found: Mapping[str, Any] = self._telling.owner.get(f"/orders/{self._order['order_id']}")
            return found if found["status"] != "NEW" else None

        start = time.monotonic()
        found = self._telling.until(look, "the order stays NEW")
        if found["status"] != "PROCESSED":
            raise Broken(f"the order is {found['status']}")
        return f"after {time.monotonic() - start:.1f} s"

    def _stock(self) -> str:
        found = self._telling.owner.get(f"{self._shop}/stock/{SKU}")
        if (found["on_hand"], found["free"]) != (RECEIVED, RECEIVED - ORDERED):
            raise Broken(f"{found['free']} of {found['on_hand']} are free")
        return f"{found['free']} of {found['on_hand']} are free"

    def _books(self) -> str:
        def look() -> Mapping[str, Any] | None:
            page = self._telling.owner.get(f"{self._shop}/journal")
            return next((entry for entry in page["items"] if self._is_ours(entry)), None)

        return str(self._telling.until(look, "there is no entry of the order")["entry_id"])

    def _is_ours(self, entry: Mapping[str, Any]) -> bool:
        return bool(entry.get("order_id") == self._order["order_id"])

    def _event(self) -> str:
        if not self._order:
            raise LeftOut("there is no order")
        return self._telling.heard(str(self._order["order_id"]))

    def _cancel(self) -> str:
        if not self._order:
            raise LeftOut("there is no order")
        self._telling.owner.post(f"/orders/{self._order['order_id']}/cancel", {"reason": "verification"})
        return "it stays, CANCELLED"

    def _close(self) -> str:
        self._telling.owner.post(f"{self._shop}/close")
        return f"{self._telling.place} stays, closed"

    def _wish(self) -> dict[str, Any]:
        return {
            "shop_id": self._telling.place,
            "channel": "web",
            "customer": {"name": "Verification"},
            "lines": [{"sku": SKU, "quantity": ORDERED}],
            "delivery": {"method": "collection"},
        }
