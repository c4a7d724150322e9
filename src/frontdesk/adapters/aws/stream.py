"""What a record of a table's stream tells: the events and the timers of one write."""

from collections.abc import Mapping
from typing import Any

import msgspec

from frontdesk.adapters.aws.items import events_of, timers_of
from frontdesk.kernel.messages import Message
from frontdesk.kernel.records import CancelTimer, SetTimer


class Told(msgspec.Struct, frozen=True):
    """One write. `sequence` is its place in its shard, by which a batch is reported as done up to there."""

    sequence: str
    key: str
    events: tuple[Message, ...] = ()
    timers: tuple[SetTimer | CancelTimer, ...] = ()


def told(record: Mapping[str, Any]) -> Told:
    """Read a record as Lambda hands it over, with its new image. Claims, counters and removals tell nothing.

    Raises msgspec.MsgspecError for what this layout never wrote.
    """
    change = record["dynamodb"]
    item = change.get("NewImage") or {}
    return Told(
        change["SequenceNumber"], change["Keys"]["pk"]["S"], tuple(events_of(item)), tuple(timers_of(item))
    )
