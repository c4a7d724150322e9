"""A snack shop to try the desk with. Prices in cents; tax is inside in retail and on top in wholesale."""

from collections.abc import Mapping

from frontdesk.services.orders.commands import Channels, ChannelTerms, SetPrice, SetShop, WholesaleTerms

DEMO_SHOP_ID = "corner-snacks"

DEMO_SHOP = SetShop(
    name="Corner Snacks",
    currency="EUR",
    channels=Channels(
        web=ChannelTerms(tax_included=True),
        mobile=ChannelTerms(tax_included=True),
        wholesale=ChannelTerms(tax_included=False),
    ),
)

DEMO_PRICES: Mapping[str, SetPrice] = {
    "pretzel": SetPrice("Butter pretzel", 180, 700, WholesaleTerms(98, 50)),
    "crisps": SetPrice("Sea salt crisps, 150 g", 249, 700, WholesaleTerms(139, 24)),
    "nuts": SetPrice("Roasted nuts, 200 g", 399, 700, WholesaleTerms(245, 12)),
    "chocolate": SetPrice("Dark chocolate, 100 g", 219, 700, WholesaleTerms(129, 20)),
    "sandwich": SetPrice("Cheese sandwich", 450, 700),
    "cola": SetPrice("Cola, 0.5 l", 195, 1900, WholesaleTerms(92, 24)),
    "water": SetPrice("Mineral water, 0.5 l", 149, 1900, WholesaleTerms(54, 24)),
    "coffee": SetPrice("Coffee to take away", 290, 1900),
}
