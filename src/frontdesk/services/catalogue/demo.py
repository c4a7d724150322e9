"""Two shops to try the desk with: snacks round the corner, and cleaning products for the world. Prices in cents."""

from collections.abc import Mapping

from frontdesk.services.catalogue.commands import (
    Channels,
    ChannelTerms,
    SetProduct,
    SetShop,
    Shortage,
    WholesaleTerms,
)

DEMO_SHOP_ID = "corner-snacks"
CLEANING_ID = "brightclean"

_INSIDE = ChannelTerms(tax_included=True)  # retail prices contain the tax, in wholesale it comes on top
_ON_TOP = ChannelTerms(tax_included=False)
_CHANNELS = Channels(web=_INSIDE, mobile=_INSIDE, wholesale=_ON_TOP)

# Always open, so that an example works at any hour of the day.
DEMO_SHOP = SetShop(
    name="Corner Snacks", currency="EUR", channels=_CHANNELS, event_source="serverless.snacks", open=True
)

CLEANING = SetShop(
    name="BrightClean",
    currency="EUR",
    channels=_CHANNELS,
    on_shortage=Shortage.BACKORDER,
    event_source="brightclean.shop",
    open=True,
)


def _product(  # as a price list reads: what it is, what it costs
    name: str,
    category: str,
    tax_rate: int,
    retail: int,
    wholesale: tuple[int, int] | None = None,
    *,
    tracked: bool = True,
) -> SetProduct:
    """Return a product; `wholesale` is what one piece costs and from which quantity on."""
    terms = WholesaleTerms(*wholesale) if wholesale else None
    return SetProduct(
        name=name, category=category, tax_rate=tax_rate, retail=retail, wholesale=terms, tracked=tracked
    )


DEMO_PRODUCTS: Mapping[str, SetProduct] = {
    "pretzel": _product("Butter pretzel", "bakery", 700, 180, (98, 50)),
    "crisps": _product("Sea salt crisps, 150 g", "salty", 700, 249, (139, 24)),
    "nuts": _product("Roasted nuts, 200 g", "salty", 700, 399, (245, 12)),
    "chocolate": _product("Dark chocolate, 100 g", "sweet", 700, 219, (129, 20)),
    "sandwich": _product("Cheese sandwich", "bakery", 700, 450),
    "cola": _product("Cola, 0.5 l", "drinks", 1900, 195, (92, 24)),
    "water": _product("Mineral water, 0.5 l", "drinks", 1900, 149, (54, 24)),
    "coffee": _product("Coffee to take away", "drinks", 1900, 290, tracked=False),
}

CLEANING_PRODUCTS: Mapping[str, SetProduct] = {
    "all-purpose-1l": _product("All-purpose cleaner, 1 l", "surfaces", 1900, 449, (245, 24)),
    "all-purpose-10l": _product("All-purpose cleaner, canister of 10 l", "surfaces", 1900, 3490, (2190, 4)),
    "glass-750": _product("Glass cleaner, 750 ml", "surfaces", 1900, 379, (199, 24)),
    "bath-750": _product("Bathroom cleaner, 750 ml", "surfaces", 1900, 399, (215, 24)),
    "descaler-1l": _product("Descaler with citric acid, 1 l", "surfaces", 1900, 549, (299, 12)),
    "dish-500": _product("Washing-up liquid, 500 ml", "kitchen", 1900, 249, (119, 48)),
    "dish-tabs-60": _product("Dishwasher tablets, 60 pieces", "kitchen", 1900, 1299, (799, 12)),
    "laundry-2l": _product("Laundry liquid, 2 l", "laundry", 1900, 899, (525, 12)),
    "softener-1l": _product("Fabric softener, 1 l", "laundry", 1900, 399, (209, 12)),
    "microfibre-10": _product("Microfibre cloths, 10 pieces", "tools", 1900, 1190, (690, 10)),
    "mop-set": _product("Mop with bucket and wringer", "tools", 1900, 3990, (2650, 5)),
    "gloves-m-100": _product("Nitrile gloves size M, 100 pieces", "tools", 1900, 999, (590, 20)),
    "safety-sheet": _product("Safety data sheets, printed", "papers", 1900, 500, tracked=False),
}

DEMO_SHOPS: Mapping[str, tuple[SetShop, Mapping[str, SetProduct]]] = {
    DEMO_SHOP_ID: (DEMO_SHOP, DEMO_PRODUCTS),
    CLEANING_ID: (CLEANING, CLEANING_PRODUCTS),
}
