"""Holes: what a stream forgot while nobody read it for a day. The tables still hold the last write of each record.

A search goes through the tables of all services, part by part, and notes how far it has come, so that a large table
takes several sweeps. What it cannot find is the older of two writes to one record within the hole.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import msgspec

from frontdesk.adapters.aws.rescan import Part
from frontdesk.entrypoints.lambdas.again import Again
from frontdesk.entrypoints.lambdas.batches import Deadline
from frontdesk.entrypoints.lambdas.beating import Hole
from frontdesk.kernel.kinds import Kind, Stored
from frontdesk.kernel.ports import Store
from frontdesk.kernel.records import Commit

MARGIN = timedelta(minutes=2)  # before and after a hole: beats are a minute apart, and clocks differ
ID = "search"


class Search(msgspec.Struct, frozen=True):
    """Which stretch is searched, which services are left, and behind which key of the first of them to go on."""

    since: datetime
    until: datetime
    left: tuple[str, ...]
    after: str | None = None

    def following(self, after: str | None) -> "Search":
        """Return the search as it is after one more part."""
        left = self.left[1:] if after is None else self.left
        return Search(self.since, self.until, left, after)


SEARCH = Kind("desk_search", Search)
Look = Callable[[str, Search], Part]
"""Reads the next part of the table of a service."""


class Searcher:
    """Searches holes. `again` tells what a service told, by its name."""

    def __init__(self, store: Store, look: Look, again: Callable[[str], Again]) -> None:
        self._store = store
        self._look = look
        self._again = again

    async def begin(self, hole: Hole, services: Iterable[str]) -> None:
        """Note that a hole is to be searched, together with what is left of an earlier one."""
        found = await self._find()
        since, until = hole.since - MARGIN, hole.until + MARGIN
        if found is not None and found.value.left:
            since, until = min(since, found.value.since), max(until, found.value.until)
        await self._note(found, Search(since, until, tuple(services)))

    async def go_on(self, deadline: Deadline) -> None:
        """Search on, until nothing is left or time is up. Raises Unavailable; it goes on from there next time."""
        found = await self._find()
        while found is not None and found.value.left and not deadline.is_near():
            search = found.value
            part = self._look(search.left[0], search)
            await self._again(search.left[0]).tell(part.told)
            found = await self._note(found, search.following(part.following))

    async def _find(self) -> Stored[Search] | None:
        record = await self._store.get(SEARCH.name, ID)
        return SEARCH.load(record) if record else None

    async def _note(self, found: Stored[Search] | None, search: Search) -> Stored[Search]:
        stored = found.changed(search) if found else SEARCH.new(ID, search)
        await self._store.commit(Commit((stored.record(),)))
        return stored
