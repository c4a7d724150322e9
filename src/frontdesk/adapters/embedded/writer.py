"""The writer: many commits, one fsync. Statements run on the loop, only COMMIT waits on a thread.

    submit ──► waiting ──► flush: begin, check, write ──► COMMIT on the thread ──► answered
                 ▲                                            │
                 └── the next batch gathers meanwhile ◄───────┘

Nothing is answered before its COMMIT has returned. When a COMMIT fails, its outcome is unknown: every commit in it gets
Unavailable, the connection is opened anew, and the callers' keys resolve the rest.
"""

import asyncio
import logging
import queue
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from frontdesk.adapters.embedded.database import Database
from frontdesk.adapters.embedded.effect import Effect
from frontdesk.adapters.embedded.figures import CommitFigures
from frontdesk.adapters.embedded.transaction import HalfTakenInError, Transaction
from frontdesk.kernel.errors import FrontdeskError, Unavailable
from frontdesk.kernel.messages import Message
from frontdesk.kernel.ports import Clock
from frontdesk.kernel.records import Commit

BATCH = 512  # submissions in one transaction
OLDEST_WAIT = timedelta(seconds=1)  # past this, new requests are told to come again
GATHER_SECONDS = 0.003  # from the end of a transaction of several requests to the next; see docs/adr/0012
GATHERED = 20  # submissions that wait for no others after that

Also = Callable[[Transaction], None]
Tell = Callable[[Exception | None], None]
Committed = Callable[[Sequence[tuple[int, Message]]], None]
_log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Submission:
    """Commits that stand or fall together, and statements to run with them."""

    commits: tuple[Commit, ...]
    effect: Effect | None
    also: Also | None
    patient: bool
    tell: Tell
    since: float
    error: Exception | None = field(default=None)


