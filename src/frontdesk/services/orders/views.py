"""Reading: single orders, lists and timelines, and what each looks like from outside."""

from datetime import datetime

import msgspec

from frontdesk.kernel.callers import Caller
from frontdesk.kernel.errors import Fault, Invalid, NotFound
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.money import Minor
from frontdesk.kernel.unit import Page, Unit
from frontdesk.lists import bound, cursor_of, moment_of
from frontdesk.services.orders.commands import ListOrders, Status
from frontdesk.services.orders.handlers import open_order
from frontdesk.services.orders.model import (
    ORDERS,
    Customer,
    Delivery,
    Order,
    Shipment,
    Shortage,
    Step,
    is_staff,
)
from frontdesk.services.orders.prices import Line

MAX_SCANNED_PAGES = 5  # for one answer about a customer's orders at one shop, or those of one status


class OrderView(msgspec.Struct, frozen=True, omit_defaults=True):
    """An order. Amounts are minor units of `currency`; `tax_included` is about the unit prices.

    `shortages` say what it waits for, or was rejected for. `history` marks one that was over before it came here.
    """

    order_id: str
    shop_id: str
    channel: str
    customer_id: str
    status: Status
    placed_at: datetime
    currency: str
    tax_included: bool
    lines: tuple[Line, ...]
    net: Minor
    tax: Minor
    gross: Minor
    delivery: Delivery
    customer: Customer
    shortages: tuple[Shortage, ...] = ()
    shipment: Shipment | None = None
    reference: str = ""
    history: bool = False


class OrderList(msgspec.Struct, frozen=True):
    """Part of a list, newest first. Ask again with `cursor` for what follows; without one this is the end."""

    items: tuple[OrderView, ...]
    cursor: str | None = None


class Timeline(msgspec.Struct, frozen=True):
    """What became of an order, oldest first."""

    items: tuple[Step, ...]


async def show_order(unit: Unit, id: str) -> Stored[Order]:
    """Return one order, to its customer and the shop's staff. Raises NotFound."""
    return await open_order(unit, id)


async def show_timeline(unit: Unit, id: str) -> Stored[Order]:
    """Return what became of one order, to its customer and the shop's staff. Raises NotFound."""
    return await open_order(unit, id)


async def list_orders(unit: Unit, query: ListOrders) -> Page[Order]:
    """Return the caller's own orders, or a shop's to its staff. Raises NotFound, Invalid.

    A customer's orders at one shop are found among all of theirs, those of one status among all: a page may hold fewer
    than asked for, or none, and still have a cursor.
    """
    index, partition = _list_for(unit.caller, query)
    since, until, position = (
        bound("since", query.since),
        bound("until", query.until),
        moment_of(query.cursor),
    )
    found: list[Stored[Order]] = []
    for _ in range(MAX_SCANNED_PAGES):
        wanted = query.limit - len(found)
        page = await unit.query(
            ORDERS, index, partition, since=since, until=until, cursor=position, limit=wanted
        )
        found += [stored for stored in page.items if _is_wanted(stored.value, query)]
        position = page.cursor
        if not position or len(found) == query.limit:
            break
    return Page(tuple(found), position)


def _is_wanted(order: Order, query: ListOrders) -> bool:
    return query.shop_id in {None, order.shop_id} and query.status in {None, order.status}


def _list_for(caller: Caller, query: ListOrders) -> tuple[str, str]:
    if query.shop_id is None:
        if query.customer_id not in {None, caller.subject}:
            raise Invalid((Fault("/shop_id", "missing", "Needed to list the orders of somebody else."),))
        return "by_customer", caller.subject
    if not is_staff(caller, query.shop_id):
        raise NotFound
    if query.customer_id is not None:
        return "by_customer", query.customer_id
    return "by_shop", query.shop_id


def order_view(stored: Stored[Order]) -> OrderView:
    """Show an order."""
    order = stored.value
    return OrderView(
        order_id=stored.id,
        shop_id=order.shop_id,
        channel=order.channel,
        customer_id=order.customer_id,
        status=order.status,
        placed_at=order.placed_at,
        currency=order.currency,
        tax_included=order.tax_included,
        lines=order.lines,
        net=order.net,
        tax=order.tax,
        gross=order.gross,
        delivery=order.delivery,
        customer=order.customer,
        shortages=order.shortages,
        shipment=order.shipment,
        reference=order.reference,
        history=order.history,
    )


def order_list(page: Page[Order]) -> OrderList:
    """Show part of a list."""
    return OrderList(tuple(order_view(stored) for stored in page.items), cursor_of(page.cursor))


def timeline(stored: Stored[Order]) -> Timeline:
    """Show what became of an order."""
    return Timeline(stored.value.steps)
