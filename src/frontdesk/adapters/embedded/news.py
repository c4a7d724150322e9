"""News: what has changed since a worker was last told.

So it may keep what it has read, and is never behind a request that was answered before.
"""

from collections.abc import Callable

import msgspec

from frontdesk.adapters.embedded.transaction import Transaction

MOST = 20_000  # changes that are remembered; past that the worker forgets all that it has read


class Told(msgspec.Struct, frozen=True, array_like=True):
    """Records and counters, and where they stand now; `all_else`: nothing else that was read before counts."""

    records: dict[tuple[str, str], int]  # the version, by kind and id
    counts: dict[str, int]
    all_else: bool = False


def _nobody() -> None:
    """Hear nothing."""


class News:
    """Collects what transactions have changed, from when it was first asked on, and calls `heard` each time."""

    def __init__(self) -> None:
        self.heard: Callable[[], None] = _nobody
        self._records: dict[tuple[str, str], int] = {}
        self._counts: dict[str, int] = {}
        self._all_else = True

    def note(self, transaction: Transaction) -> None:
        """Take in what a transaction has made true."""
        if self._all_else:
            return
        for kind, records in transaction.records.items():
            self._records.update([((kind, id), record.version) for id, record in records.items()])
        self._counts.update(transaction.counted)
        if len(self._records) + len(self._counts) > MOST:
            self.forget()
        elif self._records or self._counts:
            self.heard()

    def forget(self) -> None:
        """Let nothing count that was read before."""
        self._records.clear()
        self._counts.clear()
        self._all_else = True
        self.heard()

    def take(self) -> Told | None:
        """Return what there is to tell, None for nothing, and begin anew."""
        if not (self._all_else or self._records or self._counts):
            return None
        told = Told(self._records, self._counts, self._all_else)
        self._records, self._counts, self._all_else = {}, {}, False
        return told
