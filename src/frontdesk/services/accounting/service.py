"""What accounting declares: its routes, what it reacts to, what it keeps and what it publishes."""

from frontdesk.kernel.http import Route
from frontdesk.kernel.services import Reaction, Service
from frontdesk.services.accounting import handlers, views
from frontdesk.services.accounting.commands import ListBooks, PayRefund, PostEntry
from frontdesk.services.accounting.events import CreditNoteIssued, InvoiceIssued
from frontdesk.services.accounting.invoices import INVOICES, NUMBERINGS
from frontdesk.services.accounting.manual import NothingDue
from frontdesk.services.accounting.model import ENTRIES
from frontdesk.services.accounting.shops import SHOPS
from frontdesk.services.catalogue.events import ShopChanged
from frontdesk.services.orders.events import (
    OrderCancelled,
    OrderCreated,
    OrderDispatched,
    OrderRejected,
    OrderReturned,
)

SUBSCRIBER = "accounting"
# With two counters for each, if no two are of one shop and shard: 75 of the 80 actions of a commit.
PAYMENTS_AT_ONCE = 25

ROUTES = (
    Route(
        "GET",
        "/shops/{shop_id}/trial-balance",
        views.show_trial_balance,
        views.as_it_is,
        views.TrialBalance,
        "Show what every account comes to",
        scopes=("books:read",),
        description="For the shop's staff. It follows the orders by a moment.",
    ),
    Route(
        "GET",
        "/shops/{shop_id}/journal",
        views.list_journal,
        views.journal,
        views.Journal,
        "List the journal, newest first",
        scopes=("books:read",),
        query=ListBooks,
        description="For the shop's staff, in the order in which things happened. A list may lag by a moment.",
    ),
    Route(
        "POST",
        "/shops/{shop_id}/journal",
        handlers.post_entry,
        views.entry_view,
        views.JournalEntry,
        "Put an entry of one's own into the journal",
        scopes=("books:write",),
        body=PostEntry,
        status=201,
        kind=ENTRIES,
        description="For the shop's owner: balances that a business brings along. An entry never changes.",
    ),
    Route(
        "POST",
        "/shops/{shop_id}/refunds/{order_id}/paid",
        handlers.pay_refund,
        views.entry_view,
        views.JournalEntry,
        "Book that a refund has been paid",
        scopes=("books:write",),
        body=PayRefund,
        status=201,
        kind=ENTRIES,
        refusals=(NothingDue,),
        description="For the shop's owner. The whole amount that is due, once.",
    ),
    Route(
        "GET",
        "/shops/{shop_id}/invoices",
        views.list_invoices,
        views.invoice_list,
        views.InvoiceList,
        "List invoices and credit notes, newest first",
        scopes=("books:read",),
        query=ListBooks,
        description="For the shop's staff, in the order in which they were issued. A list may lag by a moment.",
    ),
    Route(
        "GET",
        "/shops/{shop_id}/orders/{order_id}/invoice",
        views.show_invoice,
        views.as_it_is,
        views.OrderInvoice,
        "Show an order's invoice",
        scopes=("books:read",),
        description="For the shop's staff, from the order's dispatch on; with the credit note, once it came back.",
    ),
)

SERVICE = Service(
    name="accounting",
    kinds=(ENTRIES, INVOICES, NUMBERINGS, SHOPS),
    routes=ROUTES,
    reactions=(
        Reaction(OrderCreated, handlers.book_payments, SUBSCRIBER, together=PAYMENTS_AT_ONCE),
        Reaction(OrderRejected, handlers.book_rejection, SUBSCRIBER),
        Reaction(OrderCancelled, handlers.book_cancellation, SUBSCRIBER),
        Reaction(OrderDispatched, handlers.book_sale, SUBSCRIBER),
        Reaction(OrderReturned, handlers.book_return, SUBSCRIBER),
        Reaction(ShopChanged, handlers.keep_shop, SUBSCRIBER, latest=True),
    ),
    events=(InvoiceIssued, CreditNoteIssued),
    scopes={
        "books:read": "read the journal, balances and invoices of one's shops",
        "books:write": "book refunds paid and balances brought along, for one's own shops",
    },
)
