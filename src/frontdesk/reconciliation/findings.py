"""What a comparison finds."""

from enum import StrEnum

import msgspec


class Code(StrEnum):
    """What is wrong. The names are for scripts and never change their meaning."""

    UNREADABLE = "unreadable"
    NO_SUCH_ORDER = "no_such_order"
    STUCK_ORDER = "stuck_order"
    MISSING_ENTRY = "missing_entry"
    SURPLUS_ENTRY = "surplus_entry"
    WRONG_ENTRY = "wrong_entry"
    MISSING_INVOICE = "missing_invoice"
    SURPLUS_INVOICE = "surplus_invoice"
    WRONG_INVOICE = "wrong_invoice"
    WRONG_NUMBERING = "wrong_numbering"
    WRONG_BALANCE = "wrong_balance"
    UNBALANCED = "unbalanced"
    WRONG_RESERVATION = "wrong_reservation"
    WRONG_QUANTITY = "wrong_quantity"
    WRONG_HELD = "wrong_held"
    WRONG_FREE = "wrong_free"
    WRONG_QUEUE = "wrong_queue"
    WAITS_BESIDE_STOCK = "waits_beside_stock"


class Finding(msgspec.Struct, frozen=True):
    """One thing that does not agree: `subject` is the order, the account or the shelf.

    `on_its_way`: it will agree once what `cause` names has been taken in, so it is no difference. Otherwise `cause` is
    the dead letter that explains it, "" when nothing does.
    """

    code: Code
    shop_id: str
    subject: str
    expected: str
    found: str
    cause: str = ""
    on_its_way: bool = False
