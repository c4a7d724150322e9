"""Admission: what becomes of requests that would change something while the desk is behind with what it has accepted.

Refusing costs work too. A crowd that is refused at once comes back at once, and the desk would do little else, while
what it has accepted waits. A request that sleeps costs nothing: so each is held back for a moment first.
"""

import asyncio
from collections.abc import Callable

from frontdesk.kernel.errors import Unavailable
from frontdesk.kernel.ports import Chance

HELD_SECONDS = (0.5, 1.0)  # by chance between these: a crowd must not wake up at one moment
MOST_HELD = 10_000  # requests; those beyond are refused at once


class Admission:
    """Lets requests in. `is_busy` says whether a commit would be refused now."""

    def __init__(self, is_busy: Callable[[], bool], chance: Chance) -> None:
        self._is_busy = is_busy
        self._chance = chance
        self._held = 0

    async def admit(self) -> None:
        """Return when one more request may be worked on. Raises Unavailable after a moment without that."""
        if not self._is_busy():
            return
        if self._held < MOST_HELD:
            least, most = HELD_SECONDS
            self._held += 1
            try:
                await asyncio.sleep(least + (most - least) * self._chance.fraction())
            finally:
                self._held -= 1
            if not self._is_busy():
                return
        raise Unavailable
