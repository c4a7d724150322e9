"""Lock-out: who guesses waits, longer each time, and never for ever.

Tries are counted by account and, within it, apart for each device that has signed in there before: a stranger who
guesses keeps strangers out, and not the person whose account it is. Of addresses without an account, 262,144 counters
are kept in all: they lock alike and cannot fill the store.
"""

from datetime import datetime, timedelta

import msgspec

from frontdesk.kernel.kinds import Kind

FREE_TRIES = 5
FIRST_WAIT = timedelta(seconds=2)  # after the last free try; doubles with each further one
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)  # without a try
_BUCKET_CHARS = 3  # of a seal: 18 bits


class Guesses(msgspec.Struct, frozen=True):
    """How often somebody tried without success, and when last."""

    count: int
    last_at: datetime

    def wait_until(self) -> datetime:
        """Return from when on another try is looked at."""
        over = self.count - FREE_TRIES
        if over < 0:
            return self.last_at
        longest = min(over, 20)  # far above LONGEST_WAIT; keeps the power small
        return self.last_at + min(LONGEST_WAIT, FIRST_WAIT * float(1 << longest))

    def seconds_to_wait(self, now: datetime) -> int:
        """Return the seconds that a caller at `now` has to wait, rounded up; 0 for none."""
        return max(0, -((now - self.wait_until()) // timedelta(seconds=1)))

    def tried(self, now: datetime) -> "Guesses":
        """Count one try."""
        return Guesses(1 if now - self.last_at > FORGOTTEN_AFTER else self.count + 1, now)


GUESSES = Kind("guesses", Guesses)


def first(now: datetime) -> Guesses:
    """Return the count after one try."""
    return Guesses(1, now)


def guesses_id(account_id: str, sealed_address: str, device: str, known_devices: tuple[str, ...]) -> str:
    """Return under which id tries are counted. `device` is the keyed hash of what a browser showed, "" for nothing."""
    if not account_id:
        return f"nobody:{sealed_address[:_BUCKET_CHARS]}"
    return f"{account_id}:{device}" if device in known_devices else account_id
