"""Timers: a due one becomes an event, in the transaction that forgets it. From then on it is an ordinary delivery."""

import msgspec

from frontdesk.adapters.embedded.database import Database
from frontdesk.adapters.embedded.transaction import Transaction
from frontdesk.adapters.embedded.writer import Writer
from frontdesk.kernel.messages import Message
from frontdesk.kernel.ports import Clock
from frontdesk.kernel.time import to_micros

FIRED_AT_ONCE = 256
LOOK_EVERY_SECONDS = 0.25

_DUE = "select record_id, name, due from timers where due<=? order by due limit ?"
_TAKE = "delete from timers where record_id=? and name=? and due=? returning message"


async def fire_due(database: Database, writer: Writer, clock: Clock) -> int:
    """Publish what is due and return how many there were. One that is replaced or cancelled meanwhile stays silent."""
    now = clock.now()
    due = database.reading.execute(_DUE, (to_micros(now), FIRED_AT_ONCE)).fetchall()
    if not due:
        return 0

    def also(transaction: Transaction) -> None:
        for timer in due:
            taken = transaction.database.execute(_TAKE, timer).fetchone()
            if taken is not None:
                message = msgspec.json.decode(taken[0], type=Message)
                # It happens now, not when it was set: an event from last week would look like a backlog of a week.
                transaction.append(msgspec.structs.replace(message, at=now))

    await writer.submit(also=also, patient=True)
    return len(due)
