"""Orders: what one is, and which way it may go.

Pure. Nothing here reads a clock or a store: moments and ids are handed in, new values and events handed back.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec.structs import replace

from frontdesk.kernel.callers import Caller
from frontdesk.kernel.kinds import Index, Kind
from frontdesk.kernel.money import Minor
from frontdesk.kernel.sensitive import SENSITIVE
from frontdesk.kernel.time import sortable
from frontdesk.services.orders.commands import Method, Status, Window
from frontdesk.services.orders.events import (
    OrderBackordered,
    OrderCancelled,
    OrderDelivered,
    OrderDispatched,
    OrderProcessed,
    OrderRejected,
    OrderReturned,
)
from frontdesk.services.orders.prices import Line
from frontdesk.transitions import IllegalTransition


class Verb(StrEnum):
    """What can be done with an order."""

    PROCESS = "process"
    BACKORDER = "backorder"
    REJECT = "reject"
    CANCEL = "cancel"
    DISPATCH = "dispatch"
    DELIVER = "deliver"
    RETURN = "return"


# The guard, the documentation and the tests: whatever is not in here does not happen.
TRANSITIONS: Mapping[Status, Mapping[Verb, Status]] = {
    Status.NEW: {
        Verb.PROCESS: Status.PROCESSED,
        Verb.BACKORDER: Status.BACKORDERED,
        Verb.REJECT: Status.REJECTED,
        Verb.CANCEL: Status.CANCELLED,
    },
    Status.BACKORDERED: {Verb.PROCESS: Status.PROCESSED, Verb.CANCEL: Status.CANCELLED},
    Status.PROCESSED: {Verb.DISPATCH: Status.DISPATCHED, Verb.CANCEL: Status.CANCELLED},
    Status.DISPATCHED: {Verb.DELIVER: Status.DELIVERED, Verb.RETURN: Status.RETURNED},
    Status.DELIVERED: {Verb.RETURN: Status.RETURNED},
    Status.REJECTED: {},
    Status.CANCELLED: {},
    Status.RETURNED: {},
}


class Customer(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who an order is for, as they said when it was placed."""

    name: Annotated[str, SENSITIVE]
    email: Annotated[str | None, SENSITIVE] = None
    phone: Annotated[str | None, SENSITIVE] = None


class Delivery(msgspec.Struct, frozen=True, omit_defaults=True):
    """How an order reaches its customer."""

    method: Method
    address: Annotated[str | None, SENSITIVE] = None
    window: Window | None = None
    note: Annotated[str | None, SENSITIVE] = None


