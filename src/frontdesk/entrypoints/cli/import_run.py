"""One import: read a page, convert it, send what is new with many requests in flight, remember how far it came."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import msgspec

from frontdesk.entrypoints.cli.import_orders import Converter, Good, Refused
from frontdesk.entrypoints.cli.import_report import Report, entry, reason
from frontdesk.entrypoints.cli.import_sending import CHANGED, Desk, send
from frontdesk.entrypoints.cli.import_source import Group
from frontdesk.entrypoints.cli.import_state import Counts, ImportState, Progress
from frontdesk.entrypoints.cli.show import Advance
from frontdesk.kernel.errors import Fault
from frontdesk.kernel.ids import fingerprint


class Orders(Protocol):
    """The old orders, in an order that does not change."""

    def groups(self, after: Any) -> Iterator[Sequence[Group]]:
        """Give pages of orders behind a place."""


class Import:
    """Runs once. Without `state` it is a dry run: it sends and remembers nothing."""

    def __init__(
        self,
        orders: Orders,
        converter: Converter,
        report: Report,
        progress: Progress,
        state: ImportState | None,
    ) -> None:
        self._orders = orders
        self._converter = converter
        self._report = report
        self._progress = progress
        self._state = state

    @property
    def counts(self) -> Counts:
        """What became of the orders so far."""
        return self._progress.counts

    def run(self, desk: Desk | None, connections: int, advance: Advance) -> None:
        """Take everything over. Raises ApiError and CommandError when the desk cannot go on; run it again then."""
        began, rows_before = time.monotonic(), self.counts.rows
        with ThreadPoolExecutor(connections, thread_name_prefix="frontdesk-import") as pool:
            for page in self._orders.groups(self._progress.after):
                if not page:
                    continue
                taken = self._page([self._converter.order(group) for _, group in page], desk, pool)
                rows = sum(len(group) for _, group in page)
                self.counts.rows += rows
                self._save(page[-1][0], taken)
                rate = (self.counts.rows - rows_before) / (time.monotonic() - began)
                advance(rows, f"{rate:,.0f} rows/s")
        if self._state is not None:
            self._state.save(None, {})

    def _page(
        self, found: Sequence[Good | Refused], desk: Desk | None, pool: ThreadPoolExecutor
    ) -> dict[str, str]:
        """Take over one page. Returns the fingerprints of what was taken."""
        good = [order for order in found if isinstance(order, Good)]
        for refused in found:
            if isinstance(refused, Refused):
                self._refuse(refused, refused.faults)
        if desk is None or self._state is None:
            self.counts.taken += len(good)
            return {}
        known = self._state.known([order.reference for order in good])
        fresh: dict[str, tuple[Good, str]] = {}
        for order in good:
            print_of = fingerprint(msgspec.json.encode(order.body))
            if order.reference in known or order.reference in fresh:
                self._again(order, same=known.get(order.reference) == print_of)
            else:
                fresh[order.reference] = (order, print_of)
        answers = pool.map(lambda one: send(desk, one[0]), fresh.values())
        taken = (self._answered(*one, faults) for one, faults in zip(fresh.values(), answers, strict=True))
        return {reference: print_of for reference, print_of in taken if print_of}

    def _answered(self, order: Good, print_of: str, faults: Sequence[Fault]) -> tuple[str, str]:
        if not faults:
            self.counts.taken += 1
            return order.reference, print_of
        if faults[0] is CHANGED:
            self._again(order, same=False)
        else:
            self._refuse(order, faults)
        return order.reference, ""

    def _again(self, order: Good, *, same: bool) -> None:
        if same:
            self.counts.known += 1
        else:
            self.counts.changed += 1
            self._note(order, [CHANGED])

    def _refuse(self, order: Good | Refused, faults: Sequence[Fault]) -> None:
        self.counts.refused += 1
        self._note(order, faults)

    def _note(self, order: Good | Refused, faults: Sequence[Fault]) -> None:
        self._report.add(entry(order.key, order.reference, faults))
        for fault in faults:
            self.counts.reasons[reason(fault)] = self.counts.reasons.get(reason(fault), 0) + 1

    def _save(self, place: Any, taken: dict[str, str]) -> None:
        # A place of any other type does not survive JSON: then a resumed import begins at the beginning.
        self._progress.after = place if isinstance(place, int | str) else None
        self._progress.report_bytes = self._report.size()
        if self._state is not None:
            self._state.save(self._progress, taken)