class Writer:
    """The only one that writes to the database. Used from one asyncio loop."""

    def __init__(self, database: Database, clock: Clock, committed: Committed) -> None:
        self._database = database
        self._clock = clock
        self._committed = committed
        self.figures = CommitFigures()
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[Submission] = deque()
        self._flushing: tuple[list[Submission], Transaction] | None = None
        self._scheduled = False
        self._gathers = False  # whether the one being written has several requests
        self._not_before = 0.0  # when the next transaction may begin, in the loop's time
        self._closed = False
        self._next_seq = database.last_seq() + 1
        self._work: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._commit_thread, name="frontdesk-commit", daemon=True)
        self._thread.start()

    async def submit(
        self,
        *commits: Commit,
        effect: Effect | None = None,
        also: Also | None = None,
        patient: bool = False,
    ) -> None:
        """Return when all of it is durable. Raises the refusal of `Store.commit`, or Unavailable when too much waits.

        `effect` is what the commits come to, where they were checked one after another already.
        `patient` submissions (reactions, timers) wait as long as it takes: what was accepted is never shed.
        """
        answered: asyncio.Future[None] = self._loop.create_future()
        self.begin(*commits, tell=partial(_answer, answered), effect=effect, also=also, patient=patient)
        await answered

    def begin(
        self,
        *commits: Commit,
        tell: Tell,
        effect: Effect | None = None,
        also: Also | None = None,
        patient: bool = False,
    ) -> None:
        """Begin to `submit`. `tell` is called when all of it is durable, or with what `submit` would raise then.

        Raises Unavailable when too much waits.
        """
        if self._closed:
            raise Unavailable("The desk is closing.")
        if not patient and self.is_late():
            raise Unavailable
        self._waiting.append(Submission(commits, effect, also, patient, tell, self._loop.time()))
        self._schedule()

    def is_late(self) -> bool:
        """Return whether something has waited so long that no more may join it."""
        if not self._waiting:
            return False
        return self._loop.time() - self._waiting[0].since > OLDEST_WAIT.total_seconds()

    async def close(self) -> None:
        """Write what waits, then stop the thread."""
        self._closed = True
        while self._waiting or self._flushing is not None:  # noqa: ASYNC110 - once, at the end
            await asyncio.sleep(0.001)
        self._work.put(False)
        await asyncio.to_thread(self._thread.join)

    def _schedule(self) -> None:
        if self._waiting and self._flushing is None and not self._scheduled:
            self._scheduled = True
            if self._not_before > self._loop.time():
                self._loop.call_at(self._not_before, self._flush)
            else:
                self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._scheduled = False
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), BATCH))]
        if not batch:
            return
        self._gathers = sum(not submission.patient for submission in batch) > 1
        try:
            transaction = self._apply_together(batch)
        except Exception as error:  # noqa: BLE001 - one of them broke it; which one is found below
            if not isinstance(error, HalfTakenInError):
                _log.exception("a batch could not be written at once; each commit is tried alone")
            try:
                transaction = self._apply_apart(batch)
            except Exception as broken:  # noqa: BLE001 - everybody who waits must have an answer
                self._give_up(batch, broken)
                self._schedule()
                return
        self._flushing = (batch, transaction)
        self._work.put(True)

    def _apply_together(self, batch: list[Submission]) -> Transaction:
        self._database.writing.execute("begin immediate")
        try:
            transaction = self._database.transaction(self._next_seq)
            transaction.read(batch)
            for submission in batch:
                self._apply(submission, transaction)
            transaction.write()
        except Exception:
            self._database.writing.execute("rollback")
            raise
        return transaction

    def _apply_apart(self, batch: list[Submission]) -> Transaction:
        """One commit broke the others' transaction: give each a savepoint, so that it fails alone."""
        writing = self._database.writing
        writing.execute("begin immediate")
        whole = self._database.transaction(self._next_seq)
        for submission in batch:
            writing.execute("savepoint one")
            one = self._database.transaction(whole.next_seq, hot=False)
            try:
                submission.error = None
                one.read([submission])
                self._apply(submission, one)
                one.write()
            except Exception as error:  # noqa: BLE001 - it is this submission's answer
                submission.error = error.refusal if isinstance(error, HalfTakenInError) else error
                writing.execute("rollback to one")
            else:
                whole.absorb(one)
            writing.execute("release one")
        return whole

    def _apply(self, submission: Submission, transaction: Transaction) -> None:
        try:
            transaction.add(submission, self._clock.now())
        except FrontdeskError as refusal:
            submission.error = refusal
            return
        if submission.also is not None:
            submission.also(transaction)

    def _commit_thread(self) -> None:
        while self._work.get():
            error: Exception | None = None
            begun = time.perf_counter()
            try:
                self._database.writing.execute("commit")
                self.figures.seconds.note(time.perf_counter() - begun)
                self._database.after_commit()
            except sqlite3.Error as raised:
                error = raised
            self._loop.call_soon_threadsafe(self._done, error)

    def _done(self, error: Exception | None) -> None:
        assert self._flushing is not None  # noqa: S101 - the thread answers what _flush gave it
        batch, transaction = self._flushing
        self._flushing = None
        if error is not None:
            self._give_up(batch, error)
        else:
            self.figures.sizes.note(len(batch))
            self._next_seq = transaction.next_seq
            self._database.remember(transaction)
        if self._gathers and len(self._waiting) < GATHERED:
            # So that what these set going has its place in the next transaction.
            self._not_before = self._loop.time() + GATHER_SECONDS
            self._schedule()
        elif self._waiting:  # at once, so that COMMIT works while these are answered
            self._flush()
        if error is None:
            for submission in batch:
                submission.tell(submission.error)
            self._committed(transaction.events)

    def _give_up(self, batch: list[Submission], error: Exception) -> None:
        _log.error("a transaction failed, its outcome is unknown: %s", type(error).__name__)
        self.figures.failed += 1
        for submission in batch:
            submission.error = Unavailable(
                "The outcome is unknown. Send it again with the same Idempotency-Key."
            )
            submission.tell(submission.error)
        try:
            self._start_over()
        except (OSError, sqlite3.Error):
            _log.exception("the database cannot be opened anew; the next transaction tries again")
            self._database.writing.close()

    def _start_over(self) -> None:
        """Open the database anew. What a COMMIT made true although it seemed to fail is announced now."""
        self._database.reopen()
        stood = self._database.events_since(self._next_seq)
        self._next_seq = self._database.last_seq() + 1
        self._committed(stood)


def _answer(answered: asyncio.Future[None], error: Exception | None) -> None:
    if answered.done():  # its caller has gone
        return
    if error is None:
        answered.set_result(None)
    else:
        answered.set_exception(error)
