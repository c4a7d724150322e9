"""How large functions, batches and waits are, each with its reason."""

from typing import NamedTuple


class Size(NamedTuple):
    """A function's memory in MB, which is also its share of a processor, and its longest run in seconds."""

    memory: int
    timeout: int


HTTP = Size(512, 29)  # the API gives up after 30 s; half the memory would make a cold start twice as long
SIGNING_IN = Size(1024, 29)  # hashing a password is meant to be heavy
BEHIND = Size(256, 30)  # nobody waits, and a millisecond of a processor costs the same at any size
OUTSIDE = Size(256, 60)  # waits for somebody outside
PASSING_ON = Size(256, 60)
SWEEPING = Size(256, 55)  # over before the next begins

VISIBILITIES = (
    6  # times the function's timeout, as AWS advises: a batch that waits for room is not taken twice
)
RECEIVES = 12  # more than the tries of a message: here ends only what the function could not even start for
BATCH = 10
CONCURRENCY = 10
SLOW_CONCURRENCY = 5
BEAT_VISIBILITY = 60

STREAM_BATCH = 100
STREAM_RETRIES = 10
STREAM_AGE = 6 * 3600


def of(kind: str, *, slow: bool = False) -> Size:
    """Return the size of a function of this kind."""
    if kind == "queue" and slow:
        return OUTSIDE
    return _SIZES[kind]


_SIZES = {
    "http": HTTP,
    "operations": HTTP,
    "oauth": SIGNING_IN,
    "queue": BEHIND,
    "stream": PASSING_ON,
    "schedule": SWEEPING,
}
