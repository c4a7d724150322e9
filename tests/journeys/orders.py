"""Orders that the demo shop can take."""

from typing import Any


def order(**changes: Any) -> dict[str, Any]:
    """Return a small order's body, with changes."""
    body = {
        "shop_id": "corner-snacks",
        "channel": "web",
        "customer": {"name": "Ana Pérez", "email": "ana@example.com"},
        "lines": [{"sku": "cola", "quantity": 2}, {"sku": "crisps", "quantity": 1}],
        "delivery": {"method": "collection"},
    }
    return body | changes
