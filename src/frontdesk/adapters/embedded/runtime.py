"""The embedded runtime, put together: database, writer, store, log, subscribers and timers on one asyncio loop."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

from frontdesk.adapters.embedded.copy import ContinuousCopy
from frontdesk.adapters.embedded.database import Database
from frontdesk.adapters.embedded.decider import Decider
from frontdesk.adapters.embedded.directory import DataDirectory
from frontdesk.adapters.embedded.figures import ReactionFigures
from frontdesk.adapters.embedded.letters import SqliteLetters
from frontdesk.adapters.embedded.log import EventLog
from frontdesk.adapters.embedded.news import News
from frontdesk.adapters.embedded.slow import SlowSubscriber
from frontdesk.adapters.embedded.slow_bound import BoundedDecider, bounded
from frontdesk.adapters.embedded.slow_rows import DueRows, PatientStore
from frontdesk.adapters.embedded.store import SqliteStore
from frontdesk.adapters.embedded.subscriber import Subscriber
from frontdesk.adapters.embedded.survey import Survey, survey
from frontdesk.adapters.embedded.timers import LOOK_EVERY_SECONDS, fire_due
from frontdesk.adapters.embedded.writer import Writer
from frontdesk.kernel.bus import Bus, Fate
from frontdesk.kernel.errors import Unavailable
from frontdesk.kernel.messages import Message
from frontdesk.kernel.services import Reaction, Service, subscribers

KEEP_EVENTS = timedelta(days=30)
TRIM_EVERY_SECONDS = 600.0
PAUSE_SECONDS = 0.2  # after a failure of the database
_LEVELS = {Fate.DEAD: logging.ERROR, Fate.RERUN: logging.INFO}
_log = logging.getLogger(__name__)


class Follower(Protocol):
    """A subscriber of either sort, as a task drives it."""

    name: str

    async def turn(self) -> bool:
        """Do what there is to do now. Returns False when nothing is left."""


class EmbeddedRuntime:
    """Open from `start` to `stop`. `hold_reactions` accepts requests and lets their events wait in the log.

    `news` collects for a worker what is committed.
    """

    def __init__(
        self,
        directory: DataDirectory,
        services: Sequence[Service],
        bus: Bus,
        *,
        hold_reactions: bool = False,
        copy: ContinuousCopy | None = None,
        news: News | None = None,
    ) -> None:
        self._directory = directory
        self._services = services
        self.bus = bus
        self.copy = copy
        self._news = news
        self._hold = hold_reactions
        self._tasks: list[asyncio.Task[None]] = []
        self._slow: list[SlowSubscriber] = []
        self.reactions: dict[str, ReactionFigures] = {}
        self._stopping = False

    async def start(self) -> None:
        """Take the directory and begin to work. Raises InUseError, FormatError, CopyRefusedError."""
        self._directory.lock()
        try:
            if self.copy is not None:
                self.copy.claim()
            self._open()
        except BaseException:
            if self.copy is not None:
                self.copy.release()
            self._directory.unlock()
            raise

    def _open(self) -> None:
        kinds = [kind for service in self._services for kind in service.kinds]
        self._database = Database(self._directory.database, kinds)
        if self.copy is not None:
            self.copy.start()
            self._database.tail = self.copy.tail
        self._database.news = self._news
        self.log = EventLog(self._database, self.bus.clock)
        self.writer = Writer(self._database, self.bus.clock, self.log.grown)
        self.log.writer = self.writer
        self.store = SqliteStore(self._database, self.writer, self.log)
        self.letters = SqliteLetters(self._database, self.writer, self.log)
        if not self._hold:
            for name in subscribers(self._services):
                self._subscribe(name)
        self._spawn(self._timers(), "timers")
        self._spawn(self._trim(), "trim")

    async def stop(self) -> None:
        """Finish what is being written, then give the directory back. What is left in the log waits there."""
        self._stopping = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(subscriber.drain() for subscriber in self._slow))
        await self._save_cursors()
        await self.writer.close()
        if self.copy is not None:
            await asyncio.to_thread(self.copy.finish)
        self._database.close()
        if self.copy is not None:
            self.copy.close()
        self._directory.unlock()

    def is_ready(self) -> bool:
        """Return whether every part runs."""
        return not self._stopping and all(not task.done() for task in self._tasks)

    async def survey(self) -> Survey:
        """Look at what waits and what is stored, on a thread: it holds nobody up."""
        places = {name: (p.cursor, p.names) for name, p in self.log.positions().items()}
        return await asyncio.to_thread(survey, self._directory.database, places)

    def _subscribe(self, name: str) -> None:
        self.reactions[name] = ReactionFigures()
        service, reactions = subscribers(self._services)[name]
        if any(reaction.slow for reaction in reactions):
            self._subscribe_slow(name, service, reactions)
            return
        sort = BoundedDecider if service.needs else Decider
        decider = sort(name, service, reactions, bus=self.bus, store=self.store, observe=self._observe)
        subscriber = Subscriber(decider, self.log)
        position = self.log.join(name, subscriber.names)
        self._spawn(self._follow(subscriber, position.wake, lambda: position.next_retry), name)

    def _subscribe_slow(self, name: str, service: Service, reactions: Sequence[Reaction]) -> None:
        subscriber = SlowSubscriber(
            name,
            service,
            [bounded(reaction) for reaction in reactions],
            bus=self.bus,
            log=self.log,
            rows=DueRows(self._database, self.writer),
            store=PatientStore(self._database, self.writer, self.log),
            observe=self._observe_slow,
        )
        self._slow.append(subscriber)
        self._spawn(self._follow(subscriber, subscriber.wake, subscriber.next_look), name)

    def _spawn(self, coroutine: Coroutine[None, None, None], name: str) -> None:
        self._tasks.append(asyncio.get_running_loop().create_task(coroutine, name=f"frontdesk {name}"))

    async def _follow(
        self, subscriber: Follower, wake: asyncio.Event, next_look: Callable[[], datetime | None]
    ) -> None:
        while True:
            wake.clear()
            try:
                busy = await subscriber.turn()
            except Unavailable:
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            except Exception:  # noqa: BLE001 - whatever it was, what is accepted must go on being taken in
                _log.exception("subscriber %s stumbled; it goes on", subscriber.name)
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            if not busy:
                await self._wait(wake, next_look())

    def _observe(self, subscriber: str, message: Message, outcome: Fate, cause: str) -> None:
        self.reactions[subscriber].note(outcome)
        if cause:
            extra = {"subscriber": subscriber, "message_id": message.id, "event": message.name}
            extra |= {"fate": outcome.value, "correlation_id": message.correlation_id, "cause": cause}
            level = _LEVELS.get(outcome, logging.WARNING)
            _log.log(level, "a reaction did not succeed", extra=extra)

    def _observe_slow(self, subscriber: str, message: Message, outcome: Fate, cause: str) -> None:
        self._observe(subscriber, message, outcome, cause)
        if outcome in {Fate.DONE, Fate.REFUSED}:
            age = (self.bus.clock.now() - message.at).total_seconds()
            self.log.positions()[subscriber].ages.note(max(0.0, age))

    async def _wait(self, wake: asyncio.Event, until: datetime | None) -> None:
        timeout = None
        if until is not None:
            timeout = max(0.0, (until - self.bus.clock.now()).total_seconds())
        with suppress(TimeoutError):  # wait_for could swallow the cancellation of a stop (until Python 3.12)
            async with asyncio.timeout(timeout):
                await wake.wait()

    async def _save_cursors(self) -> None:
        try:
            await self.log.save_cursors()
        except Unavailable:  # the events after them had no effect: they are looked at again
            _log.warning("the last cursors could not be stored")

    async def _timers(self) -> None:
        while True:
            try:
                fired = await fire_due(self._database, self.writer, self.bus.clock)
            except Exception:  # noqa: BLE001 - as above
                _log.exception("timers stumbled; they go on")
                fired = 0
            if not fired:
                await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def _trim(self) -> None:
        while True:
            await asyncio.sleep(TRIM_EVERY_SECONDS)
            try:
                await self.log.trim(self.bus.clock.now() - KEEP_EVENTS)
            except Exception:  # noqa: BLE001 - as above
                _log.exception("trimming the event log failed; it will be tried again")
