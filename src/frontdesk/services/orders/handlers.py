"""What is done about a request or an event: load, decide, save. The rules are in `model` and `prices`."""

from frontdesk.kernel.errors import NotFound
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.shapes import check_slugs
from frontdesk.kernel.unit import Unit
from frontdesk.services.orders.commands import CancelOrder, PlaceOrder, SetPrice, SetShop
from frontdesk.services.orders.events import OrderCreated
from frontdesk.services.orders.model import ORDERS, Order, Status, place
from frontdesk.services.orders.prices import (
    PRICES,
    SHOPS,
    Price,
    PriceList,
    Shop,
    new_price,
    new_shop,
    price_id,
)


async def place_order(unit: Unit, command: PlaceOrder) -> Stored[Order]:
    """Accept an order. Raises Invalid, PriceChanged.

    The prices are those read here: one that changes in the same instant counts for the next order.
    """
    order_id = unit.new_id("ord")
    order, created = place(order_id, command, await _price_list(unit, command), unit.caller, unit.now)
    return await unit.commit(ORDERS.new(order_id, order), events=(created,))


async def cancel_order(unit: Unit, command: CancelOrder, id: str) -> Stored[Order]:
    """Call an order off, for its customer or the shop. Raises NotFound, IllegalTransition."""
    stored = await open_order(unit, id)
    order, cancelled = stored.value.cancel(id, unit.caller.subject, command.reason, unit.now)
    return await unit.commit(stored.changed(order), events=(cancelled,))


async def process_order(unit: Unit, event: OrderCreated) -> None:
    """Take a new order in hand. One that was cancelled meanwhile is left alone."""
    stored = await unit.get(ORDERS, event.order_id)
    if stored.value.status is not Status.NEW:
        return
    order, processed = stored.value.process(stored.id, unit.caller.subject, unit.now)
    await unit.commit(stored.changed(order), events=(processed,))


async def set_shop(unit: Unit, command: SetShop, shop_id: str) -> Stored[Shop]:
    """Create or replace a shop, for its owner. Raises NotFound, Invalid, CurrencyFixed."""
    _check_owner(unit, shop_id)
    check_slugs(shop_id=shop_id)
    found = await unit.find(SHOPS, shop_id)
    if found is None:
        return await unit.commit(SHOPS.new(shop_id, new_shop(command)))
    return await unit.commit(found.changed(found.value.changed(command)))


async def set_price(unit: Unit, command: SetPrice, shop_id: str, sku: str) -> Stored[Price]:
    """Create or replace a product's price, for its shop's owner. Raises NotFound, Invalid."""
    _check_owner(unit, shop_id)
    check_slugs(shop_id=shop_id, sku=sku)
    await unit.get(SHOPS, shop_id)
    found = await unit.find(PRICES, price_id(shop_id, sku))
    if found is None:
        return await unit.commit(PRICES.new(price_id(shop_id, sku), new_price(command)))
    return await unit.commit(found.changed(new_price(command)))


async def open_order(unit: Unit, id: str) -> Stored[Order]:
    """Return an order that the caller may see. Raises NotFound."""
    stored = await unit.get(ORDERS, id)
    if not stored.value.is_open_to(unit.caller):
        raise NotFound
    return stored


async def _price_list(unit: Unit, command: PlaceOrder) -> PriceList | None:
    shop = await unit.find(SHOPS, command.shop_id)
    if shop is None:
        return None
    ids = {line.sku: price_id(command.shop_id, line.sku) for line in command.lines}
    found = await unit.get_many(PRICES, tuple(ids.values()))
    prices = {sku: found[price].value for sku, price in ids.items() if price in found}
    return PriceList(shop.value, command.channel, prices)


def _check_owner(unit: Unit, shop_id: str) -> None:
    if not unit.caller.has_role(f"shop:{shop_id}", "owner"):
        raise NotFound
