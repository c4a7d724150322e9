"""Admissions that have ended, where tokens are verified by a gateway that knows nothing of it.

Whoever hears of a withdrawal notes it in one record; whoever answers requests looks at that record again and again. So
a token is refused about a second after the note, and a busy process pays for one read a second.
"""

import logging
from collections.abc import Callable, Coroutine, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from frontdesk.kernel.errors import Unauthenticated
from frontdesk.kernel.kinds import Kind
from frontdesk.kernel.ports import Clock, Store
from frontdesk.kernel.records import Commit

SEEN_FOR = timedelta(seconds=1)
BLIND_FOR = timedelta(seconds=30)  # until the record is looked for again when it could not be read
NOTED = 2_000  # names, some 100 KB; the oldest go first
FINAL = 2**62  # above every generation that counts up, below what withdraws for ever
ID = "recent"
_log = logging.getLogger(__name__)

Run = Callable[[Coroutine[Any, Any, Any]], Any]


class Note(msgspec.Struct, frozen=True, array_like=True):
    """From which generation on tokens of a name are good again, and since when."""

    generation: int
    at: datetime


class Withdrawn(msgspec.Struct, frozen=True):
    """What is withdrawn, by the name that stands in tokens."""

    names: dict[str, Note]

    def noted(self, name: str, note: Note, is_over: Callable[[str, datetime], bool]) -> "Withdrawn":
        """Return this with one name more, and without those of which no token is left."""
        earlier = self.names.get(name, note)
        if earlier.generation > note.generation:
            note = earlier
        kept = {one: old for one, old in self.names.items() if one != name and not is_over(one, old.at)}
        newest = list({**kept, name: note}.items())[-NOTED:]
        return Withdrawn(dict(newest))

    def refuses(self, subject: str, generation: int, others: Iterable[str]) -> bool:
        """Return whether a token is no longer good. Of what is not its subject only all is ever withdrawn."""
        if self._generation(subject) > generation:
            return True
        return any(self._generation(name) > FINAL for name in others if name != subject)

    def _generation(self, name: str) -> int:
        found = self.names.get(name)
        return found.generation if found else 0


KIND = Kind("withdrawn", Withdrawn)


class NotedWithdrawals:
    """Notes what has ended. `known_for` says how long after it tokens of a name may still be about."""

    def __init__(self, store: Store, clock: Clock, known_for: Callable[[str], timedelta], run: Run) -> None:
        self._store = store
        self._clock = clock
        self._known_for = known_for
        self._run = run

    def withdraw(self, name: str, generation: int) -> None:
        """Refuse tokens that name this and are of a lower generation. Raises Conflict, Unavailable."""
        self._run(self._note(name, generation))

    async def _note(self, name: str, generation: int) -> None:
        record = await self._store.get(KIND.name, ID)
        found = KIND.load(record) if record else None
        before = found.value if found else Withdrawn({})
        now = self._clock.now()
        value = before.noted(name, Note(generation, now), lambda one, at: now - at > self._known_for(one))
        stored = found.changed(value) if found else KIND.new(ID, value)
        await self._store.commit(Commit((stored.record(),)))


class SeenWithdrawals:
    """What a process that answers requests knows of it. While the record cannot be read, what was seen last counts."""

    def __init__(self, store: Store, clock: Clock, run: Run) -> None:
        self._store = store
        self._clock = clock
        self._run = run
        self._look_at: datetime | None = None
        self._seen = Withdrawn({})

    def check(self, claims: Mapping[str, Any]) -> None:
        """Raise Unauthenticated for a token that has been withdrawn; `claims` are what its gateway found in it."""
        subject = str(claims.get("sub", ""))
        others = [str(claims.get(name, "")) for name in ("client_id", "sid", "jti")]
        generation = str(claims.get("gen", "0"))
        counted = int(generation) if generation.isdecimal() else 0
        if self._newest().refuses(subject, counted, others):
            raise Unauthenticated("The access token has been withdrawn.")

    def _newest(self) -> Withdrawn:
        now = self._clock.now()
        if self._look_at is None or now >= self._look_at:
            try:
                record = self._run(self._store.get(KIND.name, ID))
                self._seen = KIND.load(record).value if record else Withdrawn({})
                self._look_at = now + SEEN_FOR
            except Exception:  # noqa: BLE001 - tokens are short-lived; a desk that nobody can enter would be worse
                _log.exception("withdrawals cannot be read")
                self._look_at = now + BLIND_FOR
        return self._seen