class Shipment(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who carries an order, and what they call the parcel."""

    carrier: str
    tracking: Annotated[str | None, SENSITIVE] = None


class Shortage(msgspec.Struct, frozen=True):
    """A product of which an order wanted more than there was."""

    sku: str
    wanted: int
    available: int


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entry of an order's history: the status it came to, when, and the subject whose doing it was."""

    status: Status
    at: datetime
    by: str
    reason: Annotated[str | None, SENSITIVE] = None


class Order(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One accepted order, at the prices of the moment it was placed. `steps` begins with that moment.

    `history` marks one that was over before it came here: it moves neither stock nor money, and stays as it is.
    """

    shop_id: str
    channel: str
    customer_id: str
    customer: Customer
    delivery: Delivery
    currency: str
    tax_included: bool
    lines: tuple[Line, ...]
    net: Minor
    tax: Minor
    gross: Minor
    steps: tuple[Step, ...]
    event_source: str = ""
    shortages: tuple[Shortage, ...] = ()
    shipment: Shipment | None = None
    reference: str = ""
    history: bool = False

    @property
    def status(self) -> Status:
        """Where the order stands now."""
        return self.steps[-1].status

    @property
    def placed_at(self) -> datetime:
        """When the order was accepted."""
        return self.steps[0].at

    @property
    def is_tracked(self) -> bool:
        """Whether the order needs stock."""
        return True in [line.tracked for line in self.lines]

    def may(self, verb: Verb) -> bool:
        """Return whether the order's present status allows this."""
        return not self.history and verb in TRANSITIONS[self.status]

    def is_open_to(self, caller: Caller) -> bool:
        """Return whether a caller may see and cancel this: its customer, and the staff of its shop."""
        return caller.subject == self.customer_id or is_staff(caller, self.shop_id)

    def process(self, id: str, by: str, now: datetime) -> tuple["Order", OrderProcessed]:
        """Note that all it needs is kept for it. Raises IllegalTransition, as all that follow."""
        event = OrderProcessed(**self._facts(id), processed_at=now)
        return self._moved(Verb.PROCESS, by, now, shortages=()), event

    def backorder(
        self, id: str, by: str, now: datetime, shortages: tuple[Shortage, ...]
    ) -> tuple["Order", OrderBackordered]:
        """Note that it waits for stock."""
        event = OrderBackordered(**self._facts(id), backordered_at=now)
        return self._moved(Verb.BACKORDER, by, now, shortages=shortages), event

    def reject(
        self, id: str, by: str, now: datetime, shortages: tuple[Shortage, ...]
    ) -> tuple["Order", OrderRejected]:
        """Refuse it for want of stock."""
        event = OrderRejected(**self._facts(id), **self._money(), rejected_at=now)
        return self._moved(Verb.REJECT, by, now, shortages=shortages), event

    def cancel(self, id: str, by: str, reason: str | None, now: datetime) -> tuple["Order", OrderCancelled]:
        """Call it off. The reason may be personal: no event has it."""
        event = OrderCancelled(
            **self._facts(id), **self._money(), cancelled_at=now, previous=self.status.value
        )
        return self._moved(Verb.CANCEL, by, now, reason, shortages=()), event

    def dispatch(
        self, id: str, by: str, shipment: Shipment, now: datetime
    ) -> tuple["Order", OrderDispatched]:
        """Send it on its way."""
        event = OrderDispatched(
            **self._facts(id), **self._money(), dispatched_at=now, carrier=shipment.carrier
        )
        return self._moved(Verb.DISPATCH, by, now, shipment=shipment), event

    def deliver(self, id: str, by: str, now: datetime) -> tuple["Order", OrderDelivered]:
        """Note that it has reached its customer."""
        return self._moved(Verb.DELIVER, by, now), OrderDelivered(**self._facts(id), delivered_at=now)

    def take_back(
        self, id: str, by: str, reason: str | None, now: datetime, *, restock: bool
    ) -> tuple["Order", OrderReturned]:
        """Take it back."""
        event = OrderReturned(**self._facts(id), **self._money(), returned_at=now, restock=restock)
        return self._moved(Verb.RETURN, by, now, reason), event

    def as_placed(self) -> "Order":
        """Return the order as its creation left it."""
        return replace(self, steps=self.steps[:1], shortages=(), shipment=None)

    def _facts(self, id: str) -> dict[str, Any]:
        return {
            "order_id": id,
            "shop_id": self.shop_id,
            "customer_id": self.customer_id,
            "event_source": self.event_source,
        }

    def _money(self) -> dict[str, Any]:
        return {"currency": self.currency, "net": self.net, "tax": self.tax, "gross": self.gross}

    def _moved(
        self, verb: Verb, by: str, now: datetime, reason: str | None = None, **others: object
    ) -> "Order":
        if not self.may(verb):
            ways = [] if self.history else list(TRANSITIONS[self.status])
            raise IllegalTransition(order_status=self.status, allowed=ways)
        step = Step(TRANSITIONS[self.status][verb], now, by, reason)
        return replace(self, steps=(*self.steps, step), **others)


ORDERS = Kind(
    "order",
    Order,
    schema=2,
    upcasts={1: lambda body: body},  # what schema 2 adds has defaults that are true of older orders
    indexes=(
        Index("by_customer", lambda order: order.customer_id, lambda order: sortable(order.placed_at)),
        Index("by_shop", lambda order: order.shop_id, lambda order: sortable(order.placed_at)),
    ),
    as_created=Order.as_placed,
)


def is_staff(caller: Caller, shop_id: str) -> bool:
    """Return whether a caller works for a shop."""
    return caller.has_role(f"shop:{shop_id}", "staff", "owner")
