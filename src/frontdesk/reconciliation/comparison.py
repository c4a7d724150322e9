"""The whole comparison: orders against books and stock, line by line; then balances, numbers, shelves and queues."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from frontdesk.kernel.kinds import AnyStored, Kind
from frontdesk.kernel.records import Record
from frontdesk.reconciliation import orders
from frontdesk.reconciliation.cases import cases, values
from frontdesk.reconciliation.findings import Code, Finding
from frontdesk.reconciliation.ledger import BALANCES, Ledger
from frontdesk.reconciliation.snapshot import Snapshot, Undelivered
from frontdesk.reconciliation.stock import FREE, HELD, Shelves
from frontdesk.services.accounting.invoices import INVOICES, NUMBERINGS
from frontdesk.services.accounting.model import ENTRIES
from frontdesk.services.inventory.entries import ENTRIES as STOCK_ENTRIES
from frontdesk.services.inventory.holds import HOLDS
from frontdesk.services.inventory.reservations import RESERVATIONS
from frontdesk.services.inventory.shelves import SHELVES
from frontdesk.services.orders.model import ORDERS

KINDS = (ORDERS, ENTRIES, INVOICES, NUMBERINGS, RESERVATIONS, STOCK_ENTRIES, HOLDS, SHELVES)
"""What is read, each record once."""

PROGRESS_STEP = 500  # records


class Comparison:
    """Compares one snapshot, once. `seen`, `waiting` and `dead` count what passed by: kinds, and subscribers.

    `progress` hears of every 500 records.
    """

    def __init__(self, snapshot: Snapshot, progress: Callable[[int], object] = lambda _: None) -> None:
        self.seen: Counter[str] = Counter()
        self.waiting: Counter[str] = Counter()
        self.dead: Counter[str] = Counter()
        self._snapshot = snapshot
        self._progress = progress
        self._read = 0
        self._ledger = Ledger()
        self._shelves = Shelves()
        self._unreadable: list[Finding] = []
        self._takes: dict[str, Callable[[Any], None]] = {
            ENTRIES.name: lambda stored: self._ledger.add_entry(stored.id, stored.value),
            INVOICES.name: lambda stored: self._ledger.add_invoice(stored.value),
            RESERVATIONS.name: lambda stored: self._shelves.add_reservation(stored.id, stored.value),
            STOCK_ENTRIES.name: lambda stored: self._shelves.add_entry(stored.value),
            HOLDS.name: lambda stored: self._shelves.add_hold(stored.value),
        }

    def findings(self) -> Iterator[Finding]:
        """Yield all that does not agree, as it is found. Raises UnsortedError."""
        snapshot = self._snapshot
        for case in cases(snapshot, self):
            yield from orders.differences(case)
            yield from self._complaints()
        numberings = ((id, stored.value) for id, stored in values(snapshot, NUMBERINGS, self))
        yield from self._ledger.numbering(numberings)
        yield from self._ledger.balances(snapshot.counters(BALANCES))
        yield from self._stock()
        yield from self._complaints()

    def _stock(self) -> Iterator[Finding]:
        for kind in (STOCK_ENTRIES, HOLDS):
            self._pass_by(kind)
        free = dict(self._snapshot.counters(FREE))
        yield from self._shelves.counts(dict(self._snapshot.counters(HELD)), free)
        shelves = ((stored.id, stored.value) for _, stored in values(self._snapshot, SHELVES, self))
        yield from self._shelves.queues(shelves, free)

    def _pass_by(self, kind: Kind[Any]) -> None:
        for _ in values(self._snapshot, kind, self):
            pass

    def stored(self, stored: AnyStored) -> None:
        """See `cases.Observer`."""
        name = stored.kind.name
        self.seen[name] += 1
        self._count()
        take = self._takes.get(name)
        if take is not None:
            take(stored)

    def unreadable(self, record: Record) -> None:
        """See `cases.Observer`."""
        self._count()
        subject = f"{record.kind} {record.id}"
        wanted = "a body that can be read"
        self._unreadable.append(Finding(Code.UNREADABLE, "", subject, wanted, f"schema {record.schema}"))

    def undelivered(self, event: Undelivered) -> None:
        """See `cases.Observer`."""
        (self.dead if event.is_dead else self.waiting)[event.subscriber] += 1
        self._shelves.add_undelivered(event)

    def _count(self) -> None:
        self._read += 1
        if self._read % PROGRESS_STEP == 0:
            self._progress(PROGRESS_STEP)

    def _complaints(self) -> Iterator[Finding]:
        yield from self._unreadable
        self._unreadable.clear()
