"""Messages to people, kept as records until somebody sends them: where a folder would be gone with its machine.

Each is a record `outbox:<id>` of the service that sends it, whole or not at all. Its body is JSON: `to`, `subject`,
`text`, `at`. Whoever sends them (a person, a job) reads them there and removes them.
"""

import msgspec

from frontdesk.kernel.errors import Conflict
from frontdesk.kernel.ports import Clock, Store
from frontdesk.kernel.records import Commit, Record

KIND = "outbox"


class KeptOutbox:
    """Messages in a store. One with the same id is the same message, and stays as it was."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def send(self, id: str, to: str, subject: str, text: str) -> None:
        """Keep a message. Raises Unavailable."""
        body = {"to": to, "subject": subject, "text": text, "at": self._clock.now()}
        try:
            await self._store.commit(Commit((Record(KIND, id, 1, 1, msgspec.json.encode(body).decode()),)))
        except Conflict:
            return  # it is there already
