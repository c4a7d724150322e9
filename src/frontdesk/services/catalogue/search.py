"""Finding products by words, the same in every runtime and exact: nothing here rests on an index that may lag.

What is on a shop's list is written on 64 shelves, each product on the shelf that its sku gives, in the commit that
changes the product. A search reads the 64 records and looks through them. So it holds up to `MAX_PRODUCTS`.
"""

from collections.abc import Iterable, Sequence
from heapq import nsmallest
from zlib import crc32

import msgspec

from frontdesk.kernel.kinds import Kind
from frontdesk.services.catalogue.model import Product
from frontdesk.services.catalogue.words import words

SHELVES = 64  # what one search reads, below what one read takes; at the ceiling 160 products each


class Shelf(msgspec.Struct, frozen=True):
    """Some products on a shop's list: by sku, what each can be found by (see `findable`)."""

    products: dict[str, str] = {}

    def with_product(self, sku: str, text: str) -> "Shelf":
        """Return the shelf with a product's new text; none takes it from the shelf."""
        others = {other: known for other, known in self.products.items() if other != sku}
        return Shelf(others | {sku: text} if text else others)


SEARCH_SHELVES = Kind("search_shelf", Shelf)


def shelf_id(shop_id: str, sku: str) -> str:
    """Return on which shelf a product is. Stored for ever: the hash must be the same on every machine."""
    return f"{shop_id}:{crc32(sku.encode()) % SHELVES}"


def shelf_ids(shop_id: str) -> tuple[str, ...]:
    """Return all shelves of a shop."""
    return tuple(f"{shop_id}:{number}" for number in range(SHELVES))


def findable(product: Product | None) -> str:
    """Return what a product is found by: each word between spaces, name, category and sku apart. Off the list: ""."""
    if product is None or not product.on_sale:
        return ""
    name, category, sku = (" ".join(words(text)) for text in (product.name, product.category, product.sku))
    return f" {name} | {category} | {sku} "


def best(shelves: Iterable[Shelf], wanted: Sequence[str], limit: int) -> list[str]:
    """Return the skus of products that have words beginning with all of `wanted` (not empty), best first.

    First the sku itself; then who has more of them as whole words; then who has them earlier, in name, category, sku.
    """
    starts = sorted((f" {word}" for word in wanted), key=len, reverse=True)
    rarest, others = starts[0], starts[1:]
    found = [(sku, text) for shelf in shelves for sku, text in shelf.products.items() if rarest in text]
    for start in others:
        found = [(sku, text) for sku, text in found if start in text]
    is_sku, wholes = f" | {' '.join(wanted)} ", [f"{start} " for start in starts]

    def rank(hit: tuple[str, str]) -> tuple[bool, int, int, str]:
        sku, text = hit
        missing, places = 0, 0
        for start, whole in zip(starts, wholes, strict=True):
            missing += whole not in text
            places += text.find(start)
        return not text.endswith(is_sku), missing, places, sku

    return [sku for sku, _ in nsmallest(limit, found, key=rank)]
