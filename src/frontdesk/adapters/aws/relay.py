"""The relay's promise: every message is acknowledged by the bus or parked whole, or its batch is not done.

Nothing is marked as sent. The position in the stream moves only over what this returns without raising.
"""

from collections.abc import Sequence
from typing import Protocol

from frontdesk.kernel.errors import Unavailable
from frontdesk.kernel.messages import Message
from frontdesk.kernel.ports import Chance, Clock

CHUNK = 10  # entries that one PutEvents takes
TRIES = 3
PAUSE_SECONDS = 0.1


class Publisher(Protocol):
    """A bus that may take some messages and refuse others."""

    async def publish(self, chunk: Sequence[Message]) -> Sequence[int]:
        """Offer at most 10 messages; return the positions of those that were refused."""


class Parking(Protocol):
    """A queue that holds whole messages until somebody redrives them."""

    async def park(self, message: Message) -> None:
        """Keep one message durably. Raises Unavailable when that cannot be promised."""


async def relay(
    messages: Sequence[Message], bus: Publisher, parking: Parking, clock: Clock, chance: Chance
) -> int:
    """Publish in chunks of 10, checking every entry's result; park what stays refused. Return how many were parked.

    Raises what `park` raises: then the batch comes again from the stream, and repeats are harmless.
    """
    parked = 0
    for start in range(0, len(messages), CHUNK):
        refused = await _offer(messages[start : start + CHUNK], bus, clock, chance)
        for message in refused:
            await parking.park(message)
        parked += len(refused)
    return parked


async def _offer(chunk: Sequence[Message], bus: Publisher, clock: Clock, chance: Chance) -> Sequence[Message]:
    for attempt in range(TRIES):
        if attempt:
            await clock.sleep(chance.fraction() * PAUSE_SECONDS * 2**attempt)
        try:
            chunk = [chunk[position] for position in await bus.publish(chunk)]
        except Unavailable:
            continue
        if not chunk:
            break
    return chunk
