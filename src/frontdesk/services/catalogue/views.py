"""Reading: shops, price lists and searches, and what each looks like from outside."""

import msgspec

from frontdesk.kernel.errors import Fault, Invalid, NotFound
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.money import Minor
from frontdesk.kernel.unit import Page, Unit
from frontdesk.lists import cursor_of, position_of
from frontdesk.services.catalogue.commands import (
    Channels,
    Hours,
    ListProducts,
    ListShops,
    SearchProducts,
    Shortage,
    WholesaleTerms,
)
from frontdesk.services.catalogue.model import (
    ALL_SHOPS,
    PRODUCTS,
    SHOPS,
    Product,
    Shop,
    is_staff,
    list_of,
    product_id,
)
from frontdesk.services.catalogue.search import SEARCH_SHELVES, best, shelf_ids
from frontdesk.services.catalogue.words import words


class ShopView(msgspec.Struct, frozen=True):
    """A shop. It takes orders when it is `open`, within its `hours` if it has any."""

    shop_id: str
    name: str
    currency: str
    channels: Channels
    on_shortage: Shortage
    time_zone: str
    hours: tuple[Hours, ...]
    open: bool
    event_source: str


class ShopList(msgspec.Struct, frozen=True):
    """Part of a list, by name. Ask again with `cursor` for what follows; without one this is the end."""

    items: tuple[ShopView, ...]
    cursor: str | None = None


class ProductView(msgspec.Struct, frozen=True):
    """A product. Prices are minor units of its shop's currency, `tax_rate` is in basis points."""

    shop_id: str
    sku: str
    name: str
    category: str
    tax_rate: int
    retail: Minor
    wholesale: WholesaleTerms | None
    tracked: bool
    on_sale: bool


class ProductList(msgspec.Struct, frozen=True):
    """Part of a list, by sku. Ask again with `cursor` for what follows; without one this is the end."""

    items: tuple[ProductView, ...]
    cursor: str | None = None


class FoundProducts(msgspec.Struct, frozen=True):
    """What a search found, best first. More may match: then say more words."""

    items: tuple[ProductView, ...]


async def show_shop(unit: Unit, shop_id: str) -> Stored[Shop]:
    """Return a shop. Raises NotFound."""
    return await unit.get(SHOPS, shop_id)


async def list_shops(unit: Unit, query: ListShops) -> Page[Shop]:
    """Return shops by name. Raises Invalid."""
    return await unit.query(
        SHOPS, "by_name", ALL_SHOPS, cursor=position_of(query.cursor), limit=query.limit, newest_first=False
    )


async def show_product(unit: Unit, shop_id: str, sku: str) -> Stored[Product]:
    """Return a product; one off the list only to the shop's people. Raises NotFound."""
    found = await unit.get(PRODUCTS, product_id(shop_id, sku))
    if not found.value.on_sale and not is_staff(unit.caller, shop_id):
        raise NotFound
    return found


async def list_products(unit: Unit, query: ListProducts, shop_id: str) -> Page[Product]:
    """Return products by sku; those off the list only to the shop's people. Raises NotFound, Invalid."""
    position = position_of(query.cursor)
    if query.off_list and not is_staff(unit.caller, shop_id):
        raise NotFound
    await unit.get(SHOPS, shop_id)
    return await unit.query(
        PRODUCTS,
        "by_category" if query.category else "by_shop",
        list_of(shop_id, on_sale=not query.off_list, category=query.category or ""),
        cursor=position,
        limit=query.limit,
        newest_first=False,
    )


async def search_products(unit: Unit, query: SearchProducts, shop_id: str) -> tuple[Stored[Product], ...]:
    """Return products on the list that have all these words, best first. Raises NotFound, Invalid."""
    wanted = words(query.q)
    if not wanted:
        raise Invalid((Fault("/q", "no_words", "Must have a letter or a digit."),))
    await unit.get(SHOPS, shop_id)
    shelves = await unit.get_many(SEARCH_SHELVES, shelf_ids(shop_id))
    skus = best((shelf.value for shelf in shelves.values()), wanted, query.limit)
    ids = tuple(product_id(shop_id, sku) for sku in skus)
    found = await unit.get_many(PRODUCTS, ids) if ids else {}
    return tuple(
        found[id] for id in ids if found[id].value.on_sale
    )  # one may have gone since the shelf was read


def shop_view(stored: Stored[Shop]) -> ShopView:
    """Show a shop."""
    return ShopView(stored.id, **msgspec.structs.asdict(stored.value))


def shop_list(page: Page[Shop]) -> ShopList:
    """Show part of the list of shops."""
    return ShopList(tuple(shop_view(stored) for stored in page.items), cursor_of(page.cursor))


def product_view(stored: Stored[Product]) -> ProductView:
    """Show a product."""
    return ProductView(**msgspec.structs.asdict(stored.value))


def product_list(page: Page[Product]) -> ProductList:
    """Show part of a price list."""
    return ProductList(tuple(product_view(stored) for stored in page.items), cursor_of(page.cursor))


def found_products(found: tuple[Stored[Product], ...]) -> FoundProducts:
    """Show what a search found."""
    return FoundProducts(tuple(product_view(stored) for stored in found))
