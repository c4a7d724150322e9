"""The worker's own side: it decides what it is asked, one batch after another, until the desk is gone."""

import asyncio
import logging
import signal
import socket
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, closing, suppress
from dataclasses import replace
from pathlib import Path

from frontdesk.adapters.embedded import interpreter
from frontdesk.adapters.embedded.database import HOT_BODY_CHARS
from frontdesk.adapters.embedded.decider import Decider
from frontdesk.adapters.embedded.directory import DataDirectory
from frontdesk.adapters.embedded.news import Told
from frontdesk.adapters.embedded.reads import Reads
from frontdesk.adapters.embedded.rows import KindTable
from frontdesk.adapters.embedded.worker_frames import (
    BUFFER_BYTES,
    SETUP,
    WANTED,
    Decided,
    Refused,
    Setup,
    Wanted,
    framed,
    next_frame,
)
from frontdesk.kernel.bus import Bus, Fate
from frontdesk.kernel.errors import Conflict
from frontdesk.kernel.messages import Message
from frontdesk.kernel.records import Claim, Commit, Record, Span
from frontdesk.kernel.services import Service, subscribers

CACHE_KIB = 8_192  # of pages, which any commit of the desk makes void
AT_HAND = 20_000  # records and counters that were read; then it begins anew
ANSWER_SECONDS = 15  # for one batch; whoever waits for it has long given up, so the process ends
_log = logging.getLogger(__name__)

Parts = tuple[Sequence[Service], Bus]


class CommittedStore:
    """What is committed, for who only reads: what a batch decides stays in its overlay.

    What was read stays at hand until the desk says, in front of each batch, that it has changed. So a batch sees every
    commit that was answered before it was sent; what is committed meanwhile it may see or not.
    """

    def __init__(self, reads: Reads) -> None:
        self._reads = reads
        self._records: dict[tuple[str, str], Record] = {}
        self._counts: dict[str, int] = {}

    def hear(self, told: Told) -> None:
        """Take in what has changed."""
        if told.all_else or len(self._records) + len(self._counts) > AT_HAND:
            self._records.clear()
            self._counts.clear()
        for place in told.records:
            self._records.pop(place, None)
        self._counts.update(told.counts)

    async def get(self, kind: str, id: str) -> Record | None:
        """See `ports.Store`."""
        record = self._records.get((kind, id)) or self._reads.record(kind, id)
        if record is not None:
            self._keep(record)
        return record

    async def get_many(self, kind: str, ids: Sequence[str]) -> Mapping[str, Record]:
        """See `ports.Store`."""
        at_hand = self._records
        found = {id: at_hand[kind, id] for id in ids if (kind, id) in at_hand}
        if len(found) < len(ids):
            for record in self._reads.records(kind, [id for id in ids if id not in found]):
                found[record.id] = record
                self._keep(record)
        return found

    async def query(self, kind: str, index: str, partition: str, span: Span) -> list[Record]:
        """See `ports.Store`."""
        return self._reads.query(kind, index, partition, span)

    async def counts(self, keys: Sequence[str]) -> Mapping[str, int]:
        """See `ports.Store`."""
        unread = [key for key in keys if key not in self._counts]
        if unread:
            self._counts.update(self._reads.counts(unread))
        return {key: self._counts[key] for key in keys}

    async def claim(self, key: str) -> Claim | None:
        """See `ports.Store`."""
        return self._reads.claim(key)

    async def commit(self, commit: Commit) -> None:
        """Refuse. Raises PermissionError."""
        raise PermissionError("The desk alone writes.")

    def _keep(self, record: Record) -> None:
        if len(record.body) <= HOT_BODY_CHARS:
            self._records[record.kind, record.id] = record


class WorkerSide:
    """Decides batches of these services' reactions."""

    def __init__(self, services: Sequence[Service], bus: Bus, reads: Reads) -> None:
        self._store = CommittedStore(reads)
        self._refused: dict[str, str] = {}
        self._has_failed = False
        self._deciders = {
            name: Decider(name, *parts, bus=bus, store=self._store, observe=self._observe)
            for name, parts in subscribers(services).items()
        }

    async def answer(self, wanted: Wanted) -> Decided:
        """Decide one batch. One with a failure is the desk's: only there it counts as a try."""
        self._store.hear(wanted.told)
        self._refused.clear()
        self._has_failed = False
        try:
            settlement = await self._deciders[wanted.subscriber].decide(wanted.entries, wanted.cursor)
        except Conflict:
            return Decided(lost=True)
        except Exception:  # noqa: BLE001 - the desk tries it by itself
            _log.exception("a batch of %s could not be decided", wanted.subscriber)
            return Decided()
        if self._has_failed:
            return Decided()
        if settlement.effect is not None:  # it says all that is in the commits
            settlement = replace(settlement, commits=())
        if not self._refused:
            return Decided(settlement)
        places = {entry.message.id: n for n, entry in enumerate(wanted.entries)}
        refused = tuple([Refused(places[id], cause) for id, cause in self._refused.items()])
        return Decided(settlement, refused=refused)

    def _observe(self, subscriber: str, message: Message, outcome: Fate, cause: str) -> None:
        if outcome is Fate.REFUSED:
            self._refused[message.id] = cause
        elif outcome is not Fate.DONE:
            self._has_failed = True


def work(number: int, parts: Callable[[Setup], AbstractContextManager[Parts]]) -> None:
    """Be a worker, at the socket of this number, until the desk is gone. `parts` lends what to decide with."""
    for sign in (signal.SIGINT, signal.SIGTERM):  # those are for the desk, which may still need answers
        signal.signal(sign, signal.SIG_IGN)
    asyncio.run(_work(number, parts))


async def _work(number: int, parts: Callable[[Setup], AbstractContextManager[Parts]]) -> None:
    reader, writer = await asyncio.open_unix_connection(sock=socket.socket(fileno=number), limit=BUFFER_BYTES)
    setup = await next_frame(reader, SETUP)
    if setup is not None:
        path = DataDirectory(Path(setup.data)).database
        with (
            parts(setup) as (services, bus),
            closing(
                sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
            ) as database,
            suppress(ConnectionError),
        ):
            database.execute(f"pragma cache_size = -{CACHE_KIB}")
            tables = {kind.name: KindTable(kind) for service in services for kind in service.kinds}
            interpreter.settle()
            await _answer(reader, writer, WorkerSide(services, bus, Reads(database, tables)))
    writer.close()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, side: WorkerSide) -> None:
    writer.write(framed(Decided()))
    while (wanted := await next_frame(reader, WANTED)) is not None:
        signal.alarm(ANSWER_SECONDS)
        answer = framed(await side.answer(wanted))
        signal.alarm(0)
        writer.write(answer)
        await writer.drain()
