"""What is at hand: records and counters as they are stored, that need not be read again, over reads of the database.

Whoever has one must tell it of every change. Then what it gives is what is stored, or newer than what the caller knows.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence

from frontdesk.adapters.embedded.reads import Reads
from frontdesk.kernel.records import Claim, Record, Span

RECORDS = 20_000
ABSENT = 4_096  # of which it is known that they are not there
BODY_CHARS = 8_192  # a larger body is read again each time
COUNTERS = 20_000


class AtHand:
    """`hot`, `absent` and `standing` are for who only looks. For the reads, see `ports.Store`."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads
        # Ordered: of a plain dict, the oldest key is the slower to find the more have been removed before it.
        self.hot: OrderedDict[tuple[str, str], Record] = OrderedDict()
        self.absent: OrderedDict[tuple[str, str], None] = OrderedDict()
        self.standing: OrderedDict[str, int] = OrderedDict()

    def get(self, kind: str, id: str) -> Record | None:
        """Return a record, or None."""
        key = (kind, id)
        record = self.hot.get(key)
        if record is not None:
            self.hot.move_to_end(key)
        elif key not in self.absent:
            record = self._reads.record(kind, id)
            if record is None:
                self._keep_absent(kind, [id])
            else:
                self.keep([record])
        return record

    def get_many(self, kind: str, ids: Sequence[str]) -> dict[str, Record]:
        """Return those of these records that exist, by id."""
        found = self._hot_many(kind, ids)
        if len(found) == len(ids):
            return found
        cold = [id for id in ids if id not in found and (kind, id) not in self.absent]
        records = self._reads.records(kind, cold)
        self.keep(records)
        found.update([(record.id, record) for record in records])
        self._keep_absent(kind, [id for id in cold if id not in found])
        return found

    def query(self, kind: str, index: str, partition: str, span: Span) -> list[Record]:
        """Ask the database."""
        return self._reads.query(kind, index, partition, span)

    def counts(self, keys: Sequence[str]) -> dict[str, int]:
        """Return where counters stand; what is asked for is at hand from then on."""
        found = {key: self.standing[key] for key in keys if key in self.standing}
        cold = [key for key in keys if key not in found]
        if cold:
            read = self._reads.counts(cold)
            self.keep_counts(read)
            found.update(read)
        return found

    def claim(self, key: str) -> Claim | None:
        """Ask the database."""
        return self._reads.claim(key)

    def keep(self, records: Iterable[Record]) -> None:
        """Keep committed records; those that nobody has asked for the longest make room."""
        hot, absent = self.hot, self.absent
        for record in records:
            key = (record.kind, record.id)
            absent.pop(key, None)
            if len(record.body) <= BODY_CHARS:
                hot[key] = record
            else:
                hot.pop(key, None)
        while len(hot) > RECORDS:
            hot.popitem(last=False)

    def keep_counts(self, counts: Mapping[str, int]) -> None:
        """Keep where counters stand."""
        self.standing.update(counts)
        while len(self.standing) > COUNTERS:
            self.standing.popitem(last=False)

    def forget(self, places: Iterable[tuple[str, str]]) -> None:
        """Read these records again, when they are asked for."""
        for place in places:
            self.hot.pop(place, None)
            self.absent.pop(place, None)

    def forget_all(self) -> None:
        """Read everything again."""
        self.hot.clear()
        self.absent.clear()
        self.standing.clear()

    def _hot_many(self, kind: str, ids: Iterable[str]) -> dict[str, Record]:
        hot, found = self.hot, {}
        for id in ids:
            record = hot.get((kind, id))
            if record is not None:
                hot.move_to_end((kind, id))
                found[id] = record
        return found

    def _keep_absent(self, kind: str, ids: Iterable[str]) -> None:
        """Keep that records are not there. Exceptions are looked for all day long, and are few."""
        absent = self.absent
        for id in ids:
            absent[kind, id] = None
        while len(absent) > ABSENT:
            absent.popitem(last=False)
