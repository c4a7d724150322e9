"""Legs: what becomes of a message on one channel. Pure.

How far a leg has come only ever grows, in whatever order tries and receipts are told: a provider's words overtake each
other.
"""

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from frontdesk.channels import Failure, Outcome, Progress

# After each try that may go better later. The first ones are short: a person is waiting.
PAUSES = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
)
JITTER = 0.2  # of a pause, added by chance: what failed together must not come again together
RETRY_AFTER_MAX = timedelta(hours=12)  # that a provider may ask for


class State(StrEnum):
    """How far a message has come, or one of its legs: only ever to a later one of these.

    Proof that it arrived outweighs that it failed: a provider who says both has said one of them too early.
    """

    QUEUED = "queued"
    SENT = "sent"
    SKIPPED = "skipped"
    FAILED = "failed"
    DELIVERED = "delivered"
    READ = "read"


_RANKS = {state: rank for rank, state in enumerate(State)}
OVER = {State.SKIPPED, State.FAILED}
UNDER_WAY = {State.SENT, State.DELIVERED, State.READ}


class Leg(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a message on one channel. `again_at`: not to be tried before."""

    channel: str
    state: State = State.QUEUED
    tries: int = 0
    again_at: datetime | None = None
    failure: Failure | None = None
    code: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it may be tried."""
        return self.state is State.QUEUED

    def tried(self, outcome: Outcome, now: datetime, chance: float) -> "Leg":
        """Take in a try. `chance` in [0, 1)."""
        tries = self.tries + 1
        if outcome.failure is None:
            return Leg(self.channel, furthest(self.state, State.SENT), tries)
        is_patient = outcome.failure in {Failure.LATER, Failure.CONFIGURATION} and tries <= len(PAUSES)
        if not is_patient:
            failed = furthest(self.state, State.FAILED)
            return Leg(self.channel, failed, tries, failure=outcome.failure, code=outcome.code)
        pause = PAUSES[tries - 1] * (1 + JITTER * chance)
        asked = min(RETRY_AFTER_MAX, timedelta(seconds=outcome.retry_after or 0))
        again = now + max(pause, asked)
        return Leg(self.channel, self.state, tries, again, outcome.failure, outcome.code)

    def told(self, progress: Progress, failure: Failure | None, code: str) -> "Leg":
        """Take in what a provider tells afterwards."""
        state = furthest(self.state, State(progress))
        if state is not State.FAILED:
            return Leg(self.channel, state, self.tries)
        if self.state is State.FAILED:
            return self
        return Leg(self.channel, state, self.tries, failure=failure or Failure.CHANNEL, code=code)


def furthest(*states: State) -> State:
    """Return the state that outweighs the others."""
    return max(states, key=_RANKS.__getitem__)
