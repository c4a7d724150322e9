"""What one service told before, told again: under the same ids, so nothing happens twice."""

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from frontdesk.adapters.aws.relay import CHUNK, Publisher
from frontdesk.adapters.aws.stream import Told
from frontdesk.kernel.errors import Unavailable
from frontdesk.kernel.messages import Message
from frontdesk.kernel.records import CancelTimer, SetTimer


class LateTimers(Protocol):
    """Where timers go: see `adapters.aws.timers.Timers`."""

    def apply(self, timers: Iterable[SetTimer | CancelTimer], *, replace: bool) -> None:
        """Set and cancel."""


class Again:
    """Publishes to the bus, and sets timers that were not set. `heard` as in a relay."""

    def __init__(self, bus: Publisher, timers: LateTimers, heard: Collection[str] | None) -> None:
        self._bus = bus
        self._timers = timers
        self._heard = heard
        self.published = 0

    async def tell(self, writes: Iterable[Told]) -> None:
        """Tell what writes told. Raises Unavailable; then some of it may have been told, and all may be again."""
        messages = [message for one in writes for message in one.events if self._is_heard(message)]
        await self.publish(messages)
        for one in writes:
            setting = [timer for timer in one.timers if isinstance(timer, SetTimer)]
            # What was cancelled then may have been set again since; a timer too many is read again by its handler.
            self._timers.apply(setting, replace=False)

    async def publish(self, messages: Sequence[Message]) -> None:
        """Publish. Raises Unavailable when the bus refuses any of them."""
        for start in range(0, len(messages), CHUNK):
            chunk = messages[start : start + CHUNK]
            refused = len(await self._bus.publish(chunk))
            self.published += len(chunk) - refused
            if refused:
                raise Unavailable("The bus refuses what is published again.")

    def _is_heard(self, message: Message) -> bool:
        return self._heard is None or message.name in self._heard
