"""The journal as a whole: balances are the sums of the entries, debits equal credits, and no number is missing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice

from frontdesk.reconciliation.findings import Code, Finding
from frontdesk.services.accounting.invoices import Form, Invoice, Numbering
from frontdesk.services.accounting.model import Entry, balance_changes

BALANCES = "accounting:balance:"
LARGEST_SERIAL = 100_000_000  # of a row that is kept track of: a bit for each number
SHOWN = 10  # missing numbers of one row


class Row:
    """The numbers of one row of documents: which there are, and which there are twice."""

    def __init__(self) -> None:
        self._bits = bytearray()
        self.last = 0
        self.odd: list[int] = []  # twice, or none that a row can have

    def add(self, serial: int) -> None:
        """Take in one document."""
        byte, bit = divmod(serial, 8)
        if not 0 < serial <= LARGEST_SERIAL:
            self.odd.append(serial)
            return
        if byte >= len(self._bits):
            self._bits.extend(bytes(byte + 1 - len(self._bits)))
        if self._bits[byte] >> bit & 1:
            self.odd.append(serial)
        self._bits[byte] |= 1 << bit
        self.last = max(self.last, serial)

    def missing(self) -> Iterator[int]:
        """Yield the numbers up to the last that no document has."""
        return (n for n in range(1, self.last + 1) if not self._bits[n // 8] >> n % 8 & 1)


class Ledger:
    """Sums of what passes by, to be compared with what is kept."""

    def __init__(self) -> None:
        self._sums: dict[str, int] = defaultdict(int)
        self._rows: dict[tuple[str, Form], Row] = defaultdict(Row)

    def add_entry(self, id: str, entry: Entry) -> None:
        """Take in an entry."""
        for add in balance_changes(id, entry):
            self._sums[add.key] += add.amount

    def add_invoice(self, invoice: Invoice) -> None:
        """Take in an invoice or a credit note."""
        self._rows[invoice.shop_id, invoice.form].add(invoice.serial)

    def balances(self, counters: Iterable[tuple[str, int]]) -> Iterator[Finding]:
        """Compare the balances with the entries."""
        kept = dict(counters)
        totals: dict[tuple[str, str], int] = defaultdict(int)
        for key in sorted({*kept, *self._sums}):
            shop_id, currency, account, shard = key.removeprefix(BALANCES).split(":")
            totals[shop_id, currency] += kept.get(key, 0)
            if kept.get(key, 0) != self._sums.get(key, 0):
                subject = f"{account}, {currency}, shard {shard}"
                wanted, found = f"{self._sums.get(key, 0)}", f"{kept.get(key, 0)}"
                yield Finding(Code.WRONG_BALANCE, shop_id, subject, f"{wanted}, as its entries say", found)
        for (shop_id, currency), total in totals.items():
            if total:
                yield Finding(Code.UNBALANCED, shop_id, f"all accounts in {currency}", "0", f"{total}")

    def numbering(self, numberings: Iterable[tuple[str, Numbering]]) -> Iterator[Finding]:
        """Compare the numbers that were drawn with the documents that have them."""
        drawn = {}
        for shop_id, numbering in numberings:
            drawn[shop_id, Form.INVOICE] = numbering.invoices
            drawn[shop_id, Form.CREDIT_NOTE] = numbering.credit_notes
        for shop_id, form in sorted({*drawn, *self._rows}):
            row, last = self._rows[shop_id, form], drawn.get((shop_id, form), 0)
            missing = list(islice(row.missing(), SHOWN))
            faults = [f"{serial} is there twice, or is none" for serial in row.odd[:SHOWN]]
            faults += [f"{serial} is missing" for serial in missing]
            faults += [f"the last is {row.last}"] if row.last != last else []
            if faults:
                expected = f"every number from 1 to {last} once"
                yield Finding(
                    Code.WRONG_NUMBERING, shop_id, f"{form.value} numbers", expected, "; ".join(faults)
                )
