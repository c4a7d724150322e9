"""Bounds for reactions that can wait for an outside party: what hangs for ever would keep its place for ever.

Without outside parties there is nothing to hang on: a reaction can wait for nothing but its store.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from frontdesk.adapters.embedded.decider import Decider, after_failure
from frontdesk.adapters.embedded.settlement import Entry, Settlement
from frontdesk.kernel.bus import cause, fate
from frontdesk.kernel.errors import Conflict
from frontdesk.kernel.services import Reaction
from frontdesk.kernel.unit import Unit

SLOW_SECONDS = 60.0  # for one run of a slow reaction
BATCH_SECONDS = 10.0  # for all the reactions of a batch, of which none should wait at all


def bounded(reaction: Reaction) -> Reaction:
    """Let a run that takes too long fail like any other."""

    async def handle(unit: Unit, event: Any) -> None:
        async with asyncio.timeout(SLOW_SECONDS):
            await reaction.handle(unit, event)

    return replace(reaction, handle=handle)


class BoundedDecider(Decider):
    """Has a batch that takes too long run message by message, and lets the one that hangs fail.

    The bound is around a whole batch, because one around each message costs more than most reactions do. Nothing has
    been stored when it strikes.
    """

    async def decide(self, entries: Sequence[Entry], cursor: int) -> Settlement:
        try:
            async with asyncio.timeout(BATCH_SECONDS):
                return await super().decide(entries, cursor)
        except TimeoutError as hung:
            if len(entries) > 1:
                raise Conflict from hung
            (entry,) = entries
            outcome = fate(hung, entry.tries + 1)
            self.observe(self.name, entry.message, outcome, cause(hung))
            parked = after_failure(entry, outcome, hung, self._bus)
            return Settlement(self.name, cursor, parked=(parked,))
