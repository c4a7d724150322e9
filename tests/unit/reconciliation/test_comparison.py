"""What the comparison takes for granted: names, states, and a snapshot that is in order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest

from frontdesk.kernel.records import Record
from frontdesk.reconciliation import orders
from frontdesk.reconciliation.cases import UnsortedError
from frontdesk.reconciliation.comparison import KINDS, Comparison
from frontdesk.reconciliation.findings import Code, Finding
from frontdesk.reconciliation.snapshot import Undelivered
from frontdesk.reconciliation.stock import KEEPER
from frontdesk.services.accounting.invoices import INVOICES, NUMBERINGS, Form, Invoice, Numbering
from frontdesk.services.accounting.service import SERVICE as ACCOUNTING
from frontdesk.services.inventory.events import StockMoved
from frontdesk.services.inventory.service import SERVICE as INVENTORY
from frontdesk.services.orders.commands import Status
from frontdesk.services.orders.model import TRANSITIONS
from frontdesk.services.orders.service import SERVICE as ORDERS
from tests.unit.driver import START
from tests.unit.reconciliation.world import SERVICES


@dataclass
class Listed:
    """A snapshot in lists, as an export of another store would give one."""

    records: Mapping[str, list[Record]] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)

    def scan(self, kind: str) -> Iterator[Record]:
        """See `Snapshot`."""
        yield from self.records.get(kind, [])

    def counters(self, prefix: str) -> Iterator[tuple[str, int]]:
        """See `Snapshot`."""
        return ((key, count) for key, count in self.counts.items() if key.startswith(prefix))

    def undelivered(self, field: str) -> Iterator[Undelivered]:
        """See `Snapshot`."""
        yield from ()


def findings(snapshot: Listed) -> list[Finding]:
    return list(Comparison(snapshot).findings())


def invoice(serial: int, shop_id: str = "corner") -> Record:
    document = Invoice(
        form=Form.INVOICE,
        shop_id=shop_id,
        order_id=f"ord_{serial:03}",
        customer_id="usr_ana",
        serial=serial,
        issued_at=START,
        supplied_at=START,
        currency="EUR",
        net=1,
        tax=0,
        gross=1,
    )
    return INVOICES.new(document.id, document).record()


def numbering(last: int) -> Record:
    return NUMBERINGS.new("corner", Numbering(last)).record()


def test_nothing_agrees_with_nothing() -> None:
    assert findings(Listed()) == []


def test_records_out_of_order_are_refused_rather_than_compared() -> None:
    with pytest.raises(UnsortedError):
        findings(Listed({"invoice": [invoice(2), invoice(1)]}))


@pytest.mark.parametrize(
    ("serials", "last", "found"),
    [
        ([1, 2, 3], 3, None),
        ([1, 3], 3, "2 is missing"),
        ([1, 2], 3, "the last is 2"),
        ([1, 2], 1, "the last is 2"),
        ([4], 4, "1 is missing; 2 is missing; 3 is missing"),
        ([], 0, None),
        ([12], 12, "; ".join(f"{n} is missing" for n in range(1, 11))),
    ],
)
def test_a_gap_in_the_numbers_is_named(serials: list[int], last: int, found: str | None) -> None:
    snapshot = Listed({"invoice": [invoice(n) for n in serials], "numbering": [numbering(last)]})
    told = [finding.found for finding in findings(snapshot) if finding.code is Code.WRONG_NUMBERING]
    assert told == ([found] if found else [])


@pytest.mark.parametrize("serial", [1, 0, -1, 10**12])
def test_a_number_that_cannot_be_is_named(serial: int) -> None:
    strange = Record(
        "invoice",
        "ord_002:invoice",
        1,
        1,
        invoice(2).body.replace('"serial":2', f'"serial":{serial}'),
    )
    snapshot = Listed({"invoice": [invoice(1), strange], "numbering": [numbering(1)]})
    told = [finding.found for finding in findings(snapshot) if finding.code is Code.WRONG_NUMBERING]
    assert told == [f"{serial} is there twice, or is none"]


def test_every_status_has_its_demands() -> None:
    assert set(orders.ENTRIES) == set(orders.STATES) == set(Status) == set(TRANSITIONS)


def test_the_subscribers_and_events_that_excuse_a_difference_are_real() -> None:
    heard = {(r.subscriber, r.on.NAME) for service in SERVICES for r in service.reactions}
    assert {("accounting", name) for names in orders.TOLD_BY.values() for name in names} <= heard
    assert (KEEPER, StockMoved.NAME) in heard
    told = {r.subscriber for r in ACCOUNTING.reactions}
    assert set(orders.BOOKS) == told
    assert set(orders.GOODS) <= {r.subscriber for s in (INVENTORY, ORDERS) for r in s.reactions}


def test_every_kind_is_read_that_moves_money_or_goods() -> None:
    copies = {"orders_shop", "orders_price", "accounting_shop"}
    moving = {kind.name for service in (ORDERS, INVENTORY, ACCOUNTING) for kind in service.kinds} - copies
    assert {kind.name for kind in KINDS} == moving
