"""One queue: the reactions of its subscribers run on the messages of a batch, and each message meets its own fate.

Sources are worked on side by side, the messages of one source one after another. What comes again is hidden for a while
first, so that a queue does not spin on it. What failed for good becomes a dead letter, with its cause, and is
acknowledged; if even that fails it comes again, and in the end the queue's own dead-letter queue has it. Where several
subscribers share the queue and hear the same, each gets a message of its own first, so that none repeats for another.
"""

import logging
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec

from frontdesk.adapters.aws import envelope
from frontdesk.adapters.aws.burial import bury
from frontdesk.entrypoints.lambdas.batches import (
    Context,
    Deadline,
    Received,
    by_source,
    failures,
    received,
    unreadable,
)
from frontdesk.entrypoints.lambdas.driving import Driver
from frontdesk.entrypoints.lambdas.emf import Gauge, Value
from frontdesk.kernel import limits
from frontdesk.kernel.bus import Bus, Fate, cause, fate
from frontdesk.kernel.errors import Conflict, FrontdeskError
from frontdesk.kernel.messages import Message
from frontdesk.kernel.ports import Store
from frontdesk.kernel.services import Reaction, Service
from frontdesk.measures import (
    DEAD_LETTERS,
    LOST_RACES,
    REACTION_LAG,
    RETRIES,
    Measure,
)

LOST_RACE_PAUSE_MAX_SECONDS = 1.0
UNREADABLE = "malformed: nobody can read this message"
UNKNOWN = "unknown: this subscriber does not react to such an event"
_log = logging.getLogger(__name__)


class OwnQueue(Protocol):
    """The queue that a batch came from: see `adapters.aws.queues.Queue`."""

    def hide(self, handle: str, seconds: int) -> None:
        """Let nobody have a delivered message for so many seconds."""

    def send(self, body: str, delay_seconds: int = 0) -> None:
        """Put one message in."""


class Settled(msgspec.Struct, frozen=True):
    """What became of one delivery, and from its event's commit to now in milliseconds."""

    received: Received
    fate: Fate
    lag: float = 0.0

    @property
    def comes_again(self) -> bool:
        """Whether the queue is to deliver it once more."""
        return self.fate in {Fate.RERUN, Fate.RETRY}


