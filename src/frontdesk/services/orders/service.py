"""What orders declares: its routes, what it reacts to, what it keeps and what it publishes."""

from frontdesk.kernel.http import Route
from frontdesk.kernel.services import Reaction, Service
from frontdesk.services.orders import handlers, views
from frontdesk.services.orders.commands import CancelOrder, ListOrders, PlaceOrder, SetPrice, SetShop
from frontdesk.services.orders.events import OrderCancelled, OrderCreated, OrderProcessed
from frontdesk.services.orders.model import ORDERS, IllegalTransition, PriceChanged
from frontdesk.services.orders.prices import PRICES, SHOPS, CurrencyFixed, Price, Shop

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
    Route(
        "POST",
        "/orders/{id}/cancel",
        handlers.cancel_order,
        views.order_view,
        views.OrderView,
        "Cancel an order",
        scopes=("orders:write",),
        body=CancelOrder,
        kind=ORDERS,
        refusals=(IllegalTransition,),
    ),
    Route(
        "GET",
        "/shops/{shop_id}",
        views.show_shop,
        views.content,
        Shop,
        "Show a shop",
        scopes=("orders:read",),
        kind=SHOPS,
    ),
    Route(
        "PUT",
        "/shops/{shop_id}",
        handlers.set_shop,
        views.content,
        Shop,
        "Create or replace a shop",
        scopes=("prices:write",),
        body=SetShop,
        kind=SHOPS,
        refusals=(CurrencyFixed,),
    ),
    Route(
        "GET",
        "/shops/{shop_id}/prices/{sku}",
        views.show_price,
        views.content,
        Price,
        "Show a product's price",
        scopes=("orders:read",),
        kind=PRICES,
    ),
    Route(
        "PUT",
        "/shops/{shop_id}/prices/{sku}",
        handlers.set_price,
        views.content,
        Price,
        "Create or replace a product's price",
        scopes=("prices:write",),
        body=SetPrice,
        kind=PRICES,
    ),
)

SERVICE = Service(
    name="orders",
    kinds=(ORDERS, SHOPS, PRICES),
    routes=ROUTES,
    reactions=(Reaction(OrderCreated, handlers.process_order, subscriber="orders-processor"),),
    events=(OrderCreated, OrderProcessed, OrderCancelled),
    scopes={
        "orders:write": "place and cancel orders",
        "orders:read": "read orders, shops and prices",
        "prices:write": "set up one's own shops and their prices",
    },
)
