"""The story that a verification tells: one shop, one product, one order, and all put away after.

Each chapter is one promise of the desk. Where one is not kept the story ends, but what was made is put away.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from frontdesk.entrypoints.cli.verify_client import Broken, VerifyClient
from frontdesk.entrypoints.cli.verify_report import FAILED, LEFT_OUT, PASSED, Chapter, LeftOut
from frontdesk.entrypoints.cli.verify_watch import Watch

RECEIVED, ORDERED, PRICE = 10, 2, 250
SKU = "verification-tea"
LOOK_AGAIN_SECONDS = 0.2
SCOPES = (
    "books:read catalogue:read catalogue:write orders:fulfil orders:read orders:write stock:read stock:write"
)


class Story:
    """Tells itself once. `operator` speaks for who runs the desk; `watch` sees the bus, where there is one to see."""

    def __init__(
        self, http: httpx.Client, operator: Callable[[str], str], watch: Watch | None, *, patience: float
    ) -> None:
        self.shop = f"verify-{secrets.token_hex(5)}"
        self.chapters: list[Chapter] = []
        self._http = http
        self._operator = VerifyClient(http, operator(self.shop))
        self._owner = self._operator
        self._watch = watch
        self._patience = patience
        self._known: frozenset[tuple[str, str]] = frozenset()
        self._client = ""
        self._order: Mapping[str, Any] = {}
        self._key = secrets.token_hex(8)

    def tell(self, said: Callable[[str], None]) -> None:
        """Tell every chapter and say its name, then put away what was made."""
        try:
            for needs, name, chapter in self._plot():
                said(name)
                self._tell(needs, name, chapter)
                if self.chapters[-1].outcome == FAILED:
                    break
        finally:
            for needs, name, chapter in self._epilogue():
                self._tell(needs, name, chapter)

    def _plot(self) -> list[tuple[str, str, Callable[[], str]]]:
        return [
            ("", "the desk answers", self._answers),
            ("POST /clients", "a client gets a token", self._token),
            ("PUT /shops/{shop_id}", "a shop opens", self._open),
            ("PUT /shops/{shop_id}/products/{sku}", "it sells a product", self._sell),
            ("POST /shops/{shop_id}/stock/{sku}/receipts", "goods come in", self._receive),
            ("POST /orders", "an order is taken", self._place),
            ("POST /orders", "a repeat is the same order", self._repeat),
            ("POST /orders", "another body is refused with that key", self._reuse),
            ("POST /orders", "every fault is named", self._faults),
            ("POST /orders", "nobody comes in without a token", self._stranger),
            ("GET /shops/{shop_id}/stock/{sku}", "the order is processed", self._processed),
            ("GET /shops/{shop_id}/stock/{sku}", "its stock is kept for it", self._stock),
            ("GET /shops/{shop_id}/journal", "it is in the books", self._books),
            ("", "the bus has told of it", self._event),
        ]

    def _epilogue(self) -> list[tuple[str, str, Callable[[], str]]]:
        return [
            ("POST /orders/{id}/cancel", "the order is called off", self._cancel),
            ("POST /shops/{shop_id}/close", "the shop closes", self._close),
            ("POST /clients/{id}/revoke", "the client is let in no more", self._revoke),
            ("", "the watch is taken off the bus", self._unwatch),
        ]

    def _tell(self, needs: str, name: str, chapter: Callable[[], str]) -> None:
        start = time.monotonic()
        outcome, detail = PASSED, ""
        if needs and tuple(needs.split()) not in self._known:
            outcome, detail = LEFT_OUT, "its service is not deployed"
        else:
            try:
                detail = chapter()
            except LeftOut as reason:
                outcome, detail = LEFT_OUT, str(reason)
            except (Broken, httpx.TransportError) as error:
                outcome, detail = FAILED, str(error) or type(error).__name__
        self.chapters.append(Chapter(name, outcome, detail, round(time.monotonic() - start, 3)))

    def _answers(self) -> str:
        found = self._operator.get("/openapi.json")
        known = {(method.upper(), path) for path, methods in found["paths"].items() for method in methods}
        self._known = frozenset(known)
        return f"{len(known)} operations"

    def _token(self) -> str:
        grants = {f"shop:{self.shop}": "owner"}
        wish = {"name": f"Verification {self.shop}", "scopes": SCOPES.split(), "grants": grants}
        made = self._operator.post("/clients", wish)
        self._client = made["client_id"]
        answer = self._http.post(
            "/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(made["client_id"], made["client_secret"]),
        )
        token = self._operator.read(answer, 200)
        self._owner = VerifyClient(self._http, token["access_token"])
        return f"{self._client}, good for {token['expires_in']} s"

    def _open(self) -> str:
        wish = {"name": "Verification", "currency": "EUR", "channels": {"web": {"tax_included": True}}}
        self._owner.put(f"/shops/{self.shop}", wish)
        return self.shop

    def _sell(self) -> str:
        wish = {"name": "Tea", "category": "verification", "tax_rate": 1000, "retail": PRICE}
        self._owner.put(f"/shops/{self.shop}/products/{SKU}", wish)
        return SKU

    def _receive(self) -> str:
        self._owner.post(
            f"/shops/{self.shop}/stock/{SKU}/receipts", {"location": "store", "quantity": RECEIVED}
        )
        return f"{RECEIVED} pieces"

    def _place(self) -> str:
        if self._watch is not None:
            self._watch.start()
        self._order = self._until(self._try_to_place, "orders has not heard of the shop and its prices")
        if self._order["status"] != "NEW" or self._order["gross"] != ORDERED * PRICE:
            raise Broken(f"status {self._order['status']}, {self._order['gross']} cents")
        return str(self._order["order_id"])

    def _try_to_place(self) -> Mapping[str, Any] | None:
        """Return the order; None while orders does not know shop or product: it hears of them a moment later."""
        answer = self._owner.answer("POST", "/orders", self._wish(), key=self._key)
        if answer.status_code in {
            404,
            409,
            422,
        }:  # each is what somebody hears who asks for what is not known yet
            return None
        placed: Mapping[str, Any] = self._owner.read(answer, 201)
        return placed

    def _repeat(self) -> str:
        answer = self._owner.answer("POST", "/orders", self._wish(), key=self._key)
        again = self._owner.read(answer, 201)
        if again["order_id"] != self._order["order_id"] or "idempotency-replayed" not in answer.headers:
            raise Broken(f"a second order, {again['order_id']}")
        return "replayed"

    def _reuse(self) -> str:
        other = self._wish() | {"customer": {"name": "Somebody else"}}
        answer = self._owner.answer("POST", "/orders", other, key=self._key)
        return self._refused(answer, 422, "key_reused")

    def _faults(self) -> str:
        wish = self._wish() | {"channel": "pigeon", "lines": [], "surprise": 1}
        answer = self._owner.answer("POST", "/orders", wish, key=secrets.token_hex(8))
        self._refused(answer, 422)
        named = {fault["pointer"] for fault in answer.json().get("errors", ())}
        missing = {"/channel", "/lines", "/surprise"} - named
        if missing:
            raise Broken(f"not named: {', '.join(sorted(missing))}")
        return ", ".join(sorted(named))

    def _stranger(self) -> str:
        answer = VerifyClient(self._http, "").answer("POST", "/orders", self._wish())
        return self._refused(answer, 401)

    def _processed(self) -> str:
        def look() -> Mapping[str, Any] | None:
            found: Mapping[str, Any] = self._owner.get(f"/orders/{self._order['order_id']}")
            return found if found["status"] != "NEW" else None

        start = time.monotonic()
        found = self._until(look, "the order stays NEW")
        if found["status"] != "PROCESSED":
            raise Broken(f"the order is {found['status']}")
        return f"after {time.monotonic() - start:.1f} s"

    def _stock(self) -> str:
        found = self._owner.get(f"/shops/{self.shop}/stock/{SKU}")
        if (found["on_hand"], found["free"]) != (RECEIVED, RECEIVED - ORDERED):
            raise Broken(f"{found['free']} of {found['on_hand']} are free")
        return f"{found['free']} of {found['on_hand']} are free"

    def _books(self) -> str:
        def look() -> Mapping[str, Any] | None:
            page = self._owner.get(f"/shops/{self.shop}/journal")
            return next((entry for entry in page["items"] if self._is_ours(entry)), None)

        entry = self._until(look, "there is no entry of the order")
        return str(entry["entry_id"])

    def _is_ours(self, entry: Mapping[str, Any]) -> bool:
        return bool(entry.get("order_id") == self._order["order_id"])

    def _event(self) -> str:
        watch = self._watch
        if watch is None:
            raise LeftOut("this desk has no bus to look at from here")
        return str(
            self._until(lambda: watch.seen(str(self._order["order_id"])), "nothing was seen on the bus")
        )

    def _cancel(self) -> str:
        if not self._order:
            raise LeftOut("there is no order")
        self._owner.post(f"/orders/{self._order['order_id']}/cancel", {"reason": "verification"})
        return "it stays, CANCELLED"

    def _close(self) -> str:
        self._owner.post(f"/shops/{self.shop}/close")
        return f"{self.shop} stays, closed"

    def _revoke(self) -> str:
        if not self._client:
            raise LeftOut("there is no client")
        self._operator.post(f"/clients/{self._client}/revoke", {"reason": "verification"})
        return self._client

    def _unwatch(self) -> str:
        if self._watch is None:
            raise LeftOut("there is none")
        return self._watch.stop()

    def _wish(self) -> dict[str, Any]:
        return {
            "shop_id": self.shop,
            "channel": "web",
            "customer": {"name": "Verification"},
            "lines": [{"sku": SKU, "quantity": ORDERED}],
            "delivery": {"method": "collection"},
        }

    def _refused(self, answer: httpx.Response, status: int, code: str = "") -> str:
        problem = answer.json()
        if answer.status_code != status or code not in {"", problem.get("code")}:
            raise Broken(f"{answer.status_code} {problem.get('code')} in place of {status} {code}".strip())
        return f"{status} {problem.get('code', '')}".strip()

    def _until(self, look: Callable[[], Any], otherwise: str) -> Any:
        """Return what `look` finds, looking again for a while. Raises Broken with what is so otherwise."""
        deadline = time.monotonic() + self._patience
        while True:
            found = look()
            if found is not None:
                return found
            if time.monotonic() > deadline:
                raise Broken(f"{otherwise}, after {self._patience:.0f} s")
            time.sleep(LOOK_AGAIN_SECONDS)
