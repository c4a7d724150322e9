"""What orders declares: its routes, what it reacts to, what it keeps and what it publishes."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import msgspec

from frontdesk.kernel.http import Route
from frontdesk.kernel.kinds import AnyKind
from frontdesk.kernel.messages import Message
from frontdesk.kernel.services import Reaction, Service
from frontdesk.services.catalogue.events import ProductChanged, ShopChanged
from frontdesk.services.inventory.events import StockReserved, StockShort
from frontdesk.services.orders import events, handlers, views
from frontdesk.services.orders.commands import (
    CancelOrder,
    DispatchOrder,
    ImportOrder,
    ListOrders,
    PlaceOrder,
    ReturnOrder,
)
from frontdesk.services.orders.model import ORDERS
from frontdesk.services.orders.placing import PriceChanged
from frontdesk.services.orders.prices import PRICES, SHOPS
from frontdesk.transitions import IllegalTransition


def _step(
    verb: str,
    handle: Callable[..., Awaitable[Any]],
    body: type[msgspec.Struct] | None,
    summary: str,
    scope: str = "orders:fulfil",
) -> Route:
    """Return a route that takes one order one step further."""
    return Route(
        "POST",
        f"/orders/{{id}}/{verb}",
        handle,
        views.order_view,
        views.OrderView,
        summary,
        scopes=(scope,),
        body=body,
        kind=ORDERS,
        refusals=(IllegalTransition,),
    )


ROUTES = (
    Route(
        "POST",
        "/orders",
        handlers.place_order,
        views.order_view,
        views.OrderView,
        "Place an order",
        scopes=("orders:write",),
        body=PlaceOrder,
        kind=ORDERS,
        status=201,
        location="/orders/{id}",
        refusals=(PriceChanged,),
        description="Prices and totals are the shop's own. The order is durable before the answer.",
    ),
    Route(
        "GET",
        "/orders",
        views.list_orders,
        views.order_list,
        views.OrderList,
        "List orders, newest first",
        scopes=("orders:read",),
        query=ListOrders,
        description="One's own; with `shop_id` those of the shop, for its staff. A list may lag by a moment.",
    ),
    Route(
        "POST",
        "/orders/import",
        handlers.import_order,
        views.order_view,
        views.OrderView,
        "Take over an order from another system",
        scopes=("orders:import",),
        body=ImportOrder,
        kind=ORDERS,
        status=201,
        location="/orders/{id}",
        description="For the shop's owner. A NEW order goes the whole way; others are history and move nothing.",
    ),
    Route(
        "GET",
        "/orders/{id}",
        views.show_order,
        views.order_view,
        views.OrderView,
        "Show an order",
        scopes=("orders:read",),
        kind=ORDERS,
    ),
    Route(
        "GET",
        "/orders/{id}/timeline",
        views.show_timeline,
        views.timeline,
        views.Timeline,
        "Show what became of an order",
        scopes=("orders:read",),
        kind=ORDERS,
    ),
    _step("cancel", handlers.cancel_order, CancelOrder, "Cancel an order", scope="orders:write"),
    _step("dispatch", handlers.dispatch_order, DispatchOrder, "Send an order on its way"),
    _step("deliver", handlers.deliver_order, None, "Note that an order has arrived"),
    _step("return", handlers.return_order, ReturnOrder, "Take an order back"),
)


def _order_of(message: Message) -> Iterable[tuple[AnyKind, str]]:
    """Return the order that an event is about: its own, or what was kept for it under the same id."""
    return ((ORDERS, message.source),)


PROCESSOR = "orders-processor"
PRICE_LIST = "orders-price-list"

SERVICE = Service(
    name="orders",
    kinds=(ORDERS, SHOPS, PRICES),
    routes=ROUTES,
    reactions=(
        Reaction(events.OrderReady, handlers.process_order, subscriber=PROCESSOR, reads=_order_of),
        Reaction(StockReserved, handlers.process_order, subscriber=PROCESSOR, reads=_order_of),
        Reaction(StockShort, handlers.settle_short, subscriber=PROCESSOR),
        Reaction(ShopChanged, handlers.follow_shop, subscriber=PRICE_LIST, latest=True),
        Reaction(ProductChanged, handlers.follow_product, subscriber=PRICE_LIST, latest=True),
    ),
    events=(
        events.OrderCreated,
        events.OrderReady,
        events.OrderProcessed,
        events.OrderBackordered,
        events.OrderRejected,
        events.OrderCancelled,
        events.OrderDispatched,
        events.OrderDelivered,
        events.OrderReturned,
    ),
    scopes={
        "orders:write": "place and cancel orders",
        "orders:read": "read orders",
        "orders:fulfil": "dispatch, deliver and take back the orders of one's shop",
        "orders:import": "take over orders from another system into one's own shop",
    },
)