class SubscriberFunction:
    """The reactions of the subscribers of one queue, all of one service."""

    def __init__(
        self,
        name: str,
        service: Service,
        subscribers: Sequence[str],
        *,
        bus: Bus,
        store: Store,
        queue: OwnQueue,
        driver: Driver,
        gauge: Gauge,
    ) -> None:
        self._name = name
        self._service = service
        self._reactions: dict[str, dict[str, Reaction]] = {}  # by the event's name and the subscriber's
        for reaction in service.reactions:
            if reaction.subscriber in subscribers:
                self._reactions.setdefault(reaction.on.NAME, {})[reaction.subscriber] = reaction
        self._bus = bus
        self._store = store
        self._queue = queue
        self._driver = driver
        self._gauge = gauge

    def take_in(self, event: Mapping[str, Any], context: Context) -> dict[str, Any]:
        """Take in a batch; return which of its messages are to come again."""
        deadline = Deadline(context)
        groups = by_source(received(event))
        done = self._driver.side_by_side([self._in_turn(group, deadline) for group in groups])
        settled = [one for group in done for one in group]
        self._tell(settled)
        return failures([one.received.id for one in settled if one.comes_again])

    async def _in_turn(self, group: list[Received], deadline: Deadline) -> list[Settled]:
        return [await self._settle(one, deadline) for one in group]

    async def _settle(self, one: Received, deadline: Deadline) -> Settled:
        if deadline.is_near():
            self._hide(one, 0)
            return Settled(one, Fate.RERUN)
        if one.message is None:
            return await self._bury(one, self._name, UNREADABLE)
        heard = self._reactions.get(one.message.name, {})
        listening = [name for name in heard if one.subscriber in {"", name}]
        if len(listening) > 1:
            return self._split(one, one.message, listening)
        if not listening:
            return await self._bury(one, self._name, UNKNOWN)
        reaction = heard[listening[0]]
        error = await self._react(one.message, reaction, deadline)
        outcome = fate(error, one.tries)
        if error is not None:
            self._note(one, reaction.subscriber, outcome, error)
        if outcome is Fate.DEAD and error is not None:
            return await self._bury(one, reaction.subscriber, cause(error))
        if outcome is Fate.RETRY:
            self._hide(one, math.ceil(self._bus.retry_delay(one.tries)))
        elif outcome is Fate.RERUN:
            self._hide(one, 1)
        lag = (self._bus.clock.now() - one.message.at).total_seconds() * 1000
        return Settled(one, outcome, max(0.0, round(lag, 1)))

    def _split(self, one: Received, message: Message, listening: Sequence[str]) -> Settled:
        """Send the message to each of them. One that has it twice knows it by its id."""
        try:
            for name in listening:
                self._queue.send(envelope.encode(message, service=self._service.name, subscriber=name))
        except Exception:  # noqa: BLE001 - then it comes again
            _log.warning("a message could not be split", exc_info=True, extra=self._about(one, self._name))
            return Settled(one, Fate.RERUN)
        return Settled(one, Fate.DONE)

    async def _react(self, message: Message, reaction: Reaction, deadline: Deadline) -> Exception | None:
        """Run the reaction, again for as long as it only loses races and there is time. Return how it ended."""
        pause = limits.RERUN_DELAY_SECONDS
        while True:
            try:
                await self._bus.react(self._service, reaction, message, self._store)
            except Conflict as lost:
                if deadline.is_near():
                    return lost
            except Exception as error:  # noqa: BLE001 - whatever it was, it is this message's failure
                return error
            else:
                return None
            await self._bus.clock.sleep(self._bus.chance.fraction() * 2 * pause)
            pause = min(LOST_RACE_PAUSE_MAX_SECONDS, pause * 2)

    async def _bury(self, one: Received, subscriber: str, why: str) -> Settled:
        try:
            message = one.message or unreadable(one, self._bus.clock.now())
            await bury(self._store, subscriber, message, tries=one.tries, cause=why)
        except Exception:  # noqa: BLE001 - then it comes again, and is buried by this or by the queue
            _log.exception("a dead letter could not be kept", extra=self._about(one, subscriber))
            return Settled(one, Fate.RETRY)
        return Settled(one, Fate.DEAD)

    def _hide(self, one: Received, seconds: int) -> None:
        try:
            self._queue.hide(one.handle, seconds)
        except Exception:  # noqa: BLE001 - it comes again all the same, when the queue's own time is over
            _log.warning("a message could not be hidden", exc_info=True, extra=self._about(one, self._name))

    def _note(self, one: Received, subscriber: str, outcome: Fate, error: Exception) -> None:
        more = {**self._about(one, subscriber), "fate": str(outcome), "cause": cause(error)}
        if isinstance(error, FrontdeskError):
            _log.info("a reaction ended with an error", extra=more)
        else:
            _log.error("a reaction ended with an error", exc_info=error, extra=more)

    def _about(self, one: Received, subscriber: str) -> dict[str, Any]:
        if one.message is None:
            return {"subscriber": subscriber, "message_id": one.id, "tries": one.tries}
        message = one.message
        return {
            "subscriber": subscriber,
            "event": message.name,
            "message_id": message.id,
            "correlation_id": message.correlation_id,
            "tries": one.tries,
        }

    def _tell(self, settled: list[Settled]) -> None:
        fates = Counter(one.fate for one in settled)
        counted = {LOST_RACES: fates[Fate.RERUN], RETRIES: fates[Fate.RETRY], DEAD_LETTERS: fates[Fate.DEAD]}
        lags = [one.lag for one in settled if one.fate in {Fate.DONE, Fate.REFUSED}]
        measured: dict[Measure, Value] = {measure: number for measure, number in counted.items() if number}
        if lags:
            measured[REACTION_LAG] = lags
        more = {str(name): number for name, number in fates.items()}
        self._gauge.tell(measured, subscriber=self._name, **more)
