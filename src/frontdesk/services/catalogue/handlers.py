"""What is done about a request: load, decide, save. The rules are in `model`."""

import msgspec

from frontdesk.kernel.errors import CounterRefused, NotFound
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.records import Add
from frontdesk.kernel.shapes import check_slugs
from frontdesk.kernel.unit import Unit
from frontdesk.services.catalogue.commands import SetProduct, SetShop
from frontdesk.services.catalogue.model import (
    MAX_PRODUCTS,
    PRODUCTS,
    SHOPS,
    CatalogueFull,
    Product,
    Shop,
    check_names,
    is_owner,
    is_staff,
    product_as,
    product_id,
    shop_as,
)
from frontdesk.services.catalogue.search import SEARCH_SHELVES, Shelf, findable, shelf_id


async def set_shop(unit: Unit, command: SetShop, shop_id: str) -> Stored[Shop]:
    """Create or change a shop, for its owner. Raises NotFound, Invalid, CurrencyFixed."""
    _check(is_owner(unit.caller, shop_id))
    check_slugs(shop_id=shop_id)
    found = await unit.find(SHOPS, shop_id)
    if found is None:
        shop = shop_as(command, None)
        return await unit.commit(SHOPS.new(shop_id, shop), events=(shop.announced(shop_id),))
    return await _keep_shop(unit, found, shop_as(command, found.value))


async def open_shop(unit: Unit, shop_id: str) -> Stored[Shop]:
    """Take orders again, for the shop's staff. Raises NotFound."""
    return await _turn_sign(unit, shop_id, is_open=True)


async def close_shop(unit: Unit, shop_id: str) -> Stored[Shop]:
    """Take no orders until somebody opens, for the shop's staff. Raises NotFound."""
    return await _turn_sign(unit, shop_id, is_open=False)


async def set_product(unit: Unit, command: SetProduct, shop_id: str, sku: str) -> Stored[Product]:
    """Create or change a product and put it on the list, for its shop's owner.

    Raises NotFound, Invalid, CatalogueFull.
    """
    _check(is_owner(unit.caller, shop_id))
    check_names(shop_id, sku)
    await unit.get(SHOPS, shop_id)
    found = await unit.find(PRODUCTS, product_id(shop_id, sku))
    return await _keep_product(unit, found, product_as(command, shop_id, sku))


async def remove_product(unit: Unit, shop_id: str, sku: str) -> Stored[Product]:
    """Take a product off the list, for its shop's owner. Raises NotFound."""
    _check(is_owner(unit.caller, shop_id))
    found = await unit.get(PRODUCTS, product_id(shop_id, sku))
    return await _keep_product(unit, found, found.value.off_the_list())


async def _turn_sign(unit: Unit, shop_id: str, *, is_open: bool) -> Stored[Shop]:
    _check(is_staff(unit.caller, shop_id))
    found = await unit.get(SHOPS, shop_id)
    return await _keep_shop(unit, found, msgspec.structs.replace(found.value, open=is_open))


async def _keep_shop(unit: Unit, found: Stored[Shop], shop: Shop) -> Stored[Shop]:
    if found.value == shop:
        return found
    return await unit.commit(found.changed(shop), events=(shop.announced(found.id),))


async def _keep_product(unit: Unit, found: Stored[Product] | None, product: Product) -> Stored[Product]:
    """Save a product, with its shelf when other words find it, and its place on the list when that changes."""
    before = found.value if found else None
    if found is not None and before == product:
        return found
    id = product_id(product.shop_id, product.sku)
    stored = found.changed(product) if found else PRODUCTS.new(id, product)
    shelves = await _shelves(unit, before, product)
    try:
        return await unit.commit(
            stored, *shelves, counters=_places(before, product), events=(product.announced(),)
        )
    except CounterRefused:
        raise CatalogueFull(limit=MAX_PRODUCTS) from None


async def _shelves(unit: Unit, before: Product | None, product: Product) -> tuple[Stored[Shelf], ...]:
    text = findable(product)
    if text == findable(before):
        return ()  # as with most changes: a new price
    id = shelf_id(product.shop_id, product.sku)
    found = await unit.find(SEARCH_SHELVES, id)
    if found is None:
        return (SEARCH_SHELVES.new(id, Shelf().with_product(product.sku, text)),)
    return (found.changed(found.value.with_product(product.sku, text)),)


def _places(before: Product | None, product: Product) -> tuple[Add, ...]:
    change = int(product.on_sale) - int(before is not None and before.on_sale)
    if change == 0:
        return ()
    ceiling = MAX_PRODUCTS if change > 0 else None
    return (Add(f"catalogue:products:{product.shop_id}", change, ceiling=ceiling),)


def _check(allowed: bool) -> None:  # noqa: FBT001 - the answer to a question
    """Let nobody else learn what is there. Raises NotFound."""
    if not allowed:
        raise NotFound
