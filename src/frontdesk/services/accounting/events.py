"""What accounting tells everybody. Amounts are minor units of `currency`."""

from datetime import datetime
from typing import ClassVar

from frontdesk.kernel.messages import Event


class DocumentEvent(Event, frozen=True, kw_only=True):
    """What both say. `event_source` is how the shop signs its events on a bus that others share."""

    shop_id: str
    order_id: str
    customer_id: str
    number: str
    issued_at: datetime
    currency: str
    net: int
    tax: int
    gross: int
    event_source: str = ""


class InvoiceIssued(DocumentEvent, frozen=True, kw_only=True):
    """An order left the house, and its invoice has a number."""

    NAME: ClassVar[str] = "Invoice Issued"


class CreditNoteIssued(DocumentEvent, frozen=True, kw_only=True):
    """An order came back. `invoice` is the number of the invoice that this takes back."""

    NAME: ClassVar[str] = "Credit Note Issued"
    invoice: str
