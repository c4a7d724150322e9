"""Invoices and credit notes, numbered without a gap.

Pure. A number is drawn in the commit of the document that has it: the shop's numbering changes with each document, or
the document does not exist. A shop's numbers never start again, so they need neither a year nor a time zone.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

import msgspec
from msgspec.structs import replace

from frontdesk.kernel.kinds import Index, Kind
from frontdesk.kernel.time import sortable
from frontdesk.services.accounting.events import CreditNoteIssued, InvoiceIssued
from frontdesk.services.accounting.model import OrderMoney


class Form(StrEnum):
    """Which of the two a document is. Each has a row of numbers of its own."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit-note"


_PREFIX = {Form.INVOICE: "INV", Form.CREDIT_NOTE: "CRN"}


class Invoice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An invoice, or a credit note: an invoice that takes back the one it `refers_to`.

    `issued_at` is when the number was drawn, `supplied_at` when the goods left the house, or came back. Amounts are
    minor units. The goods are with the entry of the payment.
    """

    form: Form
    shop_id: str
    order_id: str
    customer_id: str
    serial: int
    issued_at: datetime
    supplied_at: datetime
    currency: str
    net: int
    tax: int
    gross: int
    refers_to: str = ""

    @property
    def id(self) -> str:
        """The one id that an order's document of this form can have."""
        return document_id(self.order_id, self.form)

    @property
    def number(self) -> str:
        """How the document is called: unique in the whole desk, even when one business has many shops."""
        return f"{_PREFIX[self.form]}-{self.shop_id}-{self.serial:06}"


class Numbering(msgspec.Struct, frozen=True):
    """The last number of each row of a shop. Its id is the shop's."""

    invoices: int = 0
    credit_notes: int = 0

    def after(self, *documents: Invoice) -> "Numbering":
        """Return the numbering once these documents are issued."""
        forms = [document.form for document in documents]
        return Numbering(
            self.invoices + forms.count(Form.INVOICE), self.credit_notes + forms.count(Form.CREDIT_NOTE)
        )


INVOICES = Kind(
    "invoice",
    Invoice,
    indexes=(Index("by_shop", lambda invoice: invoice.shop_id, lambda invoice: sortable(invoice.issued_at)),),
)
NUMBERINGS = Kind("numbering", Numbering)


class Supply(OrderMoney, Protocol):
    """What a fact says that needs a document."""

    @property
    def customer_id(self) -> str: ...


def invoice_of(order: Supply, numbering: Numbering, *, supplied_at: datetime, now: datetime) -> Invoice:
    """Return the invoice of a sale, with the next number of its row."""
    return Invoice(
        form=Form.INVOICE,
        shop_id=order.shop_id,
        order_id=order.order_id,
        customer_id=order.customer_id,
        serial=numbering.invoices + 1,
        issued_at=now,
        supplied_at=supplied_at,
        currency=order.currency,
        net=order.net,
        tax=order.tax,
        gross=order.gross,
    )


def credit_note_of(
    invoice: Invoice, numbering: Numbering, *, supplied_at: datetime, now: datetime
) -> Invoice:
    """Return the credit note that takes an invoice back, with the next number of its row."""
    return replace(
        invoice,
        form=Form.CREDIT_NOTE,
        serial=numbering.credit_notes + 1,
        issued_at=now,
        supplied_at=supplied_at,
        refers_to=invoice.number,
    )


def document_id(order_id: str, form: Form) -> str:
    """Return the one id that an order's document of this form can have."""
    return f"{order_id}:{form.value}"


def told(document: Invoice, event_source: str) -> InvoiceIssued | CreditNoteIssued:
    """Return the event that a document is issued."""
    facts: dict[str, Any] = {
        "shop_id": document.shop_id,
        "order_id": document.order_id,
        "customer_id": document.customer_id,
        "number": document.number,
        "issued_at": document.issued_at,
        "currency": document.currency,
        "net": document.net,
        "tax": document.tax,
        "gross": document.gross,
        "event_source": event_source,
    }
    if document.form is Form.INVOICE:
        return InvoiceIssued(**facts)
    return CreditNoteIssued(**facts, invoice=document.refers_to)
