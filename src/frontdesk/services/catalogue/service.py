"""What the catalogue declares: its routes, what it keeps and what it publishes."""

from frontdesk.kernel.http import Route
from frontdesk.kernel.services import Service
from frontdesk.services.catalogue import handlers, views
from frontdesk.services.catalogue.commands import (
    ListProducts,
    ListShops,
    SearchProducts,
    SetProduct,
    SetShop,
)
from frontdesk.services.catalogue.events import ProductChanged, ShopChanged
from frontdesk.services.catalogue.model import PRODUCTS, SHOPS, CatalogueFull, CurrencyFixed
from frontdesk.services.catalogue.search import SEARCH_SHELVES

SHOP_ROUTES = (
    Route(
        "GET",
        "/shops",
        views.list_shops,
        views.shop_list,
        views.ShopList,
        "List shops by name",
        scopes=("catalogue:read",),
        query=ListShops,
        description="A list may lag by a moment.",
    ),
    Route(
        "GET",
        "/shops/{shop_id}",
        views.show_shop,
        views.shop_view,
        views.ShopView,
        "Show a shop",
        scopes=("catalogue:read",),
        kind=SHOPS,
    ),
    Route(
        "PUT",
        "/shops/{shop_id}",
        handlers.set_shop,
        views.shop_view,
        views.ShopView,
        "Create or change a shop",
        scopes=("catalogue:write",),
        body=SetShop,
        kind=SHOPS,
        refusals=(CurrencyFixed,),
        description="For its owner. What is left out is set to its default, except `open`, which stays as it is.",
    ),
    Route(
        "POST",
        "/shops/{shop_id}/open",
        handlers.open_shop,
        views.shop_view,
        views.ShopView,
        "Take orders again",
        scopes=("catalogue:write",),
        kind=SHOPS,
        description="For the shop's staff.",
    ),
    Route(
        "POST",
        "/shops/{shop_id}/close",
        handlers.close_shop,
        views.shop_view,
        views.ShopView,
        "Take no orders until the shop is opened",
        scopes=("catalogue:write",),
        kind=SHOPS,
        description="For the shop's staff.",
    ),
)

PRODUCT_ROUTES = (
    Route(
        "GET",
        "/shops/{shop_id}/products",
        views.list_products,
        views.product_list,
        views.ProductList,
        "List a shop's products by sku",
        scopes=("catalogue:read",),
        query=ListProducts,
        description="With `off_list` those taken off the list, for the shop's staff. A list may lag by a moment.",
    ),
    Route(
        "GET",
        "/shops/{shop_id}/products/search",
        views.search_products,
        views.found_products,
        views.FoundProducts,
        "Find products by words",
        scopes=("catalogue:read",),
        query=SearchProducts,
        description="Beginnings of words will do; case and accents do not matter. Best first.",
    ),
    Route(
        "GET",
        "/shops/{shop_id}/products/{sku}",
        views.show_product,
        views.product_view,
        views.ProductView,
        "Show a product",
        scopes=("catalogue:read",),
        kind=PRODUCTS,
    ),
    Route(
        "PUT",
        "/shops/{shop_id}/products/{sku}",
        handlers.set_product,
        views.product_view,
        views.ProductView,
        "Create or change a product and put it on the list",
        scopes=("catalogue:write",),
        body=SetProduct,
        kind=PRODUCTS,
        refusals=(CatalogueFull,),
        description="For the shop's owner. A new price counts from the next order on.",
    ),
    Route(
        "DELETE",
        "/shops/{shop_id}/products/{sku}",
        handlers.remove_product,
        views.product_view,
        views.ProductView,
        "Take a product off the list",
        scopes=("catalogue:write",),
        kind=PRODUCTS,
        description="For the shop's owner. It stays known; setting it again puts it back.",
    ),
)

SERVICE = Service(
    name="catalogue",
    kinds=(SHOPS, PRODUCTS, SEARCH_SHELVES),
    routes=(*SHOP_ROUTES, *PRODUCT_ROUTES),
    events=(ShopChanged, ProductChanged),
    scopes={
        "catalogue:read": "read shops and their price lists",
        "catalogue:write": "set up one's own shops and products, open and close the shop one works for",
    },
)
