"""Replays: a webhook's past deliveries, sent again a page at a time. Pure."""

from datetime import datetime

import msgspec

from frontdesk.kernel import limits
from frontdesk.kernel.errors import Fault, Invalid
from frontdesk.kernel.kinds import Kind
from frontdesk.services.webhooks.commands import ReplayDeliveries, Which
from frontdesk.services.webhooks.deliveries import Delivery, State

MAX_REPLAYED = 1_000  # deliveries that one replay sends again
PAGE = limits.EVENTS_PER_COMMIT - 1  # an event for each, and one for the next page


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """How far a replay has come. `cursor` is where its next page begins."""

    webhook_id: str
    since: datetime
    until: datetime
    which: Which
    requested_at: datetime
    requested_by: str
    page: int = 0
    cursor: str = ""
    replayed: int = 0
    done: bool = False

    def wants(self, delivery: Delivery) -> bool:
        """Return whether to send this again. What is still on its way is not."""
        if delivery.state is State.PENDING:
            return False
        return self.which is Which.ALL or delivery.state is not State.DELIVERED

    def room(self) -> int:
        """Return how many more it may send."""
        return MAX_REPLAYED - self.replayed

    def advanced(self, replayed: int, cursor: str) -> "Replay":
        """Take in a page."""
        total = self.replayed + replayed
        return msgspec.structs.replace(
            self,
            page=self.page + 1,
            cursor=cursor,
            replayed=total,
            done=not cursor or total >= MAX_REPLAYED,
        )


REPLAYS = Kind("webhook_replay", Replay)


def new_replay(webhook_id: str, wish: ReplayDeliveries, by: str, now: datetime) -> Replay:
    """Accept a replay; without an end it goes up to now. Raises Invalid."""
    until = min(wish.until or now, now)
    if wish.since >= until:
        fault = Fault("/since", "not_before_until", "Must be before `until`, and in the past.")
        raise Invalid((fault,))
    return Replay(
        webhook_id=webhook_id,
        since=wish.since,
        until=until,
        which=wish.which,
        requested_at=now,
        requested_by=by,
    )
