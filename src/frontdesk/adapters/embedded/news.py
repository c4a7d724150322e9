"""News: what has changed since a worker was last told.

So it may keep what it has read, and is never behind a request that was answered before.
"""

import msgspec

from frontdesk.adapters.embedded.transaction import Transaction

MOST = 20_000  # changes that are remembered; past that the worker forgets all that it has read


class Told(msgspec.Struct, frozen=True, array_like=True):
    """Records by kind and id, counters and where they stand now; `all_else`: nothing that was read before counts."""

    records: list[tuple[str, str]]
    counts: dict[str, int]
    all_else: bool = False


class News:
    """Collects what transactions have changed, from when it was first asked on.

    A record that is new was read by nobody before.
    """

    def __init__(self) -> None:
        self._records: set[tuple[str, str]] = set()
        self._counts: dict[str, int] = {}
        self._all_else = True

    def note(self, transaction: Transaction) -> None:
        """Take in what a transaction has made true."""
        if self._all_else:
            return
        for kind, records in transaction.records.items():
            self._records.update([(kind, id) for id, record in records.items() if record.version > 1])
        self._counts.update(transaction.counted)
        if len(self._records) + len(self._counts) > MOST:
            self.forget()

    def forget(self) -> None:
        """Let nothing count that was read before."""
        self._records.clear()
        self._counts.clear()
        self._all_else = True

    def take(self) -> Told:
        """Return what there is to tell, and begin anew."""
        told = Told(list(self._records), self._counts, self._all_else)
        self._records.clear()
        self._counts, self._all_else = {}, False
        return told
