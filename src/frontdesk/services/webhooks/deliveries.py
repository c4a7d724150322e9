"""Deliveries: what is sent, how each try ended, and whether and when there is another. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from frontdesk.kernel.ids import derived_id
from frontdesk.kernel.kinds import Index, Kind
from frontdesk.kernel.time import sortable
from frontdesk.services.webhooks.ports import Reply

# After each failed try until the next, as the Standard Webhooks specification suggests: ten tries in three days.
PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
JITTER = 0.2  # of a pause, added by chance: what failed together must not come again together
RETRY_AFTER_MAX = timedelta(hours=24)  # that a receiver may ask for
ATTEMPTS_KEPT = 20  # in the log of a delivery, newest last

_SUCCESS = range(200, 300)
_WORTH_ANOTHER = {408, 425, 429, *range(500, 600)}
_GONE = 410
_NEVER = {"forbidden_address"}  # failures that waiting does not mend


class State(StrEnum):
    """How far a delivery has come."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"  # refused, or tried for days
    DROPPED = "dropped"  # its webhook was disabled or deleted before it could be sent


class Attempt(msgspec.Struct, frozen=True):
    """One try: the HTTP status (0 without an answer), how long it took, and the class of the failure ("" for none)."""

    at: datetime
    status: int
    duration_ms: int
    failure: str = ""

    @property
    def is_delivered(self) -> bool:
        """Whether the receiver has taken it."""
        return self.status in _SUCCESS

    @property
    def is_gone(self) -> bool:
        """Whether the receiver wants nothing more."""
        return self.status == _GONE

    @property
    def is_worth_another(self) -> bool:
        """Whether the receiver may take it later: it was not reached, was busy, or broke."""
        if not self.status:
            return self.failure not in _NEVER
        return self.status in _WORTH_ANOTHER


class Notice(msgspec.Struct, frozen=True):
    """What is told about one event, to all who want it: the same id and the same bytes on every try."""

    shop_id: str
    type: str
    at: datetime
    payload: str


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One notice on its way to one webhook.

    `ticket` counts the moments that were set for a try; `tries` those since it was last begun.
    """

    webhook_id: str
    notice_id: str
    type: str
    created_at: datetime
    next_try_at: datetime | None
    state: State = State.PENDING
    ticket: int = 1
    tries: int = 0
    attempts: tuple[Attempt, ...] = ()

    def awaits(self, ticket: int) -> bool:
        """Return whether this is the try that is due. Any other has been done, or overtaken."""
        return self.state is State.PENDING and ticket == self.ticket

    def tried(self, attempt: Attempt, wait: int | None, chance: float) -> "Delivery":
        """Take in a try. `wait` is how many seconds the receiver wants to be left alone, `chance` in [0, 1)."""
        attempts = (*self.attempts, attempt)[-ATTEMPTS_KEPT:]
        tries, ticket = self.tries + 1, self.ticket + 1
        again, state = None, State.DELIVERED if attempt.is_delivered else State.FAILED
        if attempt.is_worth_another and tries <= len(PAUSES):
            pause = PAUSES[tries - 1] * (1 + JITTER * chance)
            asked = min(RETRY_AFTER_MAX, timedelta(seconds=wait or 0))
            ended = attempt.at + timedelta(milliseconds=attempt.duration_ms)
            again, state = ended + max(pause, asked), State.PENDING
        return msgspec.structs.replace(
            self, attempts=attempts, tries=tries, ticket=ticket, next_try_at=again, state=state
        )

    def begun_again(self, now: datetime) -> "Delivery":
        """Start over, with all its tries before it."""
        return msgspec.structs.replace(
            self, state=State.PENDING, ticket=self.ticket + 1, tries=0, next_try_at=now
        )

    def dropped(self) -> "Delivery":
        """Leave it: nobody is there to take it."""
        return msgspec.structs.replace(self, state=State.DROPPED, next_try_at=None)


NOTICES = Kind("webhook_notice", Notice)
DELIVERIES = Kind(
    "webhook_delivery",
    Delivery,
    indexes=(
        Index(
            "by_webhook", lambda delivery: delivery.webhook_id, lambda delivery: sortable(delivery.created_at)
        ),
    ),
)


def delivery_id(notice_id: str, webhook_id: str) -> str:
    """Return the one id that a notice's delivery to a webhook can have."""
    return derived_id("dlv", notice_id, webhook_id)


def attempt_of(reply: Reply, now: datetime) -> Attempt:
    """Note how a try ended that began at `now`."""
    return Attempt(now, reply.status, round(reply.seconds * 1000), reply.failure)
