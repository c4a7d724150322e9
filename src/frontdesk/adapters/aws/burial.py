"""Dead letters as records in the table of their subscriber's service, and how a message becomes one.

A letter is *open* until somebody settles it, *leaving* while its message goes back into the queue, and *settled* after
that. Only the first two are listed. A message that dies again reopens its letter.
"""

from datetime import datetime
from enum import StrEnum
from hashlib import sha256

import msgspec

from frontdesk.kernel.errors import Conflict
from frontdesk.kernel.kinds import AnyKind, Index, Kind, Stored
from frontdesk.kernel.messages import Message
from frontdesk.kernel.ports import Store
from frontdesk.kernel.records import Commit
from frontdesk.kernel.time import sortable
from frontdesk.letters import Audited, DeadLetter

OPEN = "open"  # the partition of the letters that are listed
DONE = "done"  # the partition of what was done to them


class State(StrEnum):
    """Where a letter stands."""

    OPEN = "open"
    LEAVING = "leaving"
    SETTLED = "settled"


class Letter(msgspec.Struct, frozen=True):
    """A message that was given up, whole."""

    subscriber: str
    message: Message
    tries: int
    cause: str
    state: State = State.OPEN

    def shown(self) -> DeadLetter:
        """Return the letter as an operator sees it."""
        m = self.message
        return DeadLetter(
            id=letter_id(self.subscriber, m.id),
            subscriber=self.subscriber,
            event=m.name,
            message_id=m.id,
            source=m.source,
            at=m.at,
            tries=self.tries,
            cause=self.cause,
            correlation_id=m.correlation_id,
        )


def _place(letter: Letter) -> str:
    return f"{letter.subscriber}~{sortable(letter.message.at)}"


LETTER = Kind(
    "dead_letter",
    Letter,
    indexes=(Index[Letter]("list", lambda letter: None if letter.state is State.SETTLED else OPEN, _place),),
)
DEED = Kind(
    "dead_letter_deed",
    Audited,
    indexes=(Index[Audited]("list", lambda _: DONE, lambda done: sortable(done.deed.at)),),
)
KINDS: tuple[AnyKind, ...] = (LETTER, DEED)
"""What every table of a service holds besides the service's own kinds."""


def letter_id(subscriber: str, message_id: str) -> str:
    """Return the id of the letter that a subscriber's message becomes, always the same one."""
    return f"{subscriber}:{sha256(message_id.encode()).hexdigest()[:26]}"


async def bury(store: Store, subscriber: str, message: Message, *, tries: int, cause: str) -> bool:
    """Keep a message that a subscriber gave up, in its service's store. Return False when it lies there already.

    When this returns, the letter is durable: only then may the queue forget the message. Raises Unavailable.
    """
    letter = Letter(subscriber, message, tries, cause)
    id = letter_id(subscriber, message.id)
    record = await store.get(LETTER.name, id)
    found = LETTER.load(record) if record else None
    if found is not None and found.value.state is State.OPEN:
        return False
    buried = found.changed(letter) if found else LETTER.new(id, letter)
    try:
        await store.commit(Commit((buried.record(),)))
    except Conflict:  # another delivery buries it too, or an operator settles it: look again
        return await bury(store, subscriber, message, tries=tries, cause=cause)
    return True


def deed_of(done: Audited) -> Stored[Audited]:
    """Return the record of what was done to a letter: one for each moment."""
    at: datetime = done.deed.at
    return DEED.new(f"{done.letter_id}@{sortable(at)}", done)
