"""Which trace something belongs to, and which span of it. Both follow from what every message carries already.

The trace is the correlation id's. A span that committed is named after the record that carried its events, and these
have that name in their ids: so whoever reacts to one knows its parent, in any process and after any restart.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

SAMPLED = 1  # the bit of W3C's flags
_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_ADOPTED = re.compile(r"([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")


@dataclass(frozen=True, slots=True)
class Trace:
    """A trace's number, the caller's span in it (0 for none), and whether anybody wants to see it."""

    id: int
    caller: int = 0
    is_sampled: bool = True


def adopt(traceparent: str) -> str:
    """Return a correlation id that continues a caller's trace (W3C Trace Context), "" where there is none."""
    found = _TRACEPARENT.fullmatch(traceparent)
    if found is None or not int(found[1], 16) or not int(found[2], 16):
        return ""
    return "-".join(found.groups())


@lru_cache(maxsize=4_096)
def trace_of(correlation_id: str) -> Trace:
    """Return the trace of a correlation id: the one it was adopted from, or one of its own."""
    found = _ADOPTED.fullmatch(correlation_id)
    if found is not None:
        return Trace(int(found[1], 16), int(found[2], 16), bool(int(found[3], 16) & SAMPLED))
    return Trace(_number(correlation_id, 16))


def span_of(trace: Trace, carrier: str) -> int:
    """Return the span whose commit carried events with this record: "kind:id:version"."""
    return _number(f"{trace.id}/{carrier}", 8)


def carrier_of(message_id: str) -> str:
    """Return the record that carried a message, from the message's id."""
    return message_id.rpartition(":")[0]


def _number(text: str, size: int) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=size).digest(), "big") or 1  # 0 means none
