"""`ports.Store` on SQLite. Reads are local and quick, so they run on the loop; commits wait for the writer."""

from collections.abc import Mapping, Sequence

from frontdesk.adapters.embedded.at_hand import AtHand
from frontdesk.adapters.embedded.database import Database
from frontdesk.adapters.embedded.log import REACTION_LAG_SECONDS, EventLog
from frontdesk.adapters.embedded.writer import Tell, Writer
from frontdesk.kernel.errors import Unavailable
from frontdesk.kernel.records import Claim, Commit, Record, Span


class ReadingStore:
    """The reads of `ports.Store`, over what is at hand."""

    def __init__(self, at_hand: AtHand) -> None:
        self._at_hand = at_hand

    async def get(self, kind: str, id: str) -> Record | None:
        """See `ports.Store`."""
        return self._at_hand.get(kind, id)

    async def get_many(self, kind: str, ids: Sequence[str]) -> Mapping[str, Record]:
        """See `ports.Store`."""
        return self._at_hand.get_many(kind, ids)

    async def query(self, kind: str, index: str, partition: str, span: Span) -> list[Record]:
        """See `ports.Store`."""
        return self._at_hand.query(kind, index, partition, span)

    async def counts(self, keys: Sequence[str]) -> Mapping[str, int]:
        """See `ports.Store`."""
        return self._at_hand.counts(keys)

    async def claim(self, key: str) -> Claim | None:
        """See `ports.Store`."""
        return self._at_hand.claim(key)


class SqliteStore(ReadingStore):
    """One store for all services of the process."""

    def __init__(self, database: Database, writer: Writer, log: EventLog) -> None:
        super().__init__(database.at_hand)
        self._writer = writer
        self._log = log

    def is_busy(self) -> bool:
        """Return whether a commit would be refused now: too much waits, reactions counted in."""
        return self._log.lag() > REACTION_LAG_SECONDS or self._writer.is_late()

    async def commit(self, commit: Commit) -> None:
        """See `ports.Store`. Raises Unavailable at once while too much waits, reactions counted in."""
        self._check_lag()
        await self._writer.submit(commit)

    def begin(self, commit: Commit, tell: Tell) -> None:
        """Begin to `commit`. `tell` is called when it stands, or with what `commit` would raise then.

        Raises Unavailable at once, as `commit` does.
        """
        self._check_lag()
        self._writer.begin(commit, tell=tell)

    def _check_lag(self) -> None:
        if self._log.lag() > REACTION_LAG_SECONDS:
            raise Unavailable
