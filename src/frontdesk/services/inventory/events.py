"""What inventory tells everybody, and `Stock Moved`, by which it reminds itself to look at a shelf."""

from datetime import datetime
from typing import ClassVar

import msgspec

from frontdesk.kernel.messages import Event


class ShortLine(msgspec.Struct, frozen=True):
    """A product of which an order wants more than there is."""

    sku: str
    wanted: int
    available: int


class StockReserved(Event, frozen=True, kw_only=True):
    """Everything that an order wants is kept for it."""

    NAME: ClassVar[str] = "Stock Reserved"
    order_id: str
    shop_id: str
    reserved_at: datetime


class StockShort(Event, frozen=True, kw_only=True):
    """Nothing is kept for an order, because these lines are short. `waits`: it has a place in the queue."""

    NAME: ClassVar[str] = "Stock Short"
    order_id: str
    shop_id: str
    noticed_at: datetime
    lines: tuple[ShortLine, ...]
    waits: bool


class StockReceived(Event, frozen=True, kw_only=True):
    """Goods came in, or a count was corrected (then `quantity` may be negative)."""

    NAME: ClassVar[str] = "Stock Received"
    shop_id: str
    sku: str
    location: str
    quantity: int
    received_at: datetime


class StockLow(Event, frozen=True, kw_only=True):
    """No more than the shelf's warning level is free."""

    NAME: ClassVar[str] = "Stock Low"
    shop_id: str
    sku: str
    available: int


class StockOut(Event, frozen=True, kw_only=True):
    """Nothing is free any more."""

    NAME: ClassVar[str] = "Stock Out"
    shop_id: str
    sku: str


class BackInStock(Event, frozen=True, kw_only=True):
    """Something is free again of what was out."""

    NAME: ClassVar[str] = "Back In Stock"
    shop_id: str
    sku: str
    available: int


class StockMoved(Event, frozen=True, kw_only=True):
    """Look at these shelves: serve who waits, and note whether they have become low, empty or full again."""

    NAME: ClassVar[str] = "Stock Moved"
    shop_id: str
    skus: tuple[str, ...]


class GoodsReturned(Event, frozen=True, kw_only=True):
    """An order's goods are on hand again; what follows puts them back on their shelves."""

    NAME: ClassVar[str] = "Goods Returned"
    order_id: str
    shop_id: str
