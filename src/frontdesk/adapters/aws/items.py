"""How records, claims and counters lie in DynamoDB. One table serves a service; this is its whole layout.

    attr  type  meaning
    pk    S     `<kind>:<id>`, `claim#<key>` or `counter#<key>`; no kind contains `:` or `#`
    v     N     version                       s     N     schema number of the body
    d     S     body                          w     S     write token: says whose write this was
    f     S     origin, if any                m     L     handled marks, if any, newest last
    e     S     events of this write, if any  t     S     timers that this write sets or cancels, if any
    u     N     epoch seconds of this write
    <kind>-<index>p, <kind>-<index>s    S    the halves of an index entry, where the index lists the record
    o     S     claim: owner                  x     N     claim: deadline in epoch microseconds, if any
    ttl   N     claim: epoch seconds from which DynamoDB may remove it, a day after it lapsed
    n     N     counter: where it stands

A write replaces the whole item, so the events and timers of the write before vanish by themselves. The bodies of events
stand in `e` and `t` as JSON in JSON, not as strings: quoting could double them and burst the 400 KB of an item.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from frontdesk.kernel.messages import Message, decoder
from frontdesk.kernel.records import CancelTimer, Claim, Record, SetTimer, Take
from frontdesk.kernel.time import from_micros, to_micros

CLAIM_KEPT = timedelta(days=1)  # after it lapsed: DynamoDB removes late and by its own clock

Item = dict[str, Any]


class _Event(msgspec.Struct, frozen=True, array_like=True):
    """A message as it is stored: as `Message`, in its order."""

    id: str
    name: str
    schema: int
    source: str
    version: int
    at: datetime
    correlation_id: str
    body: msgspec.Raw


class _Timer(msgspec.Struct, frozen=True, array_like=True):
    """A timer as it is stored; without `due` and `message` it is cancelled."""

    record_id: str
    name: str
    due: datetime | None = None
    message: _Event | None = None


def record_key(kind: str, id: str) -> Item:
    """Return the key of a record."""
    return {"pk": {"S": f"{kind}:{id}"}}


def claim_key(key: str) -> Item:
    """Return the key of a claim."""
    return {"pk": {"S": f"claim#{key}"}}


def counter_key(key: str) -> Item:
    """Return the key of a counter."""
    return {"pk": {"S": f"counter#{key}"}}


def counter_of(item: Item) -> str:
    """Return which counter an item is."""
    key: str = item["pk"]["S"]
    return key.removeprefix("counter#")


def index_name(kind: str, index: str) -> str:
    """Return what a kind's index is called in DynamoDB; its attributes are this and `p` or `s`."""
    return f"{kind}-{index}"


def record_item(record: Record, token: str, now: datetime) -> Item:
    """Return a record as it is stored by the write that `token` names."""
    item = {
        **record_key(record.kind, record.id),
        "v": {"N": str(record.version)},
        "s": {"N": str(record.schema)},
        "d": {"S": record.body},
        "w": {"S": token},
        "u": {"N": str(to_micros(now) // 1_000_000)},
    }
    if record.origin:
        item["f"] = {"S": record.origin}
    if record.handled:
        item["m"] = {"L": [{"S": mark} for mark in record.handled]}
    for index, (partition, sort) in record.keys.items():
        name = index_name(record.kind, index)
        item[f"{name}p"] = {"S": partition}
        item[f"{name}s"] = {"S": sort}
    return item


def claim_item(take: Take) -> Item:
    """Return a claim as it is stored."""
    item: Item = {**claim_key(take.key), "o": {"S": take.owner}}
    if take.until is not None:
        item["x"] = {"N": str(to_micros(take.until))}
        item["ttl"] = {"N": str(to_micros(take.until + CLAIM_KEPT) // 1_000_000)}
    return item


def record_of(item: Item) -> Record:
    """Return the record that an item holds."""
    kind, _, id = item["pk"]["S"].partition(":")
    prefix = index_name(kind, "")
    indexes = [name[len(prefix) : -1] for name in item if name.startswith(prefix) and name.endswith("p")]
    return Record(
        kind,
        id,
        int(item["v"]["N"]),
        int(item["s"]["N"]),
        item["d"]["S"],
        {index: (item[f"{prefix}{index}p"]["S"], item[f"{prefix}{index}s"]["S"]) for index in indexes},
        item["f"]["S"] if "f" in item else "",
        tuple(mark["S"] for mark in item["m"]["L"]) if "m" in item else (),
    )


def claim_of(item: Item) -> Claim:
    """Return the claim that an item holds."""
    return Claim(item["o"]["S"], from_micros(int(item["x"]["N"])) if "x" in item else None)


def pack_events(events: Iterable[Message]) -> Item:
    """Return events as the value of `e`."""
    return {"S": msgspec.json.encode([_packed(message) for message in events]).decode()}


def pack_timers(timers: Iterable[SetTimer | CancelTimer]) -> Item:
    """Return timers as the value of `t`."""
    packed = [
        _Timer(timer.record_id, timer.name, timer.due, _packed(timer.message))
        if isinstance(timer, SetTimer)
        else _Timer(timer.record_id, timer.name)
        for timer in timers
    ]
    return {"S": msgspec.json.encode(packed).decode()}


def events_of(item: Item) -> list[Message]:
    """Return the events of the write that left this item."""
    if "e" not in item:
        return []
    return [_unpacked(event) for event in decoder(list[_Event]).decode(item["e"]["S"])]


def timers_of(item: Item) -> list[SetTimer | CancelTimer]:
    """Return what the write that left this item set or cancelled."""
    if "t" not in item:
        return []
    return [
        CancelTimer(timer.record_id, timer.name)
        if timer.due is None or timer.message is None
        else SetTimer(timer.record_id, timer.name, timer.due, _unpacked(timer.message))
        for timer in decoder(list[_Timer]).decode(item["t"]["S"])
    ]


def _packed(m: Message) -> _Event:
    body = msgspec.Raw(m.body.encode())
    return _Event(m.id, m.name, m.schema, m.source, m.version, m.at, m.correlation_id, body)


def _unpacked(e: _Event) -> Message:
    return Message(
        e.id, e.name, e.schema, e.source, e.version, e.at, e.correlation_id, bytes(e.body).decode()
    )
