"""Records of a stream: what a write told, and nothing for those that tell nothing."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from frontdesk.adapters.aws.items import Item, claim_item, claim_key, pack_events, pack_timers, record_item
from frontdesk.adapters.aws.stream import Told, told
from frontdesk.kernel.messages import Message
from frontdesk.kernel.records import CancelTimer, Record, SetTimer, Take
from tests.unit.driver import START

EVENT = Message("order:o1:1:0", "Order Created", 1, "o1", 1, START, "req", '{"total":1}')
TIMERS = (SetTimer("order:o1", "hold", START + timedelta(minutes=10), EVENT), CancelTimer("order:o1", "pay"))
ITEM = record_item(Record("order", "o1", 1, 1, "{}"), "token", START)


def record(name: str, item: Item | None, key: Item | None = None) -> dict[str, Any]:
    """Return a record as Lambda hands it over."""
    change: dict[str, Any] = {
        "ApproximateCreationDateTime": 1773480600.0,
        "Keys": key or {"pk": {"S": "order:o1"}},
        "SequenceNumber": "4421584500000000017450439091",
        "SizeBytes": 26,
        "StreamViewType": "NEW_IMAGE",
    }
    if item is not None:
        change["NewImage"] = item
    return {"eventID": "1", "eventName": name, "eventSource": "aws:dynamodb", "dynamodb": change}


def test_a_write_tells_its_events_and_timers() -> None:
    item = {**ITEM, "e": pack_events([EVENT]), "t": pack_timers(TIMERS)}
    for name in ("INSERT", "MODIFY"):
        assert told(record(name, item)) == Told("4421584500000000017450439091", "order:o1", (EVENT,), TIMERS)


def test_what_has_nothing_to_tell_tells_nothing() -> None:
    taken = claim_item(Take("orders:number:7", "o1"))
    silent = (
        record("INSERT", ITEM),
        record("INSERT", taken, claim_key("orders:number:7")),
        record("REMOVE", None),
    )
    for each in silent:
        found = told(each)
        assert (found.events, found.timers) == ((), ())


@pytest.mark.parametrize("written", ["no", "[[1]]", '{"a":1}'])
def test_what_this_layout_never_wrote_is_not_passed_over(written: str) -> None:
    with pytest.raises(msgspec.MsgspecError):
        told(record("INSERT", {**ITEM, "e": {"S": written}}))
