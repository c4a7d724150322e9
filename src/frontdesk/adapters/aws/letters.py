"""`letters.DeadLetters` on AWS: over the tables of all services, and the queues of their subscribers."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from frontdesk.adapters.aws import envelope
from frontdesk.adapters.aws.burial import DEED, DONE, LETTER, OPEN, Letter, State, deed_of
from frontdesk.adapters.aws.queues import Queue
from frontdesk.kernel.errors import Conflict
from frontdesk.kernel.kinds import Stored
from frontdesk.kernel.limits import PAGE_MAX
from frontdesk.kernel.ports import Store
from frontdesk.kernel.records import Commit, Record, Span
from frontdesk.letters import Action, Audited, Choice, DeadLetter, Deed, Fact, OpenedLetter

QUERIES = 20  # for one page

SideBySide = Callable[[Sequence[Coroutine[Any, Any, DeadLetter | None]]], Sequence[DeadLetter | None]]
"""Runs several at once and returns what they gave, in order: a gateway does not wait for a thousand in a row."""


class DynamoLetters:
    """Letters of several services: `stores` by service; `services`, and the queue that `queue` gives, by subscriber."""

    def __init__(
        self,
        stores: Mapping[str, Store],
        services: Mapping[str, str],
        queue: Callable[[str], Queue],
        side_by_side: SideBySide,
    ) -> None:
        self._stores = stores
        self._services = services
        self._queue = queue
        self._side_by_side = side_by_side

    async def page(self, choice: Choice, cursor: str, limit: int) -> tuple[Sequence[DeadLetter], str]:
        """See `DeadLetters`. Service by service, and in each by subscriber and age.

        A choice that few letters match may give an empty page with a cursor.
        """
        found: list[DeadLetter] = []
        for _ in range(QUERIES):
            records, place, following = await self._some(choice, cursor)
            for record in records:
                letter = LETTER.load(record).value.shown()
                if choice.takes(letter):
                    found.append(letter)
                if len(found) == limit:
                    return found, f"{place}/{_sort(record)}"
            cursor = following
            if not cursor:
                break
        return found, cursor

    async def open(self, id: str) -> OpenedLetter | None:
        """See `DeadLetters`. Of its source's story only the letter's own event is at hand here."""
        stored = await self._load(id)
        if stored is None:
            return None
        message = stored.value.message
        story = (Fact(message.name, message.id, message.at),)
        return OpenedLetter(stored.value.shown(), message.schema, message.body, story)

    async def settle(self, ids: Sequence[str], deed: Deed) -> Sequence[DeadLetter]:
        """See `DeadLetters`. When it raises Unavailable, do it again: what was done is not done twice."""
        settled = self._side_by_side([self._settle(id, deed) for id in dict.fromkeys(ids)])
        return [letter for letter in settled if letter is not None]

    async def audit(self, cursor: str, limit: int) -> tuple[Sequence[Audited], str]:
        """See `DeadLetters`."""
        span = Span(high=cursor, limit=limit)
        records = [
            record
            for store in self._stores.values()
            for record in await store.query(DEED.name, "list", DONE, span)
        ]
        newest = sorted(records, key=_sort, reverse=True)[:limit]
        following = _sort(newest[-1]) if len(newest) == limit else ""
        return [DEED.load(record).value for record in newest], following

    async def _some(self, choice: Choice, cursor: str) -> tuple[Sequence[Record], str, str]:
        """Ask once. Return what was found, of which service, and the cursor of what follows."""
        begun, _, after = cursor.partition("/")
        wanted = [self._services.get(choice.subscriber, "")] if choice.subscriber else self._stores
        left = [name for name in sorted(wanted) if name >= begun and name in self._stores]
        if not left:
            return (), "", ""
        low, high = (f"{choice.subscriber}~", f"{choice.subscriber}\x7f") if choice.subscriber else ("", "")
        if after and left[0] == begun:
            low = f"{after}\x00"
        span = Span(low, high, PAGE_MAX, newest_first=False)
        records = await self._stores[left[0]].query(LETTER.name, "list", OPEN, span)
        if len(records) == PAGE_MAX:
            return records, left[0], f"{left[0]}/{_sort(records[-1])}"
        return records, left[0], left[1] if len(left) > 1 else ""

    async def _load(self, id: str) -> Stored[Letter] | None:
        """Return a letter that is not settled."""
        store = self._store(id)
        record = await store.get(LETTER.name, id) if store else None
        found = LETTER.load(record) if record else None
        return None if found is None or found.value.state is State.SETTLED else found

    def _store(self, id: str) -> Store | None:
        return self._stores.get(self._services.get(id.rpartition(":")[0], ""))

    async def _settle(self, id: str, deed: Deed) -> DeadLetter | None:
        """Write the deed down, do it, and take the letter off the list, each durable before the next.

        Whatever breaks off in between leaves the letter on the list, for the operator to do it again:

            operator:   leaving + deed ──► to the queue ─────────────────────► settled: Conflict, so it stays
            subscriber:                                  dies again ──► open
        """
        stored, store = await self._load(id), self._store(id)
        if stored is None or store is None:
            return None
        letter, again = stored.value, deed.action is Action.REDRIVE
        left = stored.changed(_in(State.LEAVING if again else State.SETTLED, letter))
        done = Audited(deed, id, letter.message.name, letter.message.id, letter.cause)
        try:
            await store.commit(Commit((left.record(), deed_of(done).record())))
        except Conflict:
            return None  # another operator was first
        if again:
            self._queue(letter.subscriber).send(envelope.encode(letter.message, subscriber=letter.subscriber))
            await self._take_off(store, left)
        return letter.shown()

    async def _take_off(self, store: Store, left: Stored[Letter]) -> None:
        with suppress(Conflict):  # it has died again meanwhile, or another operator redrives it: that counts
            await store.commit(Commit((left.changed(_in(State.SETTLED, left.value)).record(),)))


def _in(state: State, letter: Letter) -> Letter:
    return msgspec.structs.replace(letter, state=state)


def _sort(record: Record) -> str:
    return record.keys["list"][1]
