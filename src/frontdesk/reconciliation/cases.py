"""Everything about one order, brought together from streams that are all in the order of the order's id."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any, Protocol

import msgspec

from frontdesk.kernel.kinds import AnyStored, Kind
from frontdesk.kernel.records import Record
from frontdesk.reconciliation.snapshot import Snapshot, Undelivered
from frontdesk.services.accounting.invoices import INVOICES, Invoice
from frontdesk.services.accounting.model import ENTRIES, Entry
from frontdesk.services.inventory.reservations import RESERVATIONS, Reservation
from frontdesk.services.orders.model import ORDERS, Order

Keyed = Iterator[tuple[str, Any]]


class UnsortedError(Exception):
    """A snapshot does not give its records in the order of their ids, so nothing can be compared."""


class Observer(Protocol):
    """Sees everything that passes by, once."""

    def stored(self, stored: AnyStored) -> None:
        """Take in a record."""

    def unreadable(self, record: Record) -> None:
        """Take in a record that is no value of its kind."""

    def undelivered(self, event: Undelivered) -> None:
        """Take in an event that somebody has not taken in."""


@dataclass
class Case:
    """One order, and all that refers to it: entries and invoices by what their ids say they are."""

    id: str
    order: Order | None = None
    entries: dict[str, Entry] = field(default_factory=dict)
    invoices: dict[str, Invoice] = field(default_factory=dict)
    reservation: Reservation | None = None
    undelivered: list[Undelivered] = field(default_factory=list)


def cases(snapshot: Snapshot, observer: Observer) -> Iterator[Case]:
    """Yield every order that anything knows of. Raises UnsortedError."""
    kinds: tuple[Kind[Any], ...] = (ORDERS, ENTRIES, INVOICES, RESERVATIONS)
    streams = [_in_order(kind.name, values(snapshot, kind, observer)) for kind in kinds]
    streams.append(_in_order("event", _undelivered(snapshot, observer)))
    for id, parts in groupby(merge(*streams, key=itemgetter(0)), key=itemgetter(0)):
        case = Case(id)
        for _, part in parts:
            _add(case, part)
        yield case


def values(snapshot: Snapshot, kind: Kind[Any], observer: Observer) -> Keyed:
    """Yield what is stored of a kind, under the part of its id before a colon: an order's id, where there is one."""
    for record in snapshot.scan(kind.name):
        try:
            stored = kind.load(record)
        except (msgspec.MsgspecError, LookupError):
            observer.unreadable(record)
        else:
            observer.stored(stored)
            yield record.id.partition(":")[0], stored


def _undelivered(snapshot: Snapshot, observer: Observer) -> Keyed:
    for event in snapshot.undelivered("order_id"):
        observer.undelivered(event)
        if event.key:
            yield event.key, event


def _in_order(what: str, keyed: Keyed) -> Keyed:
    last = ""
    for key, value in keyed:
        if key < last:
            raise UnsortedError(f"every {what} must come in the order of the orders that they are about")
        last = key
        yield key, value


def _add(case: Case, part: Any) -> None:
    value = getattr(part, "value", part)
    if isinstance(value, Order):
        case.order = value
    elif isinstance(value, Entry):
        case.entries[part.id.partition(":")[2]] = value
    elif isinstance(value, Invoice):
        case.invoices[part.id.partition(":")[2]] = value
    elif isinstance(value, Reservation):
        case.reservation = value
    else:
        case.undelivered.append(value)
