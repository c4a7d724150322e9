"""The orders of a load, as whole HTTP requests: made from a seed, so that the same load can be sent again."""

import random
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec

from frontdesk.entrypoints.cli.connection import Api, Desk, issuer_of
from frontdesk.entrypoints.cli.mending import CommandError

TOKEN_LIFE = timedelta(hours=2)  # longer than any load
PRODUCTS = 100  # of a shop, that a load orders from
MORE = 3  # pieces of a line, at most, beyond the fewest that the shop sells


@dataclass(frozen=True, slots=True)
class Offer:
    """A product, and the fewest pieces of it that can be ordered."""

    sku: str
    least: int


@dataclass(frozen=True, slots=True)
class Buyer:
    """Orders at one shop. `run` is its subject, which nobody else has, and makes the keys of this load its own."""

    run: str
    token: str
    url: str
    shop: str
    channel: str
    offers: Sequence[Offer]
    lines: int
    chance: random.Random

    def request(self, n: int) -> bytes:
        """Return the `n`-th order as it goes over the wire."""
        body = msgspec.json.encode(self._order())
        place = urlsplit(self.url)
        head = (
            f"POST {place.path.rstrip('/')}/orders HTTP/1.1\r\nHost: {place.netloc}\r\n"
            f"Authorization: Bearer {self.token}\r\nIdempotency-Key: {self.run}-{n}\r\n"
            "Content-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def _order(self) -> dict[str, Any]:
        wanted = self.chance.sample(self.offers, self.chance.randint(1, min(self.lines, len(self.offers))))
        return {
            "shop_id": self.shop,
            "channel": self.channel,
            "customer": {"name": "Traffic"},
            "lines": [
                {"sku": offer.sku, "quantity": offer.least + self.chance.randrange(MORE)} for offer in wanted
            ],
            "delivery": {"method": "collection"},
        }


def buyer_at(
    api: Api, desk: Desk, shop: str, *, channel: str, skus: Sequence[str], lines: int, seed: int
) -> Buyer:
    """Return somebody new who orders these products, or any. Raises ApiError, CommandError."""
    run = f"traffic-{secrets.token_hex(6)}"
    token = issuer_of(desk).issue(run, ["orders:write"], {}, TOKEN_LIFE)
    offers = offers_of(_offered(api, shop, skus), channel)
    chance = random.Random(seed)  # noqa: S311 - what is ordered is no secret
    return Buyer(run, token, api.url, shop, channel, offers, lines, chance)


def _offered(api: Api, shop: str, skus: Sequence[str]) -> Sequence[Mapping[str, Any]]:
    if skus:
        return [api.get(f"/shops/{shop}/products/{sku}") for sku in skus]
    products: Sequence[Mapping[str, Any]] = api.get(f"/shops/{shop}/products", limit=PRODUCTS)["items"]
    return products


def offers_of(products: Sequence[Mapping[str, Any]], channel: str) -> list[Offer]:
    """Return what a channel sells of these. Raises CommandError for nothing."""
    if channel == "wholesale":
        terms = [(product["sku"], product["wholesale"]) for product in products]
        found = [Offer(sku, wholesale["minimum_quantity"]) for sku, wholesale in terms if wholesale]
    else:
        found = [Offer(product["sku"], 1) for product in products]
    if not found:
        raise CommandError("The shop sells nothing on this channel.")
    return found
