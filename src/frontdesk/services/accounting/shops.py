"""What the books know of a shop: its name and its one currency, as the catalogue tells it."""

import msgspec

from frontdesk.kernel.callers import Caller
from frontdesk.kernel.errors import NotFound
from frontdesk.kernel.kinds import Kind


class Shop(msgspec.Struct, frozen=True):
    """A shop as accounting needs it."""

    name: str
    currency: str


SHOPS = Kind("accounting_shop", Shop, often_read=True)


def check_staff(caller: Caller, shop_id: str) -> None:
    """Let in who works for a shop. Raises NotFound."""
    if not caller.has_role(f"shop:{shop_id}", "staff", "owner"):
        raise NotFound


def check_owner(caller: Caller, shop_id: str) -> None:
    """Let in the owner of a shop. Raises NotFound."""
    if not caller.has_role(f"shop:{shop_id}", "owner"):
        raise NotFound
