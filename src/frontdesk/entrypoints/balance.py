"""Balance: a worker that has more to do than its desk leaves a part of its requests to it.

An order gives the desk more to do than the worker: it reacts. A visit that is booked gives it little.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

BUSY = 0.6  # of the time; a worker that computes less answers by itself
STEP = 0.5  # how much of the difference between the two a look takes away
MOST = 0.25  # of the requests: to pass one on costs a tenth of it, and the desk writes for both


class Balance:
    """An ASGI application in a worker: `here` answers, or `there` in the desk, a share of the requests."""

    def __init__(self, here: ASGIApp, there: ASGIApp) -> None:
        self._here = here
        self._there = there
        self._due = 0.0
        self.share = 0.0  # of the desk

    def weigh(self, here: float, there: float) -> None:
        """Take in how much of the time each side has computed."""
        step = STEP * (here - there) if here >= BUSY else -STEP
        self.share = min(MOST, max(0.0, self.share + step))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        self._due += self.share
        if self._due >= 1:
            self._due -= 1
            await self._there(scope, receive, send)
        else:
            await self._here(scope, receive, send)
