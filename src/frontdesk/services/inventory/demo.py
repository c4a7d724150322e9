"""What lies in the demo shops' stores: by shop and sku, how many pieces and when they count as few."""

from collections.abc import Mapping

from frontdesk.services.inventory.commands import ReceiveStock

DEMO_STOCK: Mapping[str, Mapping[str, ReceiveStock]] = {
    "corner-snacks": {
        "pretzel": ReceiveStock("counter", 400, low_at=40),
        "crisps": ReceiveStock("store-room", 600, low_at=50),
        "nuts": ReceiveStock("store-room", 300, low_at=30),
        "chocolate": ReceiveStock("store-room", 500, low_at=50),
        "sandwich": ReceiveStock("counter", 60, low_at=10),
        "cola": ReceiveStock("store-room", 900, low_at=100),
        "water": ReceiveStock("store-room", 1_200, low_at=100),
    },
    "brightclean": {
        "all-purpose-1l": ReceiveStock("hall-a", 5_000, low_at=500),
        "all-purpose-10l": ReceiveStock("hall-a", 400, low_at=40),
        "glass-750": ReceiveStock("hall-a", 4_000, low_at=400),
        "bath-750": ReceiveStock("hall-a", 3_000, low_at=300),
        "descaler-1l": ReceiveStock("hall-b", 1_500, low_at=150),
        "dish-500": ReceiveStock("hall-b", 6_000, low_at=600),
        "dish-tabs-60": ReceiveStock("hall-b", 1_200, low_at=120),
        "laundry-2l": ReceiveStock("hall-b", 1_800, low_at=200),
        "softener-1l": ReceiveStock("hall-b", 1_500, low_at=150),
        "microfibre-10": ReceiveStock("hall-a", 900, low_at=100),
        "mop-set": ReceiveStock("hall-a", 250, low_at=25),
        "gloves-m-100": ReceiveStock("hall-a", 800, low_at=100),
    },
}
