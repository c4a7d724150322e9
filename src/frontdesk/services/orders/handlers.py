"""What is done about a request or an event: load, decide, save. The rules are in `placing`, `model` and `prices`."""

from collections.abc import Sequence

from frontdesk.kernel.errors import NotFound
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.unit import Unit
from frontdesk.services.catalogue.events import ProductChanged, ShopChanged
from frontdesk.services.inventory.events import StockReserved, StockShort
from frontdesk.services.orders.commands import (
    CancelOrder,
    Channel,
    DispatchOrder,
    ImportOrder,
    PlaceOrder,
    ReturnOrder,
)
from frontdesk.services.orders.events import OrderReady
from frontdesk.services.orders.model import ORDERS, Order, Shipment, Shortage, Verb, is_staff
from frontdesk.services.orders.placing import place, take_over
from frontdesk.services.orders.prices import (
    PRICES,
    SHOPS,
    Hours,
    Price,
    PriceList,
    Shop,
    Wholesale,
    price_id,
)


async def place_order(unit: Unit, command: PlaceOrder) -> Stored[Order]:
    """Accept an order. Raises Invalid, PriceChanged.

    The prices are those read here: one that changes in the same instant counts for the next order.
    """
    order_id = unit.new_id("ord")
    price_list = await _price_list(
        unit, command.shop_id, command.channel, [line.sku for line in command.lines]
    )
    order, events = place(order_id, command, price_list, unit.caller, unit.now)
    return await unit.commit(ORDERS.new(order_id, order), events=events)


async def import_order(unit: Unit, command: ImportOrder) -> Stored[Order]:
    """Take over an order from another system, for the shop's owner. Raises NotFound, Invalid."""
    if not unit.caller.has_role(f"shop:{command.shop_id}", "owner"):
        raise NotFound
    order_id = unit.new_id("ord")
    price_list = await _price_list(
        unit, command.shop_id, command.channel, [line.sku for line in command.lines]
    )
    order, events = take_over(order_id, command, price_list, unit.caller, unit.now)
    return await unit.commit(ORDERS.new(order_id, order), events=events)


async def cancel_order(unit: Unit, command: CancelOrder, id: str) -> Stored[Order]:
    """Call an order off, for its customer or the shop. Raises NotFound, IllegalTransition."""
    stored = await open_order(unit, id)
    order, cancelled = stored.value.cancel(id, unit.caller.subject, command.reason, unit.now)
    return await unit.commit(stored.changed(order), events=(cancelled,))


async def dispatch_order(unit: Unit, command: DispatchOrder, id: str) -> Stored[Order]:
    """Send an order on its way, for the shop. Raises NotFound, IllegalTransition."""
    stored = await _order_of_staff(unit, id)
    shipment = Shipment(command.carrier, command.tracking)
    order, dispatched = stored.value.dispatch(id, unit.caller.subject, shipment, unit.now)
    return await unit.commit(stored.changed(order), events=(dispatched,))


async def deliver_order(unit: Unit, id: str) -> Stored[Order]:
    """Note that an order has arrived, for the shop. Raises NotFound, IllegalTransition."""
    stored = await _order_of_staff(unit, id)
    order, delivered = stored.value.deliver(id, unit.caller.subject, unit.now)
    return await unit.commit(stored.changed(order), events=(delivered,))


async def return_order(unit: Unit, command: ReturnOrder, id: str) -> Stored[Order]:
    """Take an order back, for the shop. Raises NotFound, IllegalTransition."""
    stored = await _order_of_staff(unit, id)
    order, returned = stored.value.take_back(
        id, unit.caller.subject, command.reason, unit.now, restock=command.restock
    )
    return await unit.commit(stored.changed(order), events=(returned,))


async def process_order(unit: Unit, event: OrderReady | StockReserved) -> None:
    """Take an order in hand that needs no stock, or whose stock is kept for it.

    One that was cancelled meanwhile is left alone.
    """
    stored = await unit.get(ORDERS, event.order_id)
    if not stored.value.may(Verb.PROCESS):
        return
    order, processed = stored.value.process(event.order_id, unit.caller.subject, unit.now)
    await unit.commit(stored.changed(order), events=(processed,))


async def settle_short(unit: Unit, event: StockShort) -> None:
    """Let an order wait for stock, or refuse it. One that has gone another way meanwhile is left alone."""
    stored = await unit.get(ORDERS, event.order_id)
    verb = Verb.BACKORDER if event.waits else Verb.REJECT
    if not stored.value.may(verb):
        return
    decide = stored.value.backorder if event.waits else stored.value.reject
    shortages = tuple(Shortage(line.sku, line.wanted, line.available) for line in event.lines)
    order, told = decide(stored.id, unit.caller.subject, unit.now, shortages)
    await unit.commit(stored.changed(order), events=(told,))


async def follow_shop(unit: Unit, event: ShopChanged) -> None:
    """Copy what the catalogue says of a shop."""
    shop = Shop(
        currency=event.currency,
        channels={channel.name: channel.tax_included for channel in event.channels},
        open=event.open,
        time_zone=event.time_zone,
        hours=tuple(Hours(hours.weekday, hours.start, hours.end) for hours in event.hours),
        waits=event.waits,
        event_source=event.event_source,
    )
    found = await unit.find(SHOPS, event.shop_id)
    await unit.commit(found.changed(shop) if found else SHOPS.new(event.shop_id, shop))


async def follow_product(unit: Unit, event: ProductChanged) -> None:
    """Copy what the catalogue says of a product."""
    terms = event.wholesale
    price = Price(
        name=event.name,
        retail=event.retail,
        tax_rate=event.tax_rate,
        tracked=event.tracked,
        on_sale=event.on_sale,
        wholesale=Wholesale(terms.unit_price, terms.minimum_quantity) if terms else None,
    )
    id = price_id(event.shop_id, event.sku)
    found = await unit.find(PRICES, id)
    await unit.commit(found.changed(price) if found else PRICES.new(id, price))


async def open_order(unit: Unit, id: str) -> Stored[Order]:
    """Return an order that the caller may see. Raises NotFound."""
    stored = await unit.get(ORDERS, id)
    if not stored.value.is_open_to(unit.caller):
        raise NotFound
    return stored


async def _order_of_staff(unit: Unit, id: str) -> Stored[Order]:
    stored = await unit.get(ORDERS, id)
    if not is_staff(unit.caller, stored.value.shop_id):
        raise NotFound
    return stored


async def _price_list(unit: Unit, shop_id: str, channel: Channel, skus: Sequence[str]) -> PriceList | None:
    shop = await unit.find(SHOPS, shop_id)
    if shop is None:
        return None
    ids = {sku: price_id(shop_id, sku) for sku in skus}
    found = await unit.get_many(PRICES, tuple(ids.values()))
    prices = {sku: found[price].value for sku, price in ids.items() if price in found}
    return PriceList(shop.value, channel, prices)
