"""The embedded runtime, put together: database, writer, store, log, subscribers and timers on one asyncio loop."""

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from datetime import timedelta

from frontdesk.adapters.embedded.database import Database
from frontdesk.adapters.embedded.directory import DataDirectory
from frontdesk.adapters.embedded.letters import SqliteLetters
from frontdesk.adapters.embedded.log import EventLog, Position
from frontdesk.adapters.embedded.store import SqliteStore
from frontdesk.adapters.embedded.subscriber import Subscriber
from frontdesk.adapters.embedded.timers import LOOK_EVERY_SECONDS, fire_due
from frontdesk.adapters.embedded.writer import Writer
from frontdesk.kernel.bus import Bus, Fate, cause
from frontdesk.kernel.errors import Unavailable
from frontdesk.kernel.messages import Message
from frontdesk.kernel.services import Service, subscribers

KEEP_EVENTS = timedelta(days=30)
TRIM_EVERY_SECONDS = 600.0
PAUSE_SECONDS = 0.2  # after a failure of the database
_log = logging.getLogger(__name__)


class EmbeddedRuntime:
    """Open from `start` to `stop`. `hold_reactions` accepts requests and lets their events wait in the log."""

    def __init__(
        self, directory: DataDirectory, services: Sequence[Service], bus: Bus, *, hold_reactions: bool = False
    ) -> None:
        self._directory = directory
        self._services = services
        self.bus = bus
        self._hold = hold_reactions
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False

    async def start(self) -> None:
        """Take the directory and begin to work. Raises InUseError, FormatError."""
        self._directory.lock()
        try:
            self._open()
        except BaseException:
            self._directory.unlock()
            raise

    def _open(self) -> None:
        kinds = [kind for service in self._services for kind in service.kinds]
        self._database = Database(self._directory.database, kinds)
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
        await self.writer.close()
        self._database.close()
        self._directory.unlock()

    def is_ready(self) -> bool:
        """Return whether every part runs."""
        return not self._stopping and all(not task.done() for task in self._tasks)

    def _subscribe(self, name: str) -> None:
        service, reactions = subscribers(self._services)[name]
        subscriber = Subscriber(
            name, service, reactions, bus=self.bus, log=self.log, store=self.store, observe=_observe
        )
        position = self.log.join(name, subscriber.names)
        self._spawn(self._follow(subscriber, position), name)

    def _spawn(self, coroutine: Coroutine[None, None, None], name: str) -> None:
        self._tasks.append(asyncio.get_running_loop().create_task(coroutine, name=f"frontdesk {name}"))

    async def _follow(self, subscriber: Subscriber, position: Position) -> None:
        while True:
            position.wake.clear()
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
                await self._wait(position)

    async def _wait(self, position: Position) -> None:
        timeout = None
        if position.next_retry is not None:
            timeout = max(0.0, (position.next_retry - self.bus.clock.now()).total_seconds())
        try:
            await asyncio.wait_for(position.wake.wait(), timeout)
        except TimeoutError:
            return

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


def _observe(subscriber: str, message: Message, outcome: Fate, error: BaseException | None) -> None:
    if error is None:
        return
    level = logging.ERROR if outcome is Fate.DEAD else logging.WARNING
    extra = {"subscriber": subscriber, "message_id": message.id, "event": message.name, "fate": outcome.value}
    extra |= {"correlation_id": message.correlation_id, "cause": cause(error)}
    _log.log(level, "a reaction did not succeed", extra=extra)
